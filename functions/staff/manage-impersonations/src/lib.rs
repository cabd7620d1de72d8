//! `/v1/impersonations` and `/v1/impersonation-policy`: what the operator's staff do at an organization, as it sees it.

pub mod answering;
mod handler;
pub mod impersonation;
mod impersonations;
pub mod policy;
mod store;

pub use handler::handle;

use shared::{
    door::{ReadDoor, WriteDoor},
    runtime::Function,
};

/// Everything this function may touch.
pub struct Deps {
    /// Admits callers who change something.
    pub door: WriteDoor,
    /// Admits callers who read.
    pub reads: ReadDoor,
}

shared::wire!(Deps { door, reads });

/// This function: what makes it run, what it holds, and what answers.
#[must_use]
pub fn function() -> Function {
    Function::http("manage-impersonations", handle)
}

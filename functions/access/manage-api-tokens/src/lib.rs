//! `/v1/api-tokens`: credentials for programs of the organization's own.

mod handler;
mod new;
mod store;
pub mod token;
mod tokens;

pub use handler::handle;
pub use new::{CreatedApiToken, NewApiToken};

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
    Function::http("manage-api-tokens", handle)
}

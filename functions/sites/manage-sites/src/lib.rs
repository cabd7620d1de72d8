//! Sites with their hosts, visit types and notices.

mod handler;
pub mod hosts;
mod id_check;
pub mod notices;
pub mod sites;
mod store;
pub mod visit_types;

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
    Function::http("manage-sites", handle)
}

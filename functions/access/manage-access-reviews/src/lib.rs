//! `/v1/access-reviews`: who has access, and who keeps it.

pub mod decisions;
mod handler;
mod items;
pub mod review;
pub mod reviews;
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
    Function::http("manage-access-reviews", handle)
}

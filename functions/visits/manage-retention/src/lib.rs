//! How long sites keep identity documents, what is due, and legal holds, which keep a visit's documents longer.

mod handler;
mod holds;
mod periods;
mod retention;
mod store;

pub use handler::handle;
pub use retention::{Counted, Held, HoldBody, PeriodBody, Retention};

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
    Function::http("manage-retention", handle)
}

//! `/v1/audit-log/streams`: where an organization has its log streamed to.

mod changes;
mod handler;
mod new;
mod store;
pub mod stream;
mod streams;

pub use changes::Rewinding;
pub use handler::handle;
pub use new::{CreatedStream, NewStreamBody};

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
    Function::http("manage-log-streams", handle)
}

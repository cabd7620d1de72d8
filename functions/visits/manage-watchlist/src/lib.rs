//! The watchlist: entries that hold or clear visitors, sealed.

mod changes;
mod entry;
mod handler;
mod listing;
mod store;

pub use entry::{NewEntry, RevealedEntry, RevealingBody, WatchlistEntry};
pub use handler::handle;

use shared::{
    door::{ReadDoor, WriteDoor},
    runtime::Function,
};

/// Everything this function may touch.
pub struct Deps {
    /// Admits callers who change or open something.
    pub door: WriteDoor,
    /// Admits callers who read.
    pub reads: ReadDoor,
}

shared::wire!(Deps { door, reads });

/// This function: what makes it run, what it holds, and what answers.
#[must_use]
pub fn function() -> Function {
    Function::http("manage-watchlist", handle)
}

//! Matches of the watchlist: listed, confirmed or dismissed, and compared again.

mod answer;
mod handler;
mod listing;
mod replaying;
mod reviewing;
mod store;

pub use answer::{Comparison, Replayed, ReviewBody, WatchlistMatch};
pub use handler::handle;

use shared::{
    door::{ReadDoor, WriteDoor},
    runtime::Function,
};

/// Everything this function may touch.
pub struct Deps {
    /// Admits callers who review or compare again.
    pub door: WriteDoor,
    /// Admits callers who read.
    pub reads: ReadDoor,
}

shared::wire!(Deps { door, reads });

/// This function: what makes it run, what it holds, and what answers.
#[must_use]
pub fn function() -> Function {
    Function::http("review-watchlist", handle)
}

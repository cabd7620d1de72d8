//! Takes up what was committed for later, nudged by a message and once a minute.

mod deps;
mod handler;
mod store;

pub use deps::{Deps, Settings};
pub use handler::{PAGE, consume, sweep};

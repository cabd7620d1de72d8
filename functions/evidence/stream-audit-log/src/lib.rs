//! Delivers each log to where its organization wants it, each minute, in order and at least once.

mod delivery;
mod deps;
mod handler;
mod page;
mod store;

pub use deps::{Deps, Settings};
pub use handler::{stream, sweep};
pub use store::{PAGE_BYTES_MAX, PAGE_MAX};

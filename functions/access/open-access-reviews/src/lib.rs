//! Opens an access review for each organization, once a quarter.

mod deps;
mod handler;
mod store;

pub use deps::{Deps, Settings};
pub use handler::{open, sweep};

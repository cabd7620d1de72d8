//! Sends members the mail that was asked for, each with a link of its own where it carries one.

mod deps;
mod handler;
mod letters;
mod link;
mod store;

pub use deps::{Deps, Settings};
pub use handler::{consume, sweep};

//! `/v1/access-reviews`: who has access, and who keeps it.

pub mod decisions;
mod deps;
mod handler;
mod items;
pub mod review;
pub mod reviews;
mod store;

pub use deps::{Deps, Settings};
pub use handler::handle;

//! Sites with their hosts, visit types and notices.

mod deps;
mod handler;
pub mod hosts;
pub mod notices;
pub mod sites;
mod store;
pub mod visit_types;

pub use deps::{Deps, Settings};
pub use handler::handle;

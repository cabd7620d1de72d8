//! `GET /v1/audit-log`: entries of the audit log.

mod deps;
pub mod entries;
pub mod filters;
mod handler;
mod store;

pub use deps::{Deps, Settings};
pub use entries::LoggedEntry;
pub use filters::Filters;
pub use handler::handle;

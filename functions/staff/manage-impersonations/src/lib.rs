//! `/v1/impersonations` and `/v1/impersonation-policy`: what the operator's staff do at an organization, as it sees it.

pub mod answering;
mod deps;
mod handler;
pub mod impersonation;
mod impersonations;
pub mod policy;
mod store;

pub use deps::{Deps, Settings};
pub use handler::handle;

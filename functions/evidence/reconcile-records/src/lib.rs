//! `GET /v1/reconciliation`: names the visits, entries and events of a period whose counterparts are missing.

mod deps;
pub mod findings;
mod handler;
pub mod period;
mod store;

pub use deps::{Deps, Settings};
pub use findings::{Finding, Reconciliation};
pub use handler::handle;
pub use period::Period;

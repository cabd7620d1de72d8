//! `POST /v1/session/impersonation`: a member of the operator's staff comes in at a customer.

mod deps;
mod handler;
pub mod opened;
mod opening;
mod store;

pub use deps::{Deps, Settings};
pub use handler::{Passport, handle};
pub use opened::OpenedImpersonation;

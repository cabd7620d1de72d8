//! `/v1/mission-control/impersonations`: the operator's staff ask to act for a customer, and go over.

pub mod asking;
mod deps;
pub mod handing_off;
mod handler;
mod staff;
mod store;

pub use deps::{Deps, Settings};
pub use handler::handle;

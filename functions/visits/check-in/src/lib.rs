//! `POST /v1/visits`: a visitor or a driver arrives at a site.

pub mod arrival;
mod deps;
mod handler;
mod images;
mod receipt;
mod record;
mod rules;
mod store;
mod visit;

pub use arrival::Arrival;
pub use deps::{Deps, Settings};
pub use handler::handle;
pub use receipt::Receipt;

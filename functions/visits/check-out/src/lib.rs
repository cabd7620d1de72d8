//! `POST /v1/visits/{visit_id}/check-out`: a visitor or a driver leaves.

pub mod departure;
mod deps;
mod handler;
mod store;

pub use departure::{Departed, Departure};
pub use deps::{Deps, Settings};
pub use handler::handle;

//! `POST /v1/visits/{visit_id}/reveal`: opens sealed values of one visit, for a written reason.

mod deps;
mod handler;
mod open;
pub mod revealed;
mod store;

pub use deps::{Deps, Settings};
pub use handler::handle;
pub use revealed::{Demand, Revealed};

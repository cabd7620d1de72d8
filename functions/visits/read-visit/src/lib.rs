//! `GET /v1/visits/{visit_id}`: one visit, without its sealed values.

mod deps;
mod handler;
mod store;
pub mod visit;

pub use deps::{Deps, Settings};
pub use handler::handle;
pub use visit::Visit;

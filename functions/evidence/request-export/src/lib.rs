//! `POST /v1/exports`: asks for a bundle of the log, of everything, or of one visit.

mod demand;
mod deps;
mod handler;
mod naming;
mod store;

pub use demand::{Demand, RequestedExport};
pub use deps::{Deps, Settings};
pub use handler::handle;

//! `GET /v1/exports/{export_id}` and `GET /v1/jobs`: how far bundles are.

mod deps;
pub mod export;
mod handler;
mod store;

pub use deps::{Deps, Settings};
pub use export::{Export, Progress};
pub use handler::handle;

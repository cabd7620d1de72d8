//! `POST /v1/exports/{export_id}/download`: a link that opens a bundle for ten minutes.

mod deps;
mod handler;
mod link;
mod store;

pub use deps::{Deps, Settings};
pub use handler::handle;
pub use link::BundleLink;

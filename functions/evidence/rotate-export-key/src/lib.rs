//! `POST /v1/export-keys`: a new key of the HMACs of bundles, shown once.

mod deps;
mod handler;
mod key;
mod store;

pub use deps::{Deps, Settings};
pub use handler::handle;
pub use key::ExportKey;

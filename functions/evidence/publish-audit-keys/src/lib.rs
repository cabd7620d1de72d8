//! `GET /.well-known/doorbook-audit-key`: the keys that checkpoints and bundles are verified by.

mod deps;
mod handler;
pub mod keys;

pub use deps::{Deps, Settings};
pub use handler::handle;
pub use keys::{AuditKey, AuditKeys};

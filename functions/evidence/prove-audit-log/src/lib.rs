//! `GET /v1/audit-log/checkpoint`, `/proof` and `/consistency`: what was signed of a log, and what leads to it.

mod deps;
mod handler;
pub mod proofs;
mod store;

pub use deps::{Deps, Settings};
pub use handler::handle;
pub use proofs::{ConsistencyProof, InclusionProof, SealedLog};

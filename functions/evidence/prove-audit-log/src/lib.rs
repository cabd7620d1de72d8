//! `GET /v1/audit-log/checkpoint`, `/proof` and `/consistency`: what was signed of a log, and what leads to it.

mod handler;
pub mod proofs;
mod store;

pub use handler::handle;
pub use proofs::{ConsistencyProof, InclusionProof, SealedLog};

use shared::{door::ReadDoor, runtime::Function};

/// Everything this function may touch.
pub struct Deps {
    /// Admits callers.
    pub door: ReadDoor,
}

shared::wire!(Deps { door });

/// This function: what makes it run, what it holds, and what answers.
#[must_use]
pub fn function() -> Function {
    Function::http("prove-audit-log", handle)
}

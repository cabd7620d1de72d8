//! `GET /v1/exports/{export_id}` and `GET /v1/jobs`: how far bundles are.

pub mod export;
mod handler;
mod store;

pub use export::{Export, Progress};
pub use handler::handle;

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
    Function::http("read-export", handle)
}

//! `POST /v1/export-keys`: a new key of the HMACs of bundles, shown once.

mod handler;
mod key;
mod store;

pub use handler::handle;
pub use key::ExportKey;

use shared::{door::WriteDoor, runtime::Function};

/// Everything this function may touch.
pub struct Deps {
    /// Admits callers.
    pub door: WriteDoor,
}

shared::wire!(Deps { door });

/// This function: what makes it run, what it holds, and what answers.
#[must_use]
pub fn function() -> Function {
    Function::http("rotate-export-key", handle)
}

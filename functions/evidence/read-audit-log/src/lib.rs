//! `GET /v1/audit-log`: entries of the audit log.

pub mod entries;
pub mod filters;
mod handler;
mod store;

pub use entries::LoggedEntry;
pub use filters::Filters;
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
    Function::http("read-audit-log", handle)
}

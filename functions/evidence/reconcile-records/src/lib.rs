//! `GET /v1/reconciliation`: names the visits, entries and events of a period whose counterparts are missing.

pub mod findings;
mod handler;
pub mod period;
mod store;

pub use findings::{Finding, Reconciliation};
pub use handler::handle;
pub use period::Period;

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
    Function::http("reconcile-records", handle)
}

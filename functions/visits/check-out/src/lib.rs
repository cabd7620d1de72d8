//! `POST /v1/visits/{visit_id}/check-out`: a visitor or a driver leaves.

pub mod departure;
mod handler;
mod store;

pub use departure::{Departed, Departure};
pub use handler::handle;

use shared::{door::WriteDoor, queue::Queue, runtime::Function};

/// Everything this function may touch.
pub struct Deps {
    /// Admits callers.
    pub door: WriteDoor,
}

shared::wire!(Deps { door });

/// This function: what makes it run, what it holds, and what answers.
#[must_use]
pub fn function() -> Function {
    Function::http("check-out", handle).telling(Queue::Outbox)
}

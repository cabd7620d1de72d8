//! `POST /v1/visits/{visit_id}/decision`: lets a held visitor in, or turns them away.

mod decision;
mod handler;
mod store;

pub use decision::{Decided, DecisionBody};
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
    Function::http("decide-visit", handle).telling(Queue::Outbox)
}

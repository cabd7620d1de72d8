//! `POST /v1/visits`: a visitor or a driver arrives at a site.

pub mod arrival;
pub mod body;
mod document;
pub mod goods;
mod handler;
mod images;
mod receipt;
mod record;
mod rules;
mod screening;
mod store;
mod visit;

pub use arrival::Arrival;
pub use handler::handle;
pub use receipt::Receipt;

use shared::{door::WriteDoor, objects::ObjectWriter, queue::Queue, runtime::Function};

/// Everything this function may touch.
pub struct Deps {
    /// Admits callers.
    pub door: WriteDoor,
    /// Keeps sealed images.
    pub objects: ObjectWriter,
}

shared::wire!(Deps { door, objects });

/// This function: what makes it run, what it holds, and what answers.
#[must_use]
pub fn function() -> Function {
    Function::http("check-in", handle).telling(Queue::Outbox)
}

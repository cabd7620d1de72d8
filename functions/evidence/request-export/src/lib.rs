//! `POST /v1/exports`: asks for a bundle of the log, of everything, or of one visit.

mod demand;
mod handler;
mod store;

pub use demand::{Demand, RequestedExport};
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
    Function::http("request-export", handle).telling(Queue::ExportRequests)
}

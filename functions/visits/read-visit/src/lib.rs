//! `GET /v1/visits/{visit_id}`: one visit, without its sealed values.

mod handler;
mod store;
pub mod visit;

pub use handler::handle;
pub use visit::Visit;

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
    Function::http("read-visit", handle)
}

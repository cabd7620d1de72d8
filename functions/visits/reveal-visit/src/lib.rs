//! `POST /v1/visits/{visit_id}/reveal`: opens sealed values of one visit, for a written reason.

mod handler;
mod open;
pub mod revealed;
mod store;

pub use handler::handle;
pub use revealed::{Demand, Revealed};

use shared::{door::WriteDoor, objects::ObjectReader, runtime::Function};

/// Everything this function may touch.
pub struct Deps {
    /// Admits callers.
    pub door: WriteDoor,
    /// Keeps sealed images.
    pub objects: ObjectReader,
}

shared::wire!(Deps { door, objects });

/// This function: what makes it run, what it holds, and what answers.
#[must_use]
pub fn function() -> Function {
    Function::http("reveal-visit", handle)
}

//! `$default`: answers every route and method that no other function answers.

mod handler;
mod routes;

pub use handler::handle;
pub use routes::methods_of;

use shared::runtime::Function;

/// This function: what makes it run, what it holds, and what answers.
#[must_use]
pub fn function() -> Function {
    Function::http("refuse-unknown-route", handle)
}

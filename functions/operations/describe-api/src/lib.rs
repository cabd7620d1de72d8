//! `GET /v1/openapi.json` and `GET /v1/roles`: the OpenAPI document and the table of roles, for anybody.

mod handler;
pub mod roles;

pub use handler::{DOCUMENT, handle};
pub use roles::Roles;

use shared::runtime::Function;

/// This function: what makes it run, what it holds, and what answers.
#[must_use]
pub fn function() -> Function {
    Function::http("describe-api", handle)
}

//! What the API says of itself. Contract in `functions/operations/describe-api/README.md`.

use shared::{
    Error, Result,
    http::{Reply, Request},
};

use crate::Roles;

/// The OpenAPI document, generated from the types of all functions; a test keeps it so.
pub const DOCUMENT: &str = include_str!("../../../../docs/openapi.json");

/// Answers without a credential. It reads nothing of the request but its route, and touches nothing.
///
/// # Errors
/// [`Error::NotFound`] for a route that is not its own.
pub async fn handle((): &(), request: &Request) -> Result<Reply> {
    match request.route() {
        "GET /v1/openapi.json" => Ok(Reply::document(DOCUMENT)),
        "GET /v1/roles" => Reply::ok(&Roles::of_table()),
        _ => Err(Error::NotFound),
    }
}

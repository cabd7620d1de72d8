//! Routes the ways to set a password to their modules. Contract in `functions/access/set-password/README.md`.
//! Promises T5, E1.

use shared::{
    Error, Result,
    http::{Reply, Request},
};

use crate::{Deps, change, reset, use_link};

/// Answers the routes that `template.yaml` gives this function.
///
/// # Errors
/// The refusals of the contract; see the README's table.
pub async fn handle(deps: &Deps, request: &Request) -> Result<Reply> {
    match request.route() {
        "POST /v1/member-invitations/accept" => use_link::accept(deps, request).await,
        "POST /v1/password-resets" => reset::request_link(deps, request).await,
        "POST /v1/password-resets/complete" => use_link::complete(deps, request).await,
        "POST /v1/session/password" => change::change(deps, request).await,
        _ => Err(Error::NotFound),
    }
}

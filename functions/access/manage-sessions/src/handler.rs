//! Routes requests about a member's sessions to their modules. Contract in
//! `functions/access/manage-sessions/README.md`. Promises T6, E1.

use shared::{
    Error, Result,
    http::{Reply, Request},
};

use crate::{Deps, own, sessions};

/// Answers the routes that `template.yaml` gives this function.
///
/// # Errors
/// The refusals of the contract; see the README's table.
pub async fn handle(deps: &Deps, request: &Request) -> Result<Reply> {
    match request.route() {
        "GET /v1/session" => own::read(deps, request).await,
        "DELETE /v1/session" => own::sign_out(deps, request).await,
        "GET /v1/sessions" => sessions::list(deps, request).await,
        "POST /v1/sessions/{session_id}/revoke" => sessions::revoke(deps, request).await,
        _ => Err(Error::NotFound),
    }
}

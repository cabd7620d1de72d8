//! Routes an organization's requests about impersonations to their modules. Contract in
//! `functions/staff/manage-impersonations/README.md`. Promises T10, E1.

use shared::{
    Error, Result,
    http::{Reply, Request},
};

use crate::{Deps, answering, impersonations, policy};

/// Answers the routes that `template.yaml` gives this function.
///
/// # Errors
/// The refusals of the contract; see the README's table.
pub async fn handle(deps: &Deps, request: &Request) -> Result<Reply> {
    match request.route() {
        "GET /v1/impersonations" => impersonations::list(deps, request).await,
        "GET /v1/impersonations/{impersonation_id}" => impersonations::read(deps, request).await,
        "POST /v1/impersonations/{impersonation_id}/approve" => answering::approve(deps, request).await,
        "POST /v1/impersonations/{impersonation_id}/end" => answering::end(deps, request).await,
        "GET /v1/impersonation-policy" => policy::read(deps, request).await,
        "PATCH /v1/impersonation-policy" => policy::change(deps, request).await,
        _ => Err(Error::NotFound),
    }
}

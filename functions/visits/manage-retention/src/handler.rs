//! Routes requests about retention to their modules. Contract in `functions/visits/manage-retention/README.md`. Promises
//! O5, P3, T4, E1.

use shared::{
    Error, Result,
    http::{Reply, Request},
};

use crate::{Deps, holds, periods};

/// Answers the routes that `template.yaml` gives this function.
///
/// # Errors
/// The refusals of the contract; see the README's table.
pub async fn handle(deps: &Deps, request: &Request) -> Result<Reply> {
    match request.route() {
        "GET /v1/retention" => periods::list(deps, request).await,
        "PATCH /v1/sites/{site_id}/retention" => periods::change(deps, request).await,
        "POST /v1/visits/{visit_id}/legal-hold" => holds::place(deps, request).await,
        "DELETE /v1/visits/{visit_id}/legal-hold" => holds::release(deps, request).await,
        _ => Err(Error::NotFound),
    }
}

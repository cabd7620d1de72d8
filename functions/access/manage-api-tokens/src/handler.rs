//! Routes requests about API tokens to their modules. Contract in
//! `functions/access/manage-api-tokens/README.md`. Promises T7, E1.

use shared::{
    Error, Result,
    http::{Reply, Request},
};

use crate::{Deps, new, tokens};

/// Answers the routes that `template.yaml` gives this function.
///
/// # Errors
/// The refusals of the contract; see the README's table.
pub async fn handle(deps: &Deps, request: &Request) -> Result<Reply> {
    match request.route() {
        "POST /v1/api-tokens" => new::create(deps, request).await,
        "GET /v1/api-tokens" => tokens::list(deps, request).await,
        "POST /v1/api-tokens/{api_token_id}/revoke" => tokens::revoke(deps, request).await,
        _ => Err(Error::NotFound),
    }
}

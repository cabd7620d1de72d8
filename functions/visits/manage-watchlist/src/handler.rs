//! Routes requests about the watchlist to their modules. Contract in
//! `functions/visits/manage-watchlist/README.md`. Promises D6, T4, E1.

use shared::{
    Error, Result,
    http::{Reply, Request},
};

use crate::{Deps, changes, listing};

/// Answers the routes that `template.yaml` gives this function.
///
/// # Errors
/// The refusals of the contract; see the README's table.
pub async fn handle(deps: &Deps, request: &Request) -> Result<Reply> {
    match request.route() {
        "POST /v1/watchlist" => changes::create(deps, request).await,
        "GET /v1/watchlist" => listing::list(deps, request).await,
        "POST /v1/watchlist/{entry_id}/reveal" => listing::reveal(deps, request).await,
        "DELETE /v1/watchlist/{entry_id}" => changes::end(deps, request).await,
        _ => Err(Error::NotFound),
    }
}

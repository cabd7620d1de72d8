//! Routes requests about matches of the watchlist to their modules. Contract in
//! `functions/visits/review-watchlist/README.md`. Promises D6, T4, E1.

use shared::{
    Error, Result,
    http::{Reply, Request},
};

use crate::{Deps, listing, replaying, reviewing};

/// Answers the routes that `template.yaml` gives this function.
///
/// # Errors
/// The refusals of the contract; see the README's table.
pub async fn handle(deps: &Deps, request: &Request) -> Result<Reply> {
    match request.route() {
        "GET /v1/watchlist-matches" => listing::list(deps, request).await,
        "GET /v1/watchlist-matches/{match_id}" => listing::read(deps, request).await,
        "POST /v1/watchlist-matches/{match_id}/review" => reviewing::review(deps, request).await,
        "POST /v1/watchlist-matches/{match_id}/replay" => replaying::replay(deps, request).await,
        _ => Err(Error::NotFound),
    }
}

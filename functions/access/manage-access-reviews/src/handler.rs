//! Routes requests about access reviews to their modules. Contract in
//! `functions/access/manage-access-reviews/README.md`. Promises T11, T8, E1.

use shared::{
    Error, Result,
    http::{Reply, Request},
};

use crate::{Deps, decisions, items, reviews};

/// Answers the routes that `template.yaml` gives this function.
///
/// # Errors
/// The refusals of the contract; see the README's table.
pub async fn handle(deps: &Deps, request: &Request) -> Result<Reply> {
    match request.route() {
        "GET /v1/access-reviews" => reviews::list(deps, request).await,
        "GET /v1/access-reviews/{review_id}" => reviews::read(deps, request).await,
        "GET /v1/access-reviews/{review_id}/items" => items::list(deps, request).await,
        "POST /v1/access-reviews/{review_id}/items/{item_id}/decision" => decisions::decide(deps, request).await,
        _ => Err(Error::NotFound),
    }
}

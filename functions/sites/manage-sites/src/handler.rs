//! Routes requests about sites, hosts, notices and visit types to their modules. Contract in
//! `functions/sites/manage-sites/README.md`. Promises D2, T1, E1.

use shared::{
    Error, Result,
    http::{Reply, Request},
};

use crate::{Deps, hosts, notices, sites, visit_types};

/// Answers the routes that `template.yaml` gives this function.
///
/// # Errors
/// The refusals of the contract; see the README's table.
pub async fn handle(deps: &Deps, request: &Request) -> Result<Reply> {
    match request.route() {
        "POST /v1/sites" => sites::create(deps, request).await,
        "GET /v1/sites" => sites::list(deps, request).await,
        "PATCH /v1/sites/{site_id}" => sites::change(deps, request).await,
        "POST /v1/hosts" => hosts::create(deps, request).await,
        "GET /v1/hosts" => hosts::list(deps, request).await,
        "POST /v1/visit-types" => visit_types::publish(deps, request).await,
        "GET /v1/visit-types" => visit_types::list(deps, request).await,
        "POST /v1/notices" => notices::publish(deps, request).await,
        "GET /v1/notices" => notices::list(deps, request).await,
        "GET /v1/notices/{version_id}" => notices::read(deps, request).await,
        "POST /v1/notices/{version_id}/retire" => notices::retire(deps, request).await,
        _ => Err(Error::NotFound),
    }
}

//! Routes requests about streams to their modules. Contract in
//! `functions/evidence/manage-log-streams/README.md`. Promises E6, E1, T4.

use shared::{
    Error, Result,
    http::{Reply, Request},
};

use crate::{Deps, changes, new, streams};

/// Answers the routes that `template.yaml` gives this function.
///
/// # Errors
/// The refusals of the contract; see the README's table.
pub async fn handle(deps: &Deps, request: &Request) -> Result<Reply> {
    match request.route() {
        "POST /v1/audit-log/streams" => new::create(deps, request).await,
        "GET /v1/audit-log/streams" => streams::list(deps, request).await,
        "POST /v1/audit-log/streams/{stream_id}/pause" => changes::pause(deps, request).await,
        "POST /v1/audit-log/streams/{stream_id}/resume" => changes::resume(deps, request).await,
        "POST /v1/audit-log/streams/{stream_id}/rewind" => changes::rewind(deps, request).await,
        "DELETE /v1/audit-log/streams/{stream_id}" => changes::end(deps, request).await,
        _ => Err(Error::NotFound),
    }
}

//! Routes requests about kiosks to their modules. Contract in
//! `functions/sites/manage-kiosks/README.md`. Promises D10, T12, E1.

use shared::{
    Error, Result,
    http::{Reply, Request},
};

use crate::{Deps, kiosks, new};

/// Answers the routes that `template.yaml` gives this function.
///
/// # Errors
/// The refusals of the contract; see the README's table.
pub async fn handle(deps: &Deps, request: &Request) -> Result<Reply> {
    match request.route() {
        "POST /v1/sites/{site_id}/kiosks" => new::confirm(deps, request).await,
        "GET /v1/sites/{site_id}/kiosks" => kiosks::list(deps, request).await,
        "PATCH /v1/kiosks/{kiosk_id}" => kiosks::rename(deps, request).await,
        "POST /v1/kiosks/{kiosk_id}/revoke" => kiosks::revoke(deps, request).await,
        _ => Err(Error::NotFound),
    }
}

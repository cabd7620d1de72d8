//! Routes the two steps of pairing a device to their modules. Contract in `functions/sites/pair-kiosk/README.md`.
//! Promises D10, T12, E1.

use shared::{
    Error, Result,
    http::{Reply, Request},
};

use crate::{Deps, asking, fetching};

/// Answers the routes that `template.yaml` gives this function.
///
/// # Errors
/// The refusals of the contract; see the README's table.
pub async fn handle(deps: &Deps, request: &Request) -> Result<Reply> {
    match request.route() {
        "POST /v1/kiosk-pairings" => asking::ask(deps, request).await,
        "POST /v1/kiosk-pairings/token" => fetching::fetch(deps, request).await,
        _ => Err(Error::NotFound),
    }
}

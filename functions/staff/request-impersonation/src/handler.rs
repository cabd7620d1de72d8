//! Routes the two steps of an impersonation to their modules. Contract in
//! `functions/staff/request-impersonation/README.md`. Promises T10, E1.

use shared::{
    Error, Result,
    http::{Reply, Request},
};

use crate::{Deps, asking, handing_off};

/// Answers the routes that `template.yaml` gives this function.
///
/// # Errors
/// The refusals of the contract; see the README's table.
pub async fn handle(deps: &Deps, request: &Request) -> Result<Reply> {
    match request.route() {
        "POST /v1/mission-control/impersonations" => asking::ask(deps, request).await,
        "POST /v1/mission-control/impersonations/{impersonation_id}/hand-off" => {
            handing_off::hand_off(deps, request).await
        }
        _ => Err(Error::NotFound),
    }
}

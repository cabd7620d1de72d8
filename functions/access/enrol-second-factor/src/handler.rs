//! Routes requests about a member's second factor to their modules. Contract in
//! `functions/access/enrol-second-factor/README.md`. Promises T5, E1.

use shared::{
    Error, Result,
    http::{Reply, Request},
};

use crate::{Deps, recovery, totp};

/// Answers the routes that `template.yaml` gives this function.
///
/// # Errors
/// The refusals of the contract; see the README's table.
pub async fn handle(deps: &Deps, request: &Request) -> Result<Reply> {
    match request.route() {
        "POST /v1/session/totp" => totp::begin(deps, request).await,
        "POST /v1/session/totp/confirm" => totp::confirm(deps, request).await,
        "DELETE /v1/session/totp" => totp::give_up(deps, request).await,
        "POST /v1/session/recovery-codes" => recovery::replace(deps, request).await,
        _ => Err(Error::NotFound),
    }
}

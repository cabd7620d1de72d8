//! Routes the two steps of signing in to their modules. Contract in `functions/access/sign-in/README.md`.
//! Promises T5, T6, E1.

use shared::{
    Error, Result,
    http::{Reply, Request},
};

use crate::{Deps, password, second_factor};

/// Answers the routes that `template.yaml` gives this function.
///
/// # Errors
/// The refusals of the contract; see the README's table.
pub async fn handle(deps: &Deps, request: &Request) -> Result<Reply> {
    match request.route() {
        "POST /v1/session" => password::open(deps, request).await,
        "POST /v1/session/second-factor" => second_factor::prove(deps, request).await,
        _ => Err(Error::NotFound),
    }
}

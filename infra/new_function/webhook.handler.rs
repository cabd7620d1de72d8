//! Handles `@route@`. Contract in `functions/@area@/@name@/README.md`.

use serde::Serialize;
use shared::{
    Error, Result,
    http::Reply,
    runtime::{Unverified, Verified},
};
use utoipa::ToSchema;

use crate::Deps;

/// What was signed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = @resource@Received)]
pub struct Received {
    /// Bytes of the body.
    pub bytes: usize,
}

/// Reads what was signed out of a request. COMPARE THE SIGNATURE HERE; UNTIL THEN EVERY REQUEST IS REFUSED.
///
/// # Errors
/// When it was not signed by the sender.
pub async fn verify(_deps: &Deps, request: &Unverified<'_>) -> Result<Received> {
    let signature = request.header("x-signature").ok_or(Error::Forbidden)?;
    if signature.is_empty() || !request.body().is_empty() {
        return Err(Error::Forbidden);
    }
    Ok(Received { bytes: request.body().len() })
}

/// Acts on what was signed.
///
/// # Errors
/// The refusals of the contract; see the README's table.
pub async fn handle(_deps: &Deps, received: &Verified<Received>) -> Result<Reply> {
    Reply::ok(received.signed())
}

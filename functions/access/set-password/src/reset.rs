//! Handles `POST /v1/password-resets`. Neither the answer nor the time that it takes tells whether there is such an
//! organization or such a member.

use std::time::Duration;

use serde::Deserialize;
use shared::{
    Error, Result,
    domain::text::{KnownAddress, Slug},
    http::{Nothing, Reply, Request},
    id::MailId,
};
use tokio::time::Instant;
use utoipa::ToSchema;

use crate::{Deps, store};

/// When the answer is given, whatever was found and written by then: far more than any of it takes.
const ANSWERED_AFTER: Duration = Duration::from_millis(300);

/// Who wants a link.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResetRequest {
    /// Handle of the organization.
    slug: Slug,
    /// E-mail address of the member.
    email: KnownAddress,
}

/// Has a link sent to the member with this address, if there is one who may sign in.
pub(crate) async fn request_link(deps: &Deps, request: &Request) -> Result<Reply> {
    let wish: ResetRequest = request.json_unauthenticated()?;

    let answered_at = Instant::now() + ANSWERED_AFTER;
    let outcome = ask(deps, request, &wish).await;
    tokio::time::sleep_until(answered_at).await;

    outcome?;
    Reply::accepted(&Nothing {})
}

/// Writes the mail that `send-mail` finds within a minute. It is not nudged: only where a mail was written would there
/// be anything to nudge for.
async fn ask(deps: &Deps, request: &Request, wish: &ResetRequest) -> Result<()> {
    let Some(work) = deps.door.find(request, &wish.slug).await? else { return Ok(()) };
    let now = deps.door.now();
    let lookup = store::request_reset(&wish.email, request, MailId::new(now), now);
    match work.with_tenant(async |tx| tx.find(lookup).await).await? {
        Some(seconds) => Err(Error::throttled(seconds)),
        None => Ok(()),
    }
}

//! Staff go over: a token that opens what the customer has, or need not have, let in.

use serde::{Deserialize, Serialize};
use shared::{
    Error, Result,
    audit::{Action, AuditEvent, Diff, TargetKind},
    authn::hand_off::{HAND_OFF_LIFETIME_S, HandOff, Passage},
    clock::Timestamp,
    domain::{BoundedText as _, impersonation::ImpersonationState, text::Slug},
    http::{Reply, Request},
    id::{HandOffId, ImpersonationId},
};
use utoipa::ToSchema;

use crate::{
    Deps,
    staff::{admit, find_customer, refuse},
    store::{self, Awaited, NewHandOff},
};

/// Where the impersonation is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Destination {
    /// Handle of the customer.
    slug: Slug,
}

/// A token to go over with.
#[derive(Debug, Serialize, ToSchema)]
pub struct HandedOff {
    /// The token, for `POST /v1/session/impersonation`. Shown once: null when this answer is a replay.
    pub token: Option<String>,
    /// Until when it opens, once, and unless a newer one takes its place.
    pub expires_at: Timestamp,
}

/// Makes a hand-off the one that opens, and shows its token.
pub(crate) async fn hand_off(deps: &Deps, request: &Request) -> Result<Reply> {
    let destination: Destination = request.json()?;

    let (admitted, asking) = admit(deps, request).await?;
    let Some(staff) = asking else { return refuse(admitted, request).await };
    let customer = find_customer(deps, &admitted, request, &destination.slug).await?;

    // The customer's side comes first: what it then waits for is a token that is not shown yet.
    let (now, id) = (admitted.now(), HandOffId::new(admitted.now()));
    let impersonation: ImpersonationId = request.target("impersonation_id");
    let expires_at = now.plus_seconds(HAND_OFF_LIFETIME_S);
    let lookup = store::hand_off(&NewHandOff { id, impersonation, staff: staff.id, expires_at }, now);
    let found = customer.with_tenant(async |tx| tx.find(lookup).await).await?;
    let Awaited { role, reason, .. } = found.ok_or(Error::NotFound)?.expect_approved()?;

    let passage = Passage {
        staff: staff.id,
        staff_organization: admitted.caller().organization,
        staff_session: admitted.caller().credential,
        organization: customer.organization(),
        impersonation,
        role,
        reason: reason.as_str().to_owned(),
    };
    let hand_off = HandOff::new(id, passage, now);
    let expires_at = hand_off.expires_at;
    let shown = |token| HandedOff { token, expires_at };
    let reply = Reply::created(&shown(Some(deps.keys.sign(&hand_off)?)))?.replayed_as(&shown(None))?;
    let facts = Diff::new()
        .added("organization_id", customer.organization())
        .added("hand_off_id", id)
        .added("expires_at", expires_at);
    let entry = AuditEvent::new(Action::ImpersonationHandedOff, TargetKind::Impersonation, impersonation).with(facts);
    admitted.record(reply, |batch| batch.audit(entry)).await
}

impl Awaited {
    /// Refuses what is not let in yet, and what opens nothing any more.
    fn expect_approved(self) -> Result<Self> {
        match self.state {
            ImpersonationState::Approved => Ok(self),
            ImpersonationState::Requested => Err(Error::conflict("waits_for_approval")),
            ImpersonationState::Open => Err(Error::conflict("already_open")),
            ImpersonationState::Ended | ImpersonationState::Lapsed => Err(Error::conflict("ended")),
        }
    }
}

//! Approves impersonations, with Restricted values or without, and ends them.

use serde::Deserialize;
use shared::{
    Error, Result,
    access::Permission,
    audit::{Action, AuditEvent, Diff, TargetKind},
    authn::reach::Reach,
    clock::Timestamp,
    domain::impersonation::{ImpersonationEnder, ImpersonationState},
    http::{Nothing, Reply, Request},
};
use utoipa::ToSchema;

use crate::{Deps, impersonation::Impersonation, store};

/// How far staff are let in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// True where they may also reveal Restricted values, each time with a reason and an entry. The member who
    /// approves it may reveal them too.
    restricted: bool,
}

/// Lets staff in; to Restricted values at once, where they are in already.
pub(crate) async fn approve(deps: &Deps, request: &Request) -> Result<Reply> {
    let approval: Approval = request.json()?;

    let lookup = store::load_impersonation(request.target("impersonation_id"), deps.door.now());
    let lookups = (lookup, Reach::of(request.credential()?.sha256));
    let (admitted, (before, reach)) = deps.door.admit(request, Permission::ImpersonationApprove, lookups).await?;
    if approval.restricted && !reach.holds(Permission::VisitReveal) {
        return admitted.forbid(request, Diff::new().added("permission", Permission::VisitReveal)).await;
    }
    if !before.state.is_under_way() {
        return Err(Error::conflict("ended"));
    }

    let now = admitted.now();
    let after = before.let_in(&approval, now);
    let facts = Diff::new().added("restricted", after.restricted_approved_at.is_some()).added("role", after.role);
    let entry = AuditEvent::new(Action::ImpersonationApproved, TargetKind::Impersonation, after.impersonation_id);
    let reply = Reply::ok(&after)?;
    admitted
        .record(reply, |batch| {
            if after != before {
                store::approve(batch, &after, approval.restricted, now);
                batch.audit(entry.with(facts));
            }
        })
        .await
}

/// Ends an impersonation, opened or not, with its next request. One that has ended stays so.
pub(crate) async fn end(deps: &Deps, request: &Request) -> Result<Reply> {
    let Nothing {} = request.json_or_empty()?;

    let lookup = store::load_impersonation(request.target("impersonation_id"), deps.door.now());
    let (admitted, before) = deps.door.admit(request, Permission::ImpersonationApprove, lookup).await?;

    let now = admitted.now();
    let after = before.ended(now);
    let ended_by = ImpersonationEnder::Customer;
    let entry = AuditEvent::new(Action::ImpersonationEnded, TargetKind::Impersonation, after.impersonation_id)
        .with(Diff::new().added("ended_by", ended_by));
    let reply = Reply::ok(&after)?;
    admitted
        .record(reply, |batch| {
            if after != before {
                store::end(batch, after.impersonation_id, ended_by, now);
                batch.audit(entry);
            }
        })
        .await
}

impl Impersonation {
    fn let_in(&self, approval: &Approval, now: Timestamp) -> Self {
        let restricted = self.restricted_approved_at.or(approval.restricted.then_some(now));
        let state = match self.state {
            ImpersonationState::Requested => ImpersonationState::Approved,
            state => state,
        };
        let approved_at = self.approved_at.or(Some(now));
        Self { state, approved_at, restricted_approved_at: restricted, ..self.clone() }
    }

    fn ended(&self, now: Timestamp) -> Self {
        if !self.state.is_under_way() {
            return self.clone();
        }
        let ended_by = Some(ImpersonationEnder::Customer);
        Self { state: ImpersonationState::Ended, ended_at: Some(now), ended_by, ..self.clone() }
    }
}

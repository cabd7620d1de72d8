//! Handles `GET /v1/impersonation-policy` and `PATCH /v1/impersonation-policy`.

use serde::{Deserialize, Serialize};
use shared::{
    Result,
    access::Permission,
    audit::{Action, AuditEvent, Diff, TargetKind},
    http::{Reply, Request},
};
use utoipa::ToSchema;

use crate::{Deps, store};

/// Whether staff wait to be let in.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImpersonationPolicy {
    /// True where staff wait until a member has approved them. Restricted values need an approval each time, in either
    /// case.
    pub requires_approval: bool,
}

/// Shows the policy.
pub(crate) async fn read(deps: &Deps, request: &Request) -> Result<Reply> {
    request.query()?.finish()?;

    let lookup = store::load_requires_approval();
    let (_, requires_approval) = deps.reads.admit(request, Permission::ImpersonationApprove, lookup).await?;

    Reply::ok(&ImpersonationPolicy { requires_approval })
}

/// Changes the policy. Turned on, it also holds for those who asked before and have not come in yet.
pub(crate) async fn change(deps: &Deps, request: &Request) -> Result<Reply> {
    let policy: ImpersonationPolicy = request.json()?;

    let lookup = store::load_requires_approval();
    let (admitted, required_before) = deps.door.admit(request, Permission::ImpersonationApprove, lookup).await?;

    let (organization, now) = (admitted.caller().organization, admitted.now());
    let entry = AuditEvent::new(Action::ImpersonationPolicyChanged, TargetKind::Organization, organization)
        .with(Diff::new().changed("requires_approval", required_before, policy.requires_approval));
    let reply = Reply::ok(&policy)?;
    admitted
        .record(reply, |batch| {
            if policy.requires_approval != required_before {
                store::require_approval(batch, policy.requires_approval, now);
                batch.audit(entry);
            }
        })
        .await
}

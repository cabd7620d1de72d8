//! Handles `GET /v1/sign-in-policy` and `PATCH /v1/sign-in-policy`.

use serde::{Deserialize, Serialize};
use shared::{
    Result,
    access::{Permission, Role},
    audit::{Action, AuditEvent, Diff, TargetKind},
    authn::reach::Reach,
    http::{Reply, Request},
};
use utoipa::ToSchema;

use crate::{Deps, reach::refuse, store};

/// What every member proves to sign in.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignInPolicy {
    /// True where every member needs a second factor. Owners and admins always need one.
    pub requires_mfa: bool,
}

/// Shows the policy.
pub(crate) async fn read(deps: &Deps, request: &Request) -> Result<Reply> {
    request.query()?.finish()?;

    let lookup = store::load_requires_mfa();
    let (_, requires_mfa) = deps.reads.admit(request, Permission::MemberManage, lookup).await?;

    Reply::ok(&SignInPolicy { requires_mfa })
}

/// Changes the policy. Where a second factor becomes necessary, every session ends in which none was proven.
pub(crate) async fn change(deps: &Deps, request: &Request) -> Result<Reply> {
    let policy: SignInPolicy = request.json()?;

    let lookups = (store::load_requires_mfa(), Reach::of(request.credential()?.sha256));
    let (admitted, (required_before, reach)) = deps.door.admit(request, Permission::MemberManage, lookups).await?;
    // The policy concerns every member's sign-in: a narrow token that manages members is not enough to weaken it.
    if let Some(lacking) = reach.lacks(Role::Admin) {
        return refuse(admitted, request, lacking).await;
    }
    admitted.caller().expect_fresh(admitted.now())?;

    let (organization, now) = (admitted.caller().organization, admitted.now());
    let entry = AuditEvent::new(Action::SignInPolicyChanged, TargetKind::Organization, organization)
        .with(Diff::new().changed("requires_mfa", required_before, policy.requires_mfa));
    let reply = Reply::ok(&policy)?;
    admitted
        .record(reply, |batch| {
            if policy.requires_mfa != required_before {
                store::require_mfa(batch, policy.requires_mfa, now);
                batch.audit(entry);
            }
        })
        .await
}

//! Handles `PATCH /v1/members/{member_id}`: a member gets another role.

use serde::Deserialize;
use shared::{
    Error, Result,
    access::{Permission, Role},
    audit::{Action, AuditEvent, Diff, TargetKind},
    domain::member::MemberState,
    http::{Reply, Request},
};
use utoipa::ToSchema;

use crate::{
    Deps,
    member::Member,
    reach::{self, lookups},
    store,
};

/// What a member shall be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleChange {
    /// The role: neither it nor the one before may do more than the member who changes it.
    role: Role,
}

/// Changes a role. The member's sessions end, and so do the API tokens of theirs that reach further than the new one.
pub(crate) async fn change(deps: &Deps, request: &Request) -> Result<Reply> {
    let RoleChange { role } = request.json()?;

    let (admitted, (standing, reach)) = deps.door.admit(request, Permission::MemberManage, lookups(request)?).await?;
    let before = &standing.member;
    if let Some(lacking) = reach.lacks(before.role) {
        return reach::refuse(admitted, request, lacking).await;
    }
    if let Some(lacking) = reach.lacks(role) {
        return reach::refuse_role(admitted, request, lacking).await;
    }
    let is_another = role != before.role;
    if is_another && before.state == MemberState::Deactivated {
        return Err(Error::conflict("deactivated"));
    }
    if is_another {
        standing.member.role.expect_another_owner(standing.has_another_owner)?;
    }

    let (maker, now) = (admitted.caller().credential, admitted.now());
    let entry = AuditEvent::new(Action::MemberRoleChanged, TargetKind::Member, before.member_id)
        .with(Diff::new().changed("role", before.role, role));
    let reply = Reply::ok(&Member { role, ..before.clone() })?;
    admitted
        .record(reply, |batch| {
            if is_another {
                store::change_role(batch, maker, before, role, now);
                batch.audit(entry);
            }
        })
        .await
}

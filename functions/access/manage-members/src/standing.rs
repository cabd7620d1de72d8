//! Deactivates and reactivates members, and resets their second factor. Doing it twice changes nothing more.

use serde::Deserialize;
use shared::{
    Result,
    access::Permission,
    audit::{Action, AuditEvent, Diff, TargetKind},
    domain::{Reason, mail::MailKind, member::MemberState},
    http::{Nothing, Reply, Request},
    id::MemberId,
    outbox::OutgoingEvent,
};
use utoipa::ToSchema;

use crate::{
    Deps,
    member::Member,
    reach::{lookups, refuse},
    store,
};

/// Why something is taken from a member, where that is to be said.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Explained {
    /// The reason. It stands in the audit log in the clear, so it must not hold the member's address.
    reason: Option<Reason>,
}

impl Explained {
    /// Refuses a reason that would write into the log what it keeps sealed.
    fn refuse_naming(&self, member: &Member) -> Result<()> {
        self.reason.as_ref().map_or(Ok(()), |reason| reason.refuse_naming([Some(&member.email)]))
    }

    /// What was done, with the reason if there is one.
    fn entry(&self, action: Action, member: MemberId, diff: Diff) -> AuditEvent {
        let entry = AuditEvent::new(action, TargetKind::Member, member).with(diff);
        match &self.reason {
            Some(reason) => entry.because(reason),
            None => entry,
        }
    }
}

/// Ends a member's sessions, their links and the API tokens that were made under them.
pub(crate) async fn deactivate(deps: &Deps, request: &Request) -> Result<Reply> {
    let explained: Explained = request.json_or_empty()?;

    let (admitted, (standing, reach)) = deps.door.admit(request, Permission::MemberManage, lookups(request)?).await?;
    let before = &standing.member;
    if let Some(lacking) = reach.lacks(before.role) {
        return refuse(admitted, request, lacking).await;
    }
    explained.refuse_naming(before)?;
    let has_something = before.state != MemberState::Deactivated;
    if has_something {
        standing.member.role.expect_another_owner(standing.has_another_owner)?;
    }

    let (maker, now) = (admitted.caller().credential, admitted.now());
    let member = Member { state: MemberState::Deactivated, invitation_refused: false, ..before.clone() };
    let diff = Diff::new().changed("state", before.state, member.state);
    let entry = explained.entry(Action::MemberDeactivated, member.member_id, diff);
    let reply = Reply::ok(&member)?;
    admitted
        .record(reply, |batch| {
            if has_something {
                store::deactivate_member(batch, maker, before, now);
                batch.emit(OutgoingEvent::member_revoked(member.member_id));
                batch.audit(entry);
            }
        })
        .await
}

/// Lets a member in again with the password that they had; a member who never chose one is invited again.
pub(crate) async fn reactivate(deps: &Deps, request: &Request) -> Result<Reply> {
    let Nothing {} = request.json_or_empty()?;

    let (admitted, (standing, reach)) = deps.door.admit(request, Permission::MemberManage, lookups(request)?).await?;
    let before = &standing.member;
    if let Some(lacking) = reach.lacks(before.role) {
        return refuse(admitted, request, lacking).await;
    }

    let (maker, now) = (admitted.caller().credential, admitted.now());
    let state = match (before.state, standing.has_password) {
        (MemberState::Deactivated, true) => MemberState::Active,
        (MemberState::Deactivated, false) => MemberState::Invited,
        (state, _) => state,
    };
    let member = Member { state, ..before.clone() };
    let entry = AuditEvent::new(Action::MemberReactivated, TargetKind::Member, member.member_id)
        .with(Diff::new().changed("state", before.state, state));
    let reply = Reply::ok(&member)?;
    admitted
        .record(reply, |batch| {
            if member != *before {
                store::reactivate_member(batch, maker, before, state, now);
                if state == MemberState::Invited {
                    store::request_mail(batch, MailKind::MemberInvitation, member.member_id, now);
                }
                batch.audit(entry);
            }
        })
        .await
}

/// Takes a lost second factor away. The member's sessions end, and they are told by mail. A member cannot do it for
/// themselves: a stranger who finds their session open would take the account over.
pub(crate) async fn reset_second_factor(deps: &Deps, request: &Request) -> Result<Reply> {
    let explained: Explained = request.json_or_empty()?;

    let (admitted, (standing, reach)) = deps.door.admit(request, Permission::MemberManage, lookups(request)?).await?;
    let before = &standing.member;
    if let Some(lacking) = reach.lacks(before.role) {
        return refuse(admitted, request, lacking).await;
    }
    admitted.caller().expect_fresh(admitted.now())?;
    if admitted.caller().member == Some(before.member_id) {
        return admitted.forbid(request, Diff::new().added("own_member", before.member_id)).await;
    }
    explained.refuse_naming(before)?;

    let (maker, now) = (admitted.caller().credential, admitted.now());
    let member = Member { has_second_factor: false, ..before.clone() };
    let diff = Diff::new().changed("has_second_factor", before.has_second_factor, false);
    let entry = explained.entry(Action::MemberSecondFactorReset, member.member_id, diff);
    let reply = Reply::ok(&member)?;
    admitted
        .record(reply, |batch| {
            if before.has_second_factor {
                store::clear_second_factor(batch, maker, before, now);
                store::request_mail(batch, MailKind::SecondFactorChanged, member.member_id, now);
                batch.audit(entry);
            }
        })
        .await
}

//! Handles `POST /v1/member-invitations/accept` and `POST /v1/password-resets/complete`. Both set a password and use the
//! link up. Neither opens a session, so neither bypasses a second factor.

use serde::{Deserialize, Serialize};
use shared::{
    Result,
    audit::{Action, AuditEvent, Diff, TargetKind},
    authn::{CredentialKind, password::Password},
    domain::member::MemberState,
    http::{Reply, Request},
    id::{MailId, MemberId},
};
use utoipa::ToSchema;

use crate::{
    Deps,
    link::{Link, Use},
    store::{self, Opened},
};

/// An invitation, accepted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Acceptance {
    /// The credential in the invitation's link, `dbm_…`.
    invitation: Link,
    /// The password to sign in with.
    password: Password,
}

/// A reset, completed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Completion {
    /// The credential in the link, `dbr_…`.
    reset: Link,
    /// The password to sign in with from now on.
    password: Password,
}

/// A member who may sign in with the password that was set.
#[derive(Debug, Serialize, ToSchema)]
pub struct PasswordSet {
    /// Who.
    pub member_id: MemberId,
    /// Where their membership stands: `active`.
    pub state: MemberState,
}

/// Makes an invited person a member.
pub(crate) async fn accept(deps: &Deps, request: &Request) -> Result<Reply> {
    let Acceptance { invitation, password } = request.json_unauthenticated()?;
    let invitation = Use { link: &invitation, kind: CredentialKind::MemberInvitation, request };
    set(deps, &invitation, &password, Action::MemberJoined).await
}

/// Sets the password of a member who cannot use the one they have.
pub(crate) async fn complete(deps: &Deps, request: &Request) -> Result<Reply> {
    let Completion { reset, password } = request.json_unauthenticated()?;
    let reset = Use { link: &reset, kind: CredentialKind::PasswordReset, request };
    set(deps, &reset, &password, Action::MemberPasswordReset).await
}

async fn set(deps: &Deps, opening: &Use<'_>, password: &Password, action: Action) -> Result<Reply> {
    let (request, now) = (opening.request, deps.door.now());
    let work = deps.door.open(request, &opening.link.0);
    // What was counted is committed before a refusal is answered.
    let Opened { holder, is_done } =
        work.with_tenant(async |tx| tx.find(store::open_link(opening, now)).await).await??;

    if !is_done {
        // A weak password leaves the link as it was. No transaction is open while the other is hashed.
        holder.refuse_weak(password, "/password")?;
        let phc = password.hash()?;
        let actor = request.by_member(holder.member);
        let entry = AuditEvent::new(action, TargetKind::Member, holder.member);
        work.with_tenant(async |tx| {
            tx.write(store::set_password(opening, phc, MailId::new(now), now)).await?;
            work.audit_by(tx, &actor, entry.with(Diff::new().added("role", holder.role))).await
        })
        .await?;
    }

    Reply::ok(&PasswordSet { member_id: holder.member, state: MemberState::Active })
}

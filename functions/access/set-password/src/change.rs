//! Handles `POST /v1/session/password`: a member who is signed in chooses another password. The session goes on under
//! another secret, and every other one ends.

use serde::{Deserialize, Serialize};
use shared::{
    Error, Result,
    audit::{Action, AuditEvent, Diff, Internal, TargetKind},
    authn::{
        password::Password,
        session::{self, NewSession, forgery_token},
    },
    clock::Timestamp,
    door::{AdmittedRead, Demand},
    http::{Reply, Request},
    id::{CredentialId, MailId, MemberId},
};
use utoipa::ToSchema;

use crate::{
    Deps,
    store::{self, Changed},
};

/// One password in the place of another.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    /// The password as it is.
    current: Password,
    /// The password as it is to be.
    new: Password,
}

/// The session that goes on; the session itself is in the cookie.
#[derive(Debug, Serialize, ToSchema)]
pub struct RenewedSession {
    /// The session.
    pub session_id: CredentialId,
    /// When it ends, if it is used until then: when the one before it would have.
    pub expires_at: Timestamp,
    /// To be sent as `x-csrf-token` with everything that changes something.
    pub csrf_token: String,
}

/// Changes the password of a member who proves the present one.
pub(crate) async fn change(deps: &Deps, request: &Request) -> Result<Reply> {
    let wanted: PasswordChange = request.json()?;

    let (admitted, ()) = deps.sessions.admit(request, Demand::OwnSession, ()).await?;
    let (caller, now) = (admitted.caller(), admitted.now());
    let member = caller.member.ok_or(Error::Forbidden)?;
    let (own, own_sha256) = (caller.credential, request.credential()?.sha256);
    // Counted and committed before the password is looked at, so that many at once guess no more often.
    let account =
        admitted.with_tenant(async |tx| tx.find(store::begin_change(own_sha256, request, now)).await).await??;

    if !wanted.current.matches(Some(&account.password_phc))?.is_match() {
        return refuse(&admitted, member).await;
    }
    if let Err(weak) = account.holder.refuse_weak(&wanted.new, "/new") {
        // The present password was right, so a member who looks for a better new one does not run out of guesses.
        admitted.with_tenant(async |tx| tx.write(store::accept_current(&account)).await).await?;
        return Err(weak);
    }
    let phc = wanted.new.hash()?;
    let holder =
        session::Holder { organization: caller.organization, realm: caller.realm, member, role: account.holder.role };
    let session = NewSession::new(holder, account.assurance, None, now)?.ending_by(account.not_after);

    let renewed = RenewedSession {
        session_id: session.id,
        expires_at: session.expires_at,
        csrf_token: forgery_token(&session.secret.text),
    };
    let reply = Reply::ok(&renewed)?.with_session(&session.secret);
    let changed = Changed { account: &account, phc, replaced: own, spared: session.id, mail: MailId::new(now) };
    let entry = AuditEvent::new(Action::MemberPasswordChanged, TargetKind::Member, member);
    admitted
        .with_tenant(async |tx| {
            tx.write(session.renew(own_sha256, request.source_ip.as_deref(), request.client())).await?;
            tx.write(store::change_password(changed, now)).await?;
            admitted.audit(tx, entry.with(Diff::new().added("session_id", session.id))).await
        })
        .await?;

    Ok(reply)
}

/// Each wrong one is an entry: there are ten of them, and then one a quarter of an hour.
async fn refuse(admitted: &AdmittedRead, member: MemberId) -> Result<Reply> {
    let entry = AuditEvent::new(Action::SessionRefused, TargetKind::Member, member);
    let entry = entry.with(Diff::new().added("step", Internal("password_change")));
    admitted.with_tenant(async |tx| admitted.audit(tx, entry).await).await?;
    Err(Error::unprocessable("/current", "wrong"))
}

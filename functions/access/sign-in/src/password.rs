//! The first step: organization, e-mail address and password. An account that is not there is answered as one that is,
//! in words and in time.

use serde::Deserialize;
use shared::{
    Error, Result,
    access::Role,
    audit::{Action, AuditEvent, Diff, TargetKind},
    authn::{
        password::Password,
        refusals::count_refused,
        session::{Assurance, Holder, NewSession, NextStep},
    },
    domain::text::{KnownAddress, Slug},
    http::{Reply, Request},
    id::MemberId,
    work::SystemWork,
};
use utoipa::ToSchema;

use crate::{
    Deps, OpenedSession,
    refusal::{NAME, Step, refusal},
    store::{self, Account},
};

/// Who wants to sign in, and where.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// Handle of the organization.
    slug: Slug,
    /// E-mail address of the member.
    email: KnownAddress,
    /// Their password.
    password: Password,
}

/// Opens a session: whole, or waiting for the second factor.
pub(crate) async fn open(deps: &Deps, request: &Request) -> Result<Reply> {
    let entry: SignIn = request.json_unauthenticated()?;

    let Some(work) = deps.door.find(request, &entry.slug).await? else {
        // Whether there is such an organization costs the same as whether there is such an account.
        return entry.password.matches(None).and(Err(Error::Unauthenticated));
    };
    let now = deps.door.now();
    // Counted and committed before the password is looked at, so that many at once guess no more often.
    let account = work.with_tenant(async |tx| tx.find(store::begin(&entry.email, request, now)).await).await??;

    let compared = account.password_phc.as_deref();
    let verdict = entry.password.matches(compared)?;
    let (Some((member, role)), Some(compared), true) = (account.member, compared, verdict.is_match()) else {
        return refuse(deps, request, &work, account.member.map(|(member, _)| member)).await;
    };
    let rehashed = if verdict.is_outdated() { Some(entry.password.hash()?) } else { None };
    let holder = Holder { organization: work.organization(), realm: account.realm, member, role };
    let session = NewSession::new(holder, Assurance::Password, account.next_step(role, &entry.password), now)?;

    let reply = Reply::ok(&OpenedSession::of(&session))?.with_session(&session.secret);
    let opened = Diff::new().added("assurance", session.assurance).added("session_id", session.id);
    let action = if session.next.is_some() { Action::SessionOpened } else { Action::SessionStarted };
    work.with_tenant(async |tx| {
        tx.write(store::accept_password(member, compared, rehashed.clone(), &account.subject)).await?;
        tx.write(session.start(request.source_ip.as_deref(), request.client())).await?;
        let entry = AuditEvent::new(action, TargetKind::Member, member).with(opened);
        work.audit_by(tx, &request.by_member(member), entry).await
    })
    .await?;

    Ok(reply)
}

impl Account {
    /// A password that was chosen when a second factor was demanded may be shorter, and is never enough by itself.
    fn next_step(&self, role: Role, password: &Password) -> Option<NextStep> {
        let is_demanded = self.requires_mfa || role.demands_second_factor() || !password.is_enough_alone();
        match (self.has_second_factor, is_demanded) {
            (true, _) => Some(NextStep::SecondFactor),
            (false, true) => Some(NextStep::Enrolment),
            (false, false) => None,
        }
    }
}

/// Counts the failure against the address, and says nothing of whose account it was.
async fn refuse(deps: &Deps, request: &Request, work: &SystemWork, of: Option<MemberId>) -> Result<Reply> {
    let now = deps.door.now();
    work.with_tenant(async |tx| {
        let Some(failures) = count_refused(tx, request.source_ip.as_deref(), now).await? else { return Ok(()) };
        work.audit(tx, NAME, refusal(work.organization(), failures, Step::Password, of)).await
    })
    .await?;
    Err(Error::Unauthenticated)
}

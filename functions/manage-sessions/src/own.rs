//! The session in which it is asked.

use serde::Serialize;
use shared::{
    Error, Result,
    access::{Permission, Role},
    audit::{Action, AuditEvent, TargetKind},
    authn::session::{Assurance, NextStep},
    clock::Timestamp,
    gate::Demand,
    http::{Nothing, Reply, Request},
    id::{CredentialId, MemberId, OrganizationId},
};
use utoipa::ToSchema;

use crate::{Deps, store};

/// What one is signed in as.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnSession {
    /// The session.
    pub session_id: CredentialId,
    /// Who is signed in.
    pub member: OwnMember,
    /// Where.
    pub organization: OwnOrganization,
    /// What the session may do.
    pub permissions: Vec<Permission>,
    /// What was proven.
    pub assurance: Assurance,
    /// What must be done before the session opens anything but itself; null for a whole session.
    pub next: Option<NextStep>,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it ends, if it is used until then; unused, after 30 minutes.
    pub expires_at: Timestamp,
    /// To be sent as `x-csrf-token` with everything that changes something.
    pub csrf_token: String,
}

/// A member, as they see themselves.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnMember {
    /// The member.
    pub member_id: MemberId,
    /// Full name.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// Role.
    pub role: Role,
    /// Whether a second factor is enrolled.
    pub has_second_factor: bool,
}

/// An organization, as its members see it.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnOrganization {
    /// The organization.
    pub organization_id: OrganizationId,
    /// Name.
    pub name: String,
    /// Whether everybody needs a second factor.
    pub requires_mfa: bool,
}

/// Says what one is signed in as.
pub(crate) async fn read(deps: &Deps, request: &Request) -> Result<Reply> {
    request.query()?.finish()?;

    let (gate, ()) = deps.sessions.admit(request, Demand::OpenSession, ()).await?;
    let (session, csrf_token) = (gate.caller().credential, request.forgery_token());
    let csrf_token = csrf_token.ok_or(Error::Unauthenticated)?;
    let found = gate.with_tenant(async |tx| tx.find(store::load_session(session)).await).await?;

    Reply::ok(&OwnSession { csrf_token, ..found })
}

/// Ends the session.
pub(crate) async fn sign_out(deps: &Deps, request: &Request) -> Result<Reply> {
    let Nothing {} = request.json_or_empty()?;

    let (gate, ()) = deps.sessions.admit(request, Demand::OpenSession, ()).await?;
    let (member, session) = (gate.caller().member.ok_or(Error::Forbidden)?, gate.caller().credential);
    let entry = AuditEvent::new(Action::SessionEnded, TargetKind::Session, session);
    gate.with_tenant(async |tx| {
        tx.write(store::end_session(member, session, gate.now())).await?;
        gate.audit(tx, entry).await
    })
    .await?;

    Ok(Reply::ok(&Nothing {})?.without_session())
}

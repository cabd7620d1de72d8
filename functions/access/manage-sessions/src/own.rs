//! The session in which it is asked.

use serde::Serialize;
use shared::{
    Error, Result,
    access::{Permission, Role},
    audit::{Action, AuditEvent, Diff, Internal, TargetKind},
    authn::session::{Assurance, NextStep},
    clock::Timestamp,
    door::Demand,
    http::{Nothing, Reply, Request},
    id::{CredentialId, ImpersonationId, MemberId, OrganizationId, StaffId},
};
use utoipa::ToSchema;

use crate::{Deps, store};

/// What one is signed in as.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnSession {
    /// The session.
    pub session_id: CredentialId,
    /// Who is signed in; null for staff, who are no member.
    pub member: Option<OwnMember>,
    /// What every page shows while the operator's staff act for the organization; null for a member.
    pub banner: Option<Banner>,
    /// Where.
    pub organization: OwnOrganization,
    /// What the session may do.
    pub permissions: Vec<Permission>,
    /// What was proven; null for staff, who proved it at the operator's.
    pub assurance: Option<Assurance>,
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

/// Who acts for the organization without belonging to it, and why.
#[derive(Debug, Serialize, ToSchema)]
pub struct Banner {
    /// The impersonation, which every entry under it cites.
    pub impersonation_id: ImpersonationId,
    /// Who of the operator's staff.
    pub staff_id: StaffId,
    /// Their name.
    pub staff_name: String,
    /// What they act as.
    pub role: Role,
    /// Why, in their words.
    pub reason: String,
    /// Since when.
    pub opened_at: Timestamp,
    /// Until when, unless it is ended before.
    pub expires_at: Timestamp,
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

    let (admitted, ()) = deps.sessions.admit(request, Demand::OpenSession, ()).await?;
    let (session, csrf_token) = (admitted.caller().credential, request.forgery_token());
    let csrf_token = csrf_token.ok_or(Error::Unauthenticated)?;
    let found = admitted.with_tenant(async |tx| tx.find(store::load_session(session)).await).await?;

    Reply::ok(&OwnSession { csrf_token, ..found })
}

/// Ends the session.
pub(crate) async fn sign_out(deps: &Deps, request: &Request) -> Result<Reply> {
    let Nothing {} = request.json_or_empty()?;

    let (admitted, ()) = deps.sessions.admit(request, Demand::OpenSession, ()).await?;
    let (caller, now) = (admitted.caller(), admitted.now());
    let (ending, entry) = match (caller.staff, caller.member) {
        (Some((_, impersonation)), _) => (
            store::end_impersonation(impersonation, now),
            AuditEvent::new(Action::ImpersonationEnded, TargetKind::Impersonation, impersonation)
                .with(Diff::new().added("ended_by", Internal("staff"))),
        ),
        (None, Some(member)) => (
            store::end_session(member, caller.credential, now),
            AuditEvent::new(Action::SessionEnded, TargetKind::Session, caller.credential),
        ),
        (None, None) => return Err(Error::Forbidden),
    };
    admitted
        .with_tenant(async |tx| {
            tx.write(ending).await?;
            admitted.audit(tx, entry).await
        })
        .await?;

    Ok(Reply::ok(&Nothing {})?.without_session())
}

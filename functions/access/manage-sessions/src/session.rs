//! Sessions, as they are shown to the member or the staff whose they are.

use serde::Serialize;
use shared::{
    access::{Permission, Role},
    authn::session::{Assurance, NextStep},
    clock::Timestamp,
    id::{CredentialId, ImpersonationId, MemberId, OrganizationId, StaffId},
};
use utoipa::ToSchema;

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
    /// Whether every member needs a second factor.
    pub requires_mfa: bool,
}

/// A place where the member is signed in.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Session {
    /// The session.
    pub session_id: CredentialId,
    /// What the browser called itself when it was opened.
    pub client: String,
    /// What was proven.
    pub assurance: Assurance,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it was used last, to the minute.
    pub last_used_at: Timestamp,
    /// When it ends, if it is used until then.
    pub expires_at: Timestamp,
    /// Whether it is the one in which this is asked.
    pub is_own: bool,
}

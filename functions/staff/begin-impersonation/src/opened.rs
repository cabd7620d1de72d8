//! An impersonation, as it is shown to the staff who opened it.

use serde::Serialize;
use shared::{
    access::{Permission, Role},
    clock::Timestamp,
    domain::Reason,
    id::{ImpersonationId, OrganizationId},
};
use utoipa::ToSchema;

/// An impersonation that was opened; the session itself is in the cookie.
#[derive(Debug, Serialize, ToSchema)]
pub struct OpenedImpersonation {
    /// The impersonation, which every entry under it cites.
    pub impersonation_id: ImpersonationId,
    /// The customer.
    pub organization_id: OrganizationId,
    /// What they act as.
    pub role: Role,
    /// What they may do: what this role and their own both allow, and is open to staff at all.
    pub permissions: Vec<Permission>,
    /// Why, in their words.
    pub reason: Reason,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it ends, unless it is ended before.
    pub expires_at: Timestamp,
    /// To be sent as `x-csrf-token` with everything that changes something.
    pub csrf_token: String,
}

//! What the operator says of a member of its own organization, and what is answered.

use serde::{Deserialize, Serialize};
use shared::{
    domain::text::{KnownAddress, Slug},
    id::{MemberId, OrganizationId},
};
use utoipa::ToSchema;

/// Whether a member is staff.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Appointment {
    /// Handle of the operator's own organization.
    pub slug: Slug,
    /// Who, by the e-mail address that they sign in with.
    pub email: KnownAddress,
    /// True to appoint, false to dismiss.
    pub is_staff: bool,
}

/// How it is now.
#[derive(Debug, Serialize, ToSchema)]
pub struct Appointed {
    /// The operator's own organization.
    pub organization_id: OrganizationId,
    /// The member; among staff they have the same id.
    pub member_id: MemberId,
    /// Whether they are staff.
    pub is_staff: bool,
}

//! What the operator says of an organization, and what is answered.

use serde::{Deserialize, Serialize};
use shared::{
    authn::Realm,
    domain::text::{EmailAddress, Name, RequestKey, ShortText, Slug},
    id::{MemberId, OrganizationId},
};
use utoipa::ToSchema;

/// An organization to take on.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Intake {
    /// Name, as the organization writes it.
    pub name: Name,
    /// Handle: no two organizations have the same.
    pub slug: Slug,
    /// Plan, as `standard`.
    pub plan: ShortText,
    /// Real, or for trying things out.
    pub environment: Realm,
    /// Who answers for it.
    pub owner: NewOwner,
    /// With it, the same request sent again makes no second organization.
    pub request_key: Option<RequestKey>,
}

/// Who answers for the organization.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOwner {
    /// Full name.
    pub name: Name,
    /// E-mail address.
    pub email: EmailAddress,
}

/// The organization, taken on.
#[derive(Debug, Serialize, ToSchema)]
pub struct TakenOn {
    /// The organization.
    pub organization_id: OrganizationId,
    /// Its handle.
    pub slug: Slug,
    /// Its first member.
    pub owner_member_id: MemberId,
    /// A credential with every permission, shown once: null when this request was carried out before.
    pub api_token: Option<String>,
}

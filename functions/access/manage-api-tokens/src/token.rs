//! An API token, as it is shown.

use serde::Serialize;
use shared::{
    access::Permission,
    clock::Timestamp,
    id::{CredentialId, SiteId},
};
use utoipa::ToSchema;

/// An API token, without its secret: that is kept nowhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ApiToken {
    /// The token.
    pub api_token_id: CredentialId,
    /// Name.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<Permission>,
    /// The only site at which it may act; null where it is every site.
    pub site_id: Option<SiteId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends by itself; null for the first one of an organization, which does not.
    pub expires_at: Option<Timestamp>,
    /// When it was ended.
    pub revoked_at: Option<Timestamp>,
    /// When it was used last, to the minute; null where it never was.
    pub last_used_at: Option<Timestamp>,
}

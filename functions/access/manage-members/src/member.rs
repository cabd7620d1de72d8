//! A member, as they are shown.

use serde::Serialize;
use shared::{access::Role, clock::Timestamp, domain::member::MemberState, id::MemberId};
use utoipa::ToSchema;

/// A member of the organization.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Member {
    /// The member.
    pub member_id: MemberId,
    /// Full name.
    pub name: String,
    /// Where links are sent, and what they sign in with.
    pub email: String,
    /// What they are in the organization.
    pub role: Role,
    /// Where their membership stands.
    pub state: MemberState,
    /// When they were invited first.
    pub created_at: Timestamp,
    /// When they signed in last; null where they never did.
    pub last_sign_in_at: Option<Timestamp>,
    /// True where they sign in with a second factor.
    pub has_second_factor: bool,
    /// True where the mail that invites them was refused for good: the address is wrong, or takes no mail.
    pub invitation_refused: bool,
}

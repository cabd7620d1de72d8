//! Members as they are shown.

use serde::Serialize;
use shared::{
    Result,
    access::{Permission, Role},
    clock::Timestamp,
    domain::member::MemberState,
    http::{List, Reply, Request},
    id::MemberId,
};
use utoipa::ToSchema;

use crate::{Deps, store};

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
}

/// A member, and what a change of their standing depends on.
pub(crate) struct Standing {
    pub(crate) member: Member,
    pub(crate) has_password: bool,
    /// True where somebody else is an owner and active.
    pub(crate) has_another_owner: bool,
}

/// Lists members, the oldest first, whoever is deactivated among them.
pub(crate) async fn list(deps: &Deps, request: &Request) -> Result<Reply> {
    let mut query = request.query()?;
    let page = query.take_page::<MemberId>()?;
    query.finish()?;

    let lookup = store::list_members(&page);
    let (_, members) = deps.reads.admit(request, Permission::MemberManage, lookup).await?;

    Reply::ok(&List::cut(&page, members, |member: &Member| member.member_id))
}

/// Shows one member.
pub(crate) async fn read(deps: &Deps, request: &Request) -> Result<Reply> {
    request.query()?.finish()?;

    let lookup = store::load_member(request.target("member_id"));
    let (_, member) = deps.reads.admit(request, Permission::MemberManage, lookup).await?;

    Reply::ok(&member)
}

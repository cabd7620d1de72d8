//! Handles `GET /v1/members` and `GET /v1/members/{member_id}`.

use shared::{
    Result,
    access::Permission,
    http::{List, Reply, Request},
    id::MemberId,
};

use crate::{Deps, member::Member, store};

/// Lists members, the oldest first, the deactivated ones among them.
pub(crate) async fn list(deps: &Deps, request: &Request) -> Result<Reply> {
    let mut query = request.query()?;
    let page = query.take_page::<MemberId>()?;
    query.finish()?;

    let lookup = store::list_members(&page);
    let (_, members) = deps.reads.admit(request, Permission::MemberManage, lookup).await?;

    Reply::ok(&List::cut(&page, members, |member: &Member| member.member_id)?)
}

/// Shows one member.
pub(crate) async fn read(deps: &Deps, request: &Request) -> Result<Reply> {
    request.query()?.finish()?;

    let lookup = store::load_member(request.target("member_id"));
    let (_, member) = deps.reads.admit(request, Permission::MemberManage, lookup).await?;

    Reply::ok(&member)
}

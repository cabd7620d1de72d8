//! Impersonations as they are shown.

use serde::Serialize;
use shared::{
    Result,
    access::{Permission, Role},
    clock::Timestamp,
    domain::{
        Reason,
        impersonation::{ImpersonationEnder, ImpersonationState},
    },
    http::{List, Reply, Request},
    id::{ImpersonationId, OrganizationId, StaffId},
};
use utoipa::ToSchema;

use crate::{Deps, store};

/// What a member of the operator's staff opened here, or asked to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Impersonation {
    /// The impersonation, which every entry under it cites.
    pub impersonation_id: ImpersonationId,
    /// Who of the operator's staff.
    pub staff_id: StaffId,
    /// Their name.
    pub staff_name: String,
    /// The operator's own organization.
    pub staff_organization_id: OrganizationId,
    /// What they are there.
    pub staff_role: Role,
    /// What they act as here.
    pub role: Role,
    /// Why, in their words.
    pub reason: Reason,
    /// Where it stands.
    pub state: ImpersonationState,
    /// When they asked.
    pub requested_at: Timestamp,
    /// When somebody let them in; null where nobody has.
    pub approved_at: Option<Timestamp>,
    /// Since when they may reveal Restricted values, where a role of theirs may; null where they may not.
    pub restricted_approved_at: Option<Timestamp>,
    /// When they came in.
    pub opened_at: Option<Timestamp>,
    /// When it ends, or ended, by itself.
    pub expires_at: Option<Timestamp>,
    /// When somebody ended it.
    pub ended_at: Option<Timestamp>,
    /// Who did; null where its time ran out, or the operator took back what it stood on.
    pub ended_by: Option<ImpersonationEnder>,
}

/// Lists impersonations, the oldest first, those that ended among them.
pub(crate) async fn list(deps: &Deps, request: &Request) -> Result<Reply> {
    let mut query = request.query()?;
    let page = query.take_page::<ImpersonationId>()?;
    query.finish()?;

    let lookup = store::list_impersonations(&page, deps.door.now());
    let (_, found) = deps.reads.admit(request, Permission::ImpersonationApprove, lookup).await?;

    Reply::ok(&List::cut(&page, found, |impersonation: &Impersonation| impersonation.impersonation_id))
}

/// Shows one.
pub(crate) async fn read(deps: &Deps, request: &Request) -> Result<Reply> {
    request.query()?.finish()?;

    let lookup = store::load_impersonation(request.target("impersonation_id"), deps.door.now());
    let (_, found) = deps.reads.admit(request, Permission::ImpersonationApprove, lookup).await?;

    Reply::ok(&found)
}

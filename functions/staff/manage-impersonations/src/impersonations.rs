//! Handles `GET /v1/impersonations` and `GET /v1/impersonations/{impersonation_id}`.

use shared::{
    Result,
    access::Permission,
    http::{List, Reply, Request},
    id::ImpersonationId,
};

use crate::{Deps, impersonation::Impersonation, store};

/// Lists impersonations, the oldest first, those that ended among them.
pub(crate) async fn list(deps: &Deps, request: &Request) -> Result<Reply> {
    let mut query = request.query()?;
    let page = query.take_page::<ImpersonationId>()?;
    query.finish()?;

    let lookup = store::list_impersonations(&page, deps.door.now());
    let (_, found) = deps.reads.admit(request, Permission::ImpersonationApprove, lookup).await?;

    Reply::ok(&List::cut(&page, found, |impersonation: &Impersonation| impersonation.impersonation_id)?)
}

/// Shows one.
pub(crate) async fn read(deps: &Deps, request: &Request) -> Result<Reply> {
    request.query()?.finish()?;

    let lookup = store::load_impersonation(request.target("impersonation_id"), deps.door.now());
    let (_, found) = deps.reads.admit(request, Permission::ImpersonationApprove, lookup).await?;

    Reply::ok(&found)
}

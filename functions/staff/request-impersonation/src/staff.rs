//! Admits staff, and finds the customer that they name.

use shared::{
    Error, Result,
    audit::{Diff, Internal},
    domain::text::Slug,
    door::{AdmittedWrite, Demand},
    http::{Reply, Request},
    work::SystemWork,
};

use crate::{
    Deps,
    store::{self, Staff},
};

/// Admits a member in a whole session of their own, and says whether they are staff.
pub(crate) async fn admit(deps: &Deps, request: &Request) -> Result<(AdmittedWrite, Option<Staff>)> {
    let session = request.credential()?.sha256;
    deps.door.admit(request, Demand::OwnSession, store::staff_asking(session, deps.door.now())).await
}

/// Refuses a member who is not staff, or did not prove a second factor, and says so in the log of their organization.
pub(crate) async fn refuse(admitted: AdmittedWrite, request: &Request) -> Result<Reply> {
    admitted.forbid(request, Diff::new().added("permission", Internal("staff"))).await
}

/// Work in the organization of a customer. The operator's own is none: there they are what they are.
pub(crate) async fn find_customer(
    deps: &Deps,
    admitted: &AdmittedWrite,
    request: &Request,
    slug: &Slug,
) -> Result<SystemWork> {
    let customer = deps.customers.find(request, slug).await?.ok_or(Error::NotFound)?;
    if customer.organization() == admitted.caller().organization {
        return Err(Error::unprocessable("/slug", "own_organization"));
    }
    Ok(customer)
}

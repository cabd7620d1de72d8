//! Handles `GET /v1/visits` and `GET /v1/sites/{site_id}/on-site`. Contract in
//! `functions/visits/list-visits/README.md`. Promises D10, T4, R5.

use shared::{
    Error, Result,
    access::Permission,
    http::{List, Reply, Request},
    id::{SiteId, VisitId},
};

use crate::{
    Deps, Filters, ListedVisit, OnSite,
    store::{self, AtSite},
};

/// Answers a page of visits, or of those who are on site.
///
/// # Errors
/// The refusals of the contract; see the README's table.
pub async fn handle(deps: &Deps, request: &Request) -> Result<Reply> {
    match request.route() {
        "GET /v1/visits" => visits(deps, request).await,
        "GET /v1/sites/{site_id}/on-site" => on_site(deps, request).await,
        _ => Err(Error::NotFound),
    }
}

async fn visits(deps: &Deps, request: &Request) -> Result<Reply> {
    let (filters, page) = Filters::parse(request.query()?)?;

    let lookup = store::list_visits(&filters, &page);
    let (_, visits) = deps.door.admit(request, Permission::VisitRead, lookup).await?;

    Reply::ok(&List::cut(&page, visits, position)?)
}

async fn on_site(deps: &Deps, request: &Request) -> Result<Reply> {
    let mut query = request.query()?;
    let page = query.take_page()?;
    query.finish()?;
    let site: SiteId = request.target("site_id");

    let lookup = store::list_on_site(site, &page);
    let (admitted, at_site) = deps.door.admit(request, Permission::VisitRead, lookup).await?;
    let AtSite { count, items } = at_site;

    let List { items, next_cursor } = List::cut(&page, items, position)?;
    Reply::ok(&OnSite { site_id: site, as_of: admitted.now(), count, items, next_cursor })
}

const fn position(visit: &ListedVisit) -> VisitId {
    visit.visit_id
}

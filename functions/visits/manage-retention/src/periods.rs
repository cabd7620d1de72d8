//! Handles `GET /v1/retention` and `PATCH /v1/sites/{site_id}/retention`.

use shared::{
    Result,
    access::Permission,
    audit::{Action, AuditEvent, Diff, TargetKind},
    domain::class::DOCUMENT_RULE,
    http::{List, Reply, Request},
    id::SiteId,
};

use crate::{Deps, Retention, retention::PeriodBody, store};

/// Lists what each site keeps and what is due: the sweep before it happens.
pub(crate) async fn list(deps: &Deps, request: &Request) -> Result<Reply> {
    let mut query = request.query()?;
    let page = query.take_page::<SiteId>()?;
    query.finish()?;

    let lookup = store::list(&page, deps.reads.now());
    let (_, sites) = deps.reads.admit(request, Permission::RetentionManage, lookup).await?;

    Reply::ok(&List::cut(&page, sites, |site: &Retention| site.site_id)?)
}

/// Changes how long a site keeps documents. Where nothing would be different, nothing is written but the answer.
pub(crate) async fn change(deps: &Deps, request: &Request) -> Result<Reply> {
    let body: PeriodBody = request.json()?;
    body.expect_in_range()?;

    let lookup = store::load(request.target("site_id"), body.document_retention_hours, deps.door.now());
    let (admitted, (before, changed)) = deps.door.admit(request, Permission::RetentionManage, lookup).await?;

    let (site, hours) = (changed.site_id, changed.document_retention_hours);
    let reply = Reply::ok(&changed)?;
    let entry = AuditEvent::new(Action::RetentionChanged, TargetKind::Site, site);
    let entry = entry.with(Diff::new().changed(DOCUMENT_RULE, i64::from(before), i64::from(hours)));
    admitted
        .record(reply, |batch| {
            if before != hours {
                batch.write(store::change(site, before, hours));
                batch.audit(entry);
            }
        })
        .await
}

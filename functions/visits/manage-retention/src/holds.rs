//! Handles `POST` and `DELETE /v1/visits/{visit_id}/legal-hold`.

use shared::{
    Error, Result,
    access::Permission,
    audit::{Action, AuditEvent, Diff, TargetKind},
    http::{Reply, Request},
    id::VisitId,
};

use crate::{Deps, Held, HoldBody, store};

/// Keeps the documents of a visit until the hold is released.
pub(crate) async fn place(deps: &Deps, request: &Request) -> Result<Reply> {
    let body: HoldBody = request.json()?;
    let id: VisitId = request.target("visit_id");

    let (admitted, visit) = deps.door.admit(request, Permission::RetentionManage, store::load_visit(id)).await?;
    body.reason.refuse_naming([visit.email.as_deref(), visit.phone.as_deref()])?;
    if visit.legal_hold_since.is_some() {
        return Err(Error::conflict("held_already"));
    }

    let now = admitted.now();
    let reply = Reply::created(&Held { visit_id: id, legal_hold_since: Some(now) })?;
    let update = store::place(id, now, admitted.caller().credential);
    let entry = AuditEvent::new(Action::LegalHoldPlaced, TargetKind::Visit, id).because(&body.reason);
    let entry = entry.with(Diff::new().added("legal_hold_since", now));
    admitted
        .record(reply, |batch| {
            batch.write(update);
            batch.audit(entry);
        })
        .await
}

/// Lets the site's rule count again.
pub(crate) async fn release(deps: &Deps, request: &Request) -> Result<Reply> {
    let body: HoldBody = request.json()?;
    let id: VisitId = request.target("visit_id");

    let (admitted, visit) = deps.door.admit(request, Permission::RetentionManage, store::load_visit(id)).await?;
    body.reason.refuse_naming([visit.email.as_deref(), visit.phone.as_deref()])?;
    let since = visit.legal_hold_since.ok_or_else(|| Error::conflict("not_held"))?;

    let reply = Reply::ok(&Held { visit_id: id, legal_hold_since: None })?;
    let entry = AuditEvent::new(Action::LegalHoldReleased, TargetKind::Visit, id).because(&body.reason);
    let entry = entry.with(Diff::new().removed("legal_hold_since", since));
    admitted
        .record(reply, |batch| {
            batch.write(store::release(id));
            batch.audit(entry);
        })
        .await
}

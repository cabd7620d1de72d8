//! Handles `POST /v1/exports`. Contract in `functions/evidence/request-export/README.md`. Promises E3, E5.

use shared::{
    Error, Result,
    access::Permission,
    audit::{Action, AuditEvent, Diff, TargetKind},
    domain::{export::ExportState, visit::RestrictedField},
    door::Batch,
    http::{Reply, Request},
    id::ExportId,
    queue::EXPORT_REQUEST,
};

use crate::{Demand, Deps, RequestedExport, store};

/// Takes a request up; `build-export` makes the bundle.
///
/// # Errors
/// The refusals of the contract; see the README's table.
pub async fn handle(deps: &Deps, request: &Request) -> Result<Reply> {
    let demand = request.json::<Demand>()?.check()?;

    let lookups = demand.visit_id.map(store::find_visit);
    let (admitted, _) = deps.door.admit(request, Permission::ExportRequest, lookups).await?;
    admitted.caller().expect_fresh(admitted.now())?;
    // The log and the data are those of all sites.
    if demand.visit_id.is_none() && admitted.caller().site.is_some() {
        return Err(Error::Forbidden);
    }

    let (export, now) = (ExportId::new(admitted.now()), admitted.now());
    let requested =
        RequestedExport { export_id: export, kind: demand.kind, state: ExportState::Waiting, created_at: now };
    let reply = Reply::accepted(&requested)?;
    let insert = store::insert_export(export, &demand, admitted.caller(), now);
    admitted
        .record(reply, |batch| {
            batch.write(insert);
            audit(batch, export, &demand);
            batch.ask(EXPORT_REQUEST, export.uuid());
        })
        .await
}

/// That it was asked for; and of evidence that the values of the visit are opened, before any is.
fn audit(batch: &mut Batch, export: ExportId, demand: &Demand) {
    let asked = Diff::new()
        .added("kind", demand.kind)
        .added_if_some("visit_id", demand.visit_id)
        .added_if_some("from", demand.from)
        .added_if_some("to", demand.to);
    let because = |entry: AuditEvent| match &demand.reason {
        Some(reason) => entry.because(reason),
        None => entry,
    };
    batch.audit(because(AuditEvent::new(Action::ExportRequested, TargetKind::Export, export).with(asked)));
    if let Some(visit) = demand.visit_id {
        let opened = Diff::new().added("fields", RestrictedField::IN_EVIDENCE.to_vec()).added("export_id", export);
        batch.audit(because(AuditEvent::new(Action::VisitRevealed, TargetKind::Visit, visit).with(opened)));
    }
}

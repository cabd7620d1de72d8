//! Handles `POST /v1/visits/{visit_id}/check-out`. Contract in `functions/visits/check-out/README.md`. Promises D7,
//! D10, T4, E1, W5.

use shared::{
    Error, Result,
    access::Permission,
    audit::{Action, AuditEvent, Diff, TargetKind},
    domain::visit::{VisitState, VisitorKind},
    http::{Reply, Request},
    id::VisitId,
    outbox::{EventKind, OutgoingEvent},
};

use crate::{
    Departed, Departure, Deps,
    departure::DepartureBody,
    store::{self, Visit},
};

/// Records the departure, its audit entry and its event together, or none of them.
///
/// # Errors
/// The refusals of the contract; see the README's table.
pub async fn handle(deps: &Deps, request: &Request) -> Result<Reply> {
    let departure = Departure::parse(&request.json_or_empty::<DepartureBody>()?, deps.door.now())?;
    let id: VisitId = request.target("visit_id");

    let (admitted, visit) = deps.door.admit_by(request, Permission::VisitCheckOut, store::admit(id)).await?;
    let checked_in_at = visit.on_site_since.ok_or_else(|| Error::conflict("not_on_site"))?;

    let departed = Departed::new(id, checked_in_at, admitted.now());
    let reply = Reply::ok(&departed)?;
    admitted.record_by(reply, store::record(id, departure, event(id, &visit), entry(&departed, departure))).await
}

fn entry(departed: &Departed, departure: Departure) -> AuditEvent {
    let diff = Diff::new()
        .changed("state", VisitState::OnSite, departed.state)
        .added("checked_out_at", departed.checked_out_at)
        .added_if_some("occurred_at", departure.occurred_at);
    AuditEvent::new(Action::VisitCheckedOut, TargetKind::Visit, departed.visit_id).with(diff)
}

fn event(id: VisitId, visit: &Visit) -> OutgoingEvent {
    let kind = match visit.kind {
        VisitorKind::Visitor => EventKind::VisitorCheckedOut,
        VisitorKind::Driver => EventKind::DriverCheckedOut,
    };
    OutgoingEvent::about_visit(kind, id, visit.site)
}

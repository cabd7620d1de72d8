//! Handles `POST /v1/visits/{visit_id}/decision`. Contract in `functions/visits/decide-visit/README.md`. Promises D6, D8,
//! T4, E1, W5.

use shared::{
    Error, Result,
    access::Permission,
    audit::{Action, AuditEvent, Diff, Internal, TargetKind},
    authn::{CredentialKind, NewCredential, reach::Reach},
    domain::visit::{HoldReason, VisitDecision, VisitState, VisitorKind},
    http::{Reply, Request},
    id::VisitId,
    outbox::{EventKind, OutgoingEvent},
};

use crate::{
    Decided, DecisionBody, Deps,
    store::{self, Visit},
};

/// Records the decision, its audit entry and its events together, or none of them.
///
/// # Errors
/// The refusals of the contract; see the README's table.
pub async fn handle(deps: &Deps, request: &Request) -> Result<Reply> {
    let body: DecisionBody = request.json()?;
    let id: VisitId = request.target("visit_id");
    let is_admitted = body.decision == VisitDecision::Admit;

    let badge_number = is_admitted.then(|| store::draw_badge_number(id));
    let lookups = (store::load_visit(id), Reach::of(request.credential()?.sha256), badge_number);
    let (admitted, (visit, reach, badge_number)) = deps.door.admit(request, Permission::VisitDecide, lookups).await?;
    if needs_review(&visit) && !reach.holds(Permission::WatchlistReview) {
        let needs = Diff::new().added("needs", Internal(Permission::WatchlistReview.word()));
        return admitted.forbid(request, needs).await;
    }
    visit.expect_held()?;
    if is_admitted {
        visit.expect_dismissed()?;
    }
    body.reason.refuse_naming([visit.email.as_deref(), visit.phone.as_deref()])?;

    let caller = admitted.caller();
    let badge = badge_number.flatten().map(|number| {
        NewCredential::generate(CredentialKind::Badge, caller.realm, caller.organization).map(|qr| (number, qr))
    });
    let badge = badge.transpose()?;
    if is_admitted && badge.is_none() {
        return Err(Error::conflict("no_badge_number"));
    }
    let decided = Decided {
        visit_id: id,
        state: if is_admitted { VisitState::OnSite } else { VisitState::Declined },
        decision: body.decision,
        decided_at: admitted.now(),
        badge_number: badge.as_ref().map(|(number, _)| *number),
        badge_qr: badge.as_ref().map(|(_, qr)| qr.text.expose_secret().clone()),
    };
    let reply = Reply::created(&decided)?;
    let update = store::decide(&decided, badge.as_ref().map(|(_, qr)| qr.sha256), caller);
    let entry = entry(&decided, &visit).because(&body.reason);
    admitted
        .record(reply, |batch| {
            batch.write(update);
            events(&decided, &visit).into_iter().for_each(|event| batch.emit(event));
            batch.audit(entry);
        })
        .await
}

/// A document or a listed name is decided about by those who review these.
fn needs_review(visit: &Visit) -> bool {
    visit.hold_reasons.iter().any(|reason| matches!(reason, HoldReason::IdCheck | HoldReason::Watchlist))
}

fn entry(decided: &Decided, visit: &Visit) -> AuditEvent {
    let action = match decided.decision {
        VisitDecision::Admit => Action::VisitAdmitted,
        VisitDecision::Decline => Action::VisitDeclined,
    };
    let diff = Diff::new()
        .changed("state", VisitState::Held, decided.state)
        .added("hold_reasons", visit.hold_reasons.clone())
        .added_if_some("badge_number", decided.badge_number);
    AuditEvent::new(action, TargetKind::Visit, decided.visit_id).with(diff)
}

fn events(decided: &Decided, visit: &Visit) -> Vec<OutgoingEvent> {
    let kinds = match (decided.decision, visit.kind) {
        (VisitDecision::Decline, _) => vec![EventKind::VisitDeclined],
        (VisitDecision::Admit, VisitorKind::Visitor) => vec![EventKind::VisitAdmitted, EventKind::VisitorCheckedIn],
        (VisitDecision::Admit, VisitorKind::Driver) => vec![EventKind::VisitAdmitted, EventKind::DriverCheckedIn],
    };
    kinds.into_iter().map(|kind| OutgoingEvent::about_visit(kind, decided.visit_id, visit.site)).collect()
}

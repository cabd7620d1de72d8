//! Handles `POST /v1/watchlist-matches/{match_id}/review`.

use shared::{
    Error, Result,
    access::Permission,
    audit::{Action, AuditEvent, Diff, Internal, TargetKind},
    domain::{
        Reason,
        text::BoundedText as _,
        visit::{MatchOutcome, MatchState},
    },
    http::{Reply, Request},
    id::WatchlistMatchId,
    watchlist::Listed,
};

use crate::{
    Deps, ReviewBody, WatchlistMatch,
    store::{self, Contact},
};

/// Records what the reviewer says. The first review counts.
pub(crate) async fn review(deps: &Deps, request: &Request) -> Result<Reply> {
    let ReviewBody { outcome, reason } = request.json()?;
    let id: WatchlistMatchId = request.target("match_id");

    let lookups = (store::load_match(id), store::load_contact(id), store::load_entry(id));
    let (admitted, (found, contact, entry)) = deps.door.admit(request, Permission::WatchlistReview, lookups).await?;
    if found.state != MatchState::Open {
        return Err(Error::conflict("already_reviewed"));
    }

    // No transaction is open here: KMS may take its time.
    let listed = entry.open(&*admitted.tenant_key().await?)?;
    // That a reason names the entry tells something of a sealed value, so it is an entry.
    if let Err(refusal) = refuse_naming(&reason, &contact, listed.as_ref()) {
        let why = Diff::new().added("reason", Internal("names_the_person"));
        let entry = AuditEvent::new(Action::AccessRefused, TargetKind::WatchlistMatch, id).with(why);
        return admitted.refuse(&refusal, entry).await;
    }
    let reviewed = WatchlistMatch {
        state: MatchState::Reviewed,
        outcome: Some(outcome),
        reviewed_at: Some(admitted.now()),
        reviewed_by: Some(admitted.caller().credential),
        reviewed_by_member: admitted.caller().member,
        ..found
    };
    let reply = Reply::ok(&reviewed)?;
    let entry = entry_of(&reviewed, outcome).because(&reason);
    let update = store::review(&reviewed);
    admitted
        .record(reply, |batch| {
            batch.write(update);
            batch.audit(entry);
        })
        .await
}

/// Refuses a reason that names the visitor, or what is listed.
fn refuse_naming(reason: &Reason, contact: &Contact, listed: Option<&Listed>) -> Result<()> {
    reason.refuse_naming([contact.email.as_deref(), contact.phone.as_deref()])?;
    let Some(listed) = listed else { return Ok(()) };
    reason.refuse_naming([
        listed.name.as_ref().map(|name| name.as_str()),
        listed.company.as_ref().map(|company| company.as_str()),
        listed.document_number.as_ref().map(|number| number.as_str()),
        listed.plate.as_ref().map(|plate| plate.as_str()),
    ])
}

fn entry_of(reviewed: &WatchlistMatch, outcome: MatchOutcome) -> AuditEvent {
    let action = match outcome {
        MatchOutcome::Confirmed => Action::WatchlistMatchConfirmed,
        MatchOutcome::Dismissed => Action::WatchlistMatchDismissed,
    };
    let comparison = &reviewed.comparison;
    let diff = Diff::new()
        .added("visit_id", reviewed.visit_id)
        .added("entry_id", reviewed.entry_id)
        .added_if_some("rule", comparison.rule.as_deref().map(Internal))
        .added_if_some("score", comparison.score.map(i32::from))
        .added_if_some("is_weak", comparison.is_weak);
    AuditEvent::new(action, TargetKind::WatchlistMatch, reviewed.match_id).with(diff)
}

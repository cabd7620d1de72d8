//! Handles `POST /v1/watchlist-matches/{match_id}/replay`.

use shared::{
    Error, Result,
    access::Permission,
    audit::{Action, AuditEvent, Diff, Internal, TargetKind, hex},
    documents::watchlist,
    http::{Nothing, Reply, Request},
    id::WatchlistMatchId,
    vault::TenantKey,
    watchlist::{Candidate, Question, list_digest},
};

use crate::{
    Comparison, Deps, Replayed, WatchlistMatch,
    store::{self, Kept},
};

/// Compares again what was compared at the check-in, and says what comes out differently. No value leaves it.
pub(crate) async fn replay(deps: &Deps, request: &Request) -> Result<Reply> {
    let Nothing {} = request.json_or_empty()?;
    let id: WatchlistMatchId = request.target("match_id");

    let lookups = (store::load_match(id), store::load_kept(id), store::list_compared(id));
    let (admitted, (found, kept, compared)) = deps.door.admit(request, Permission::WatchlistReview, lookups).await?;

    // No transaction is open here: KMS may take its time.
    let kept = kept.ok_or_else(|| Error::conflict("not_kept"))?;
    let replayed = compare(&found, &kept, &compared, &*admitted.tenant_key().await?)?;
    let differs = found.comparison.differs_from(&replayed);
    let reproduced = differs.is_empty();
    let diff = Diff::new()
        .added("visit_id", found.visit_id)
        .added("entry_id", found.entry_id)
        .added("reproduced", reproduced)
        .added("differs", differs.iter().map(|part| Internal(part)).collect::<Vec<_>>());
    let entry = AuditEvent::new(Action::WatchlistMatchReplayed, TargetKind::WatchlistMatch, id).with(diff);
    let reply = Reply::ok(&Replayed { match_id: id, reproduced, differs, stored: found.comparison, replayed })?;
    admitted.record(reply, |batch| batch.audit(entry)).await
}

/// Runs the matcher of today on what was kept. Another entry whose key is destroyed is passed over: it changes neither the digest,
/// which is of ids, nor how well this one is met.
fn compare(found: &WatchlistMatch, kept: &Kept, compared: &[Candidate], tenant: &TenantKey) -> Result<Comparison> {
    let erased = || Error::conflict("erased");
    let person = tenant.unwrap_person(kept.person, kept.wrapped_key.as_deref().ok_or_else(erased)?)?;
    let question = Question::open(found.visit_id, &person, &kept.asked)?;
    let is_own = |candidate: &&Candidate| candidate.id() == found.entry_id;
    if compared.iter().find(is_own).is_some_and(Candidate::is_erased) {
        return Err(erased());
    }
    let entries = compared.iter().filter_map(|candidate| candidate.prepare(tenant).transpose());
    let today = kept.today.full().ok_or_else(|| Error::internal("the day of a comparison is not whole"))?;
    let met = question.meet(&entries.collect::<Result<Vec<_>>>()?, today)?;
    let met = met.into_iter().find(|met| met.entry == found.entry_id);
    Ok(Comparison {
        list_digest: hex(&list_digest(compared)),
        matcher: watchlist::VERSION.to_owned(),
        rule: met.map(|met| met.rule.name().to_owned()),
        score: met.map(|met| i16::from(met.score)),
        is_weak: met.map(|met| met.is_weak),
    })
}

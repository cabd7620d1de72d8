//! Seven days later: is what was revoked really gone?

use shared::{
    Result,
    audit::{Action, AuditEvent, Diff, TargetKind},
    id::{AccessReviewId, ReviewSubjectId},
    schedule::Tick,
    work::SystemWork,
};

use crate::{store, subject::NAME};

/// Looks at each review whose second look has come; says how many. Whatever has access again, rightly or not, stands in
/// the entry.
pub(crate) async fn check(tick: &Tick, work: &SystemWork) -> Result<u64> {
    let mut done = 0;
    while tick.has_time() {
        let Some(came_back) = check_one(tick, work).await? else { break };
        if came_back > 0 {
            tracing::warn!(tenant.id = %work.organization(), came_back, "what a review revoked has access again");
        }
        done += 1;
    }
    Ok(done)
}

/// How many came back; none where no review waits for its second look.
async fn check_one(tick: &Tick, work: &SystemWork) -> Result<Option<i64>> {
    let now = tick.now();
    work.with_tenant(async |tx| {
        let Some(review) = tx.find(store::next_to_check(now)).await? else { return Ok(None) };
        let revoked = tx.find(store::count_items(review)).await?.revoked;
        let came_back = tx.find(store::list_come_back(review, now)).await?;
        let count = i64::try_from(came_back.len()).map_err(shared::Error::internal)?;
        tx.write(store::note_check(review, count, now)).await?;
        work.audit(tx, NAME, entry(review, revoked, count, came_back)).await?;
        Ok(Some(count))
    })
    .await
}

fn entry(review: AccessReviewId, revoked: i64, count: i64, came_back: Vec<ReviewSubjectId>) -> AuditEvent {
    let diff = Diff::new()
        .added("revoked", revoked)
        .added("gone", revoked - count)
        .added("came_back", count)
        .added("came_back_ids", came_back);
    AuditEvent::new(Action::AccessReviewChecked, TargetKind::AccessReview, review).with(diff)
}

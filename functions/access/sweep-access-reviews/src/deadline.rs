//! Revokes what was not decided in time, except the last owner's access.

use shared::{
    Result,
    audit::{Action, AuditEvent, Diff, TargetKind},
    domain::review::{DecidedHow, RevocationCause, SECOND_LOOK_S},
    schedule::Tick,
    work::SystemWork,
};

use crate::{
    store,
    subject::{NAME, Withdrawal},
};

/// Settles what is undecided past its deadline, one item a transaction, and then closes the review.
pub(crate) async fn settle(tick: &Tick, work: &SystemWork) -> Result<u64> {
    let mut done = 0;
    while tick.has_time() && settle_one(tick, work).await? {
        done += 1;
    }
    while tick.has_time() && close_one(tick, work).await? {
        done += 1;
    }
    Ok(done)
}

/// False where nothing is undecided past its deadline.
async fn settle_one(tick: &Tick, work: &SystemWork) -> Result<bool> {
    let now = tick.now();
    work.with_tenant(async |tx| {
        let Some(undecided) = tx.find(store::next_undecided(now)).await? else { return Ok(false) };
        let subject = undecided.subject;
        let withdrawal = tx.find(store::withdraw(&subject, None, now)).await?;
        let how = match withdrawal {
            Withdrawal::Spared => DecidedHow::LastOwner,
            Withdrawal::Nothing | Withdrawal::Withdrawn => DecidedHow::Undecided,
        };
        tx.write(store::settle(&undecided, how, now)).await?;
        if withdrawal == Withdrawal::Withdrawn {
            subject.emit_end(work, tx, now).await?;
        }
        let diff = Diff::new().added("review_id", undecided.review).added("item_id", undecided.item);
        let entry = match how {
            DecidedHow::LastOwner => subject.entry(Action::AccessSpared, diff),
            DecidedHow::Decided | DecidedHow::Undecided => {
                let diff = diff.added("cause", RevocationCause::Undecided);
                subject.entry(Action::AccessRevoked, diff.added("had_access", withdrawal == Withdrawal::Withdrawn))
            }
        };
        work.audit(tx, NAME, entry).await?;
        Ok(true)
    })
    .await
}

/// False where no review is past its deadline with nothing undecided in it.
async fn close_one(tick: &Tick, work: &SystemWork) -> Result<bool> {
    let now = tick.now();
    work.with_tenant(async |tx| {
        let Some(review) = tx.find(store::next_to_close(now)).await? else { return Ok(false) };
        let counts = tx.find(store::count_items(review)).await?;
        tx.write(store::close(review, now, now.plus_seconds(SECOND_LOOK_S))).await?;
        let diff = Diff::new()
            .added("kept", counts.kept)
            .added("revoked", counts.revoked)
            .added("undecided", counts.undecided)
            .added("spared", counts.spared);
        let entry = AuditEvent::new(Action::AccessReviewClosed, TargetKind::AccessReview, review).with(diff);
        work.audit(tx, NAME, entry).await?;
        Ok(true)
    })
    .await
}

//! Revokes access that was not used for ninety days, to the second.

use shared::{
    Result,
    audit::{Action, Diff},
    domain::review::{DORMANT_S, RevocationCause},
    schedule::Tick,
    work::SystemWork,
};

use crate::{
    store,
    subject::{NAME, Subject, Withdrawal},
};

/// What is looked at in one organization in one sweep; the rest is left to the next.
const SUBJECTS_MAX: i64 = 1000;

/// Revokes what is unused, each in a transaction of its own; says how many.
pub(crate) async fn withdraw(tick: &Tick, work: &SystemWork) -> Result<u64> {
    let now = tick.now();
    let unused_since = now.plus_seconds(-DORMANT_S);
    let unused = store::list_unused(unused_since, now, SUBJECTS_MAX);
    let mut done = 0;
    for subject in work.with_tenant(async |tx| tx.find(unused).await).await? {
        if !tick.has_time() {
            break;
        }
        done += withdraw_one(tick, work, subject).await?;
    }
    Ok(done)
}

/// 1 where it was revoked. A member who signed in after they were listed keeps everything.
async fn withdraw_one(tick: &Tick, work: &SystemWork, subject: Subject) -> Result<u64> {
    let now = tick.now();
    work.with_tenant(async |tx| {
        let unused_since = now.plus_seconds(-DORMANT_S);
        match tx.find(store::withdraw(&subject, Some(unused_since), now)).await? {
            Withdrawal::Nothing => Ok(0),
            Withdrawal::Spared => {
                // Once for each last use: the same every day would say nothing new.
                if !tx.find(store::was_spared(&subject)).await? {
                    let diff = Diff::new().added("cause", RevocationCause::Dormant);
                    work.audit(tx, NAME, subject.entry(Action::AccessSpared, diff)).await?;
                }
                Ok(0)
            }
            Withdrawal::Withdrawn => {
                subject.emit_end(work, tx, now).await?;
                let diff = Diff::new().added("cause", RevocationCause::Dormant);
                work.audit(tx, NAME, subject.entry(Action::AccessRevoked, diff)).await?;
                Ok(1)
            }
        }
    })
    .await
}

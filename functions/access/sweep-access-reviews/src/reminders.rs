//! Owners are told of what is undecided, each time once.

use shared::{
    Result,
    domain::{mail::MailKind, review::reminder_due},
    id::MailId,
    mails,
    schedule::Tick,
    work::SystemWork,
};

use crate::store;

/// Asks for the mails that are due; says how many. That they were asked for is noted with them.
pub(crate) async fn remind(tick: &Tick, work: &SystemWork) -> Result<u64> {
    let now = tick.now();
    work.with_tenant(async |tx| {
        let Some(waiting) = tx.find(store::find_waiting(now)).await? else { return Ok(0) };
        let Some(days) = reminder_due(waiting.deadline_at, waiting.reminded_days, now) else { return Ok(0) };
        let mut asked = 0;
        for owner in tx.find(mails::list_owners()).await? {
            tx.write(mails::request(MailId::new(now), MailKind::AccessReviewDue, owner, now)).await?;
            asked += 1;
        }
        tx.write(store::note_reminder(waiting.review, days)).await?;
        Ok(asked)
    })
    .await
}

//! Sends reminders, settles overdue reviews and revokes unused access, once a day. Contract in
//! `functions/access/sweep-access-reviews/README.md`. Promises T11, T8, E1.

use shared::{
    Result,
    schedule::{Outcome, Tick},
    work::SystemWork,
};

use crate::{Deps, deadline, dormant, reminders, second_look};

/// Looks at one organization after the other, the longest waiting first.
///
/// # Errors
/// When the database does not say whose turn it is.
pub async fn sweep(deps: &Deps, tick: &Tick) -> Result<Outcome> {
    tick.for_each_in_turn(&deps.db, "access", async |work| sweep_one(tick, &work).await).await
}

/// What a day brings in one organization. Each step is a transaction of its own and finds what is left to do, so a
/// sweep that is cut off is gone on with by the next.
///
/// # Errors
/// When the database fails.
pub async fn sweep_one(tick: &Tick, work: &SystemWork) -> Result<u64> {
    let reminded = reminders::remind(tick, work).await?;
    let settled = deadline::settle(tick, work).await?;
    let checked = second_look::check(tick, work).await?;
    let withdrawn = dormant::withdraw(tick, work).await?;
    Ok(reminded + settled + checked + withdrawn)
}

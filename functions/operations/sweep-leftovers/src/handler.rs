//! Removes leftovers, once an hour. Contract in `functions/operations/sweep-leftovers/README.md`. Promises R4, R5.

use shared::{
    Error, Result,
    schedule::{Outcome, Tick},
    tenant::Lookup,
    work::SystemWork,
};

use crate::{Deps, bundles, objects, store};

/// Rows that one transaction removes.
const PAGE: i32 = 1000;

/// Sweeps one organization after the other, the longest unswept first.
///
/// # Errors
/// When the database does not say whose turn it is.
pub async fn sweep(deps: &Deps, tick: &Tick) -> Result<Outcome> {
    tick.for_each_in_turn(&deps.db, "sweep", async |work| sweep_one(deps, tick, &work).await).await
}

/// Sweeps one organization; how much was removed.
///
/// # Errors
/// When the database or the store fails.
pub async fn sweep_one(deps: &Deps, tick: &Tick, work: &SystemWork) -> Result<u64> {
    let rows = remove_rows(tick, work).await?;
    let objects = objects::remove_unreachable(deps, tick, work).await?;
    let bundles = bundles::remove_expired(deps, tick, work).await?;
    Ok(rows + objects + bundles)
}

async fn remove_rows(tick: &Tick, work: &SystemWork) -> Result<u64> {
    let now = tick.now();
    let mut removed = 0;
    for question in store::FORGETTING {
        removed += remove_all(tick, work, || store::forget(question, now, PAGE)).await?;
    }
    Ok(removed)
}

/// Page after page, each a transaction of its own, until one is not full.
async fn remove_all(tick: &Tick, work: &SystemWork, page: impl Fn() -> Lookup<i64>) -> Result<u64> {
    let mut removed = 0;
    while tick.has_time() {
        let gone = work.with_tenant(async |tx| tx.find(page()).await).await?;
        removed += u64::try_from(gone).map_err(Error::internal)?;
        if gone < i64::from(PAGE) {
            break;
        }
    }
    Ok(removed)
}

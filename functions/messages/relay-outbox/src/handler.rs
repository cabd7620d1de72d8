//! Relays the events of the outbox, on a message and each minute. Contract in
//! `functions/messages/relay-outbox/README.md`. Promises W5, R4.

use shared::{
    Error, Result,
    queue::{Message, OUTBOX_NUDGE},
    schedule::{Outcome, Tick},
    telemetry,
    tenant::TenantTx,
};

use crate::{Deps, store};

/// Events that become ready in one transaction.
pub const PAGE: i64 = 500;
/// Pages for one message; the schedule goes on where they end.
const PAGES_MAX: u32 = 20;

/// Takes up the events of the organization that the message names. The mark stays, so that a busy organization keeps it.
///
/// # Errors
/// When the message is none of ours, or the database fails: it then comes again.
pub async fn consume(deps: &Deps, message: &Message) -> Result<()> {
    if message.envelope().kind != OUTBOX_NUDGE {
        return Err(Error::malformed("/kind", "unknown_value"));
    }
    relay(deps, &message.work(&deps.db), || true).await.map(drop)
}

/// Takes up the events of every organization that is marked. Where none was waiting, the mark is taken away.
///
/// # Errors
/// When the database does not say who has a mark.
pub async fn sweep(deps: &Deps, tick: &Tick) -> Result<Outcome> {
    tick.for_each_due(&deps.db, "outbox", async |work| match relay(deps, &work, || tick.has_time()).await? {
        0 => retire_mark(deps, &work).await,
        ready => Ok(ready),
    })
    .await
}

async fn relay(deps: &Deps, work: &SystemWork, goes_on: impl Fn() -> bool) -> Result<u64> {
    let mut ready = 0;
    for _ in 0..PAGES_MAX {
        let page = work.with_tenant(async |tx| make_page_ready(deps, tx).await).await?;
        ready += u64::try_from(page).map_err(Error::internal)?;
        if page < PAGE || !goes_on() {
            break;
        }
    }
    Ok(ready)
}

/// Takes the mark of an organization without waiting events, and looks once more: events that were written under the mark
/// are committed by then, and later ones set a mark of their own. Where there is one after all, the mark is set again.
async fn retire_mark(deps: &Deps, work: &SystemWork) -> Result<u64> {
    work.with_tenant(async |tx| {
        if !tx.find(store::take_mark(work.organization())).await? {
            return Ok(0);
        }
        let ready = make_page_ready(deps, tx).await?;
        if ready > 0 {
            tx.write(store::put_mark_back(work.organization(), deps.clock.now())).await?;
        }
        u64::try_from(ready).map_err(Error::internal)
    })
    .await
}

async fn make_page_ready(deps: &Deps, tx: &mut TenantTx<'_>) -> Result<i64> {
    let ready = tx.find(store::make_ready(deps.clock.now(), PAGE)).await?;
    telemetry::count(deps.clock, "relay-outbox", "events_ready", f64::from(i32::try_from(ready).unwrap_or(i32::MAX)));
    Ok(ready)
}

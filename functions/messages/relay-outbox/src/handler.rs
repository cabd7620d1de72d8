//! Relays the events of the outbox, on a message and each minute. Contract in
//! `functions/messages/relay-outbox/README.md`. Promises W5, R4.

use shared::{
    Error, Result,
    queue::{Message, OUTBOX_NUDGE},
    schedule::{Outcome, Tick},
    telemetry,
    work::SystemWork,
};

use crate::{Deps, store};

/// Events that become ready in one transaction.
pub const PAGE: i64 = 500;
/// Pages for one message; the schedule goes on where they end.
const PAGES_MAX: u32 = 20;

/// Takes up the events of the organization that the message names.
///
/// # Errors
/// When the message is none of ours, or the database fails: it then comes again.
pub async fn consume(deps: &Deps, message: &Message) -> Result<()> {
    if message.envelope().kind != OUTBOX_NUDGE {
        return Err(Error::malformed("/kind", "unknown_value"));
    }
    relay(deps, &message.work(&deps.db), || true).await.map(drop)
}

/// Takes up the events of every organization that has some waiting.
///
/// # Errors
/// When the database does not say who has.
pub async fn sweep(deps: &Deps, tick: &Tick) -> Result<Outcome> {
    tick.for_each_due(&deps.db, "outbox", async |work| relay(deps, &work, || tick.has_time()).await).await
}

async fn relay(deps: &Deps, work: &SystemWork, goes_on: impl Fn() -> bool) -> Result<u64> {
    let mut ready = 0;
    for _ in 0..PAGES_MAX {
        let page = relay_page(deps, work).await?;
        ready += u64::try_from(page).map_err(Error::internal)?;
        telemetry::count(
            deps.clock,
            "relay-outbox",
            "events_ready",
            f64::from(i32::try_from(page).unwrap_or(i32::MAX)),
        );
        if page < PAGE || !goes_on() {
            break;
        }
    }
    Ok(ready)
}

/// One page, in one transaction with the mark: wherever this ends, an event that is not ready has its mark. The mark
/// goes first, so that whoever writes an event meanwhile either is seen here or sets a new mark.
async fn relay_page(deps: &Deps, work: &SystemWork) -> Result<i64> {
    let now = deps.clock.now();
    work.with_tenant(async |tx| {
        tx.write(store::take_mark(work.organization())).await?;
        let ready = tx.find(store::make_ready(now, PAGE)).await?;
        if ready == PAGE {
            tx.write(store::put_mark_back(work.organization(), now)).await?;
        }
        Ok(ready)
    })
    .await
}

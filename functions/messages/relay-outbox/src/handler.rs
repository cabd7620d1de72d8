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
        0 => relay_page(deps, &work, Mark::Goes).await,
        ready => Ok(ready),
    })
    .await
}

async fn relay(deps: &Deps, work: &SystemWork, goes_on: impl Fn() -> bool) -> Result<u64> {
    let mut ready = 0;
    for _ in 0..PAGES_MAX {
        let page = relay_page(deps, work, Mark::Stays).await?;
        ready += page;
        if page < PAGE.unsigned_abs() || !goes_on() {
            break;
        }
    }
    Ok(ready)
}

/// What becomes of the organization's mark.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    /// It is taken away, but not while an event is being written under it.
    Goes,
    /// A busy organization keeps it.
    Stays,
}

/// Makes one page of events ready. Where the mark goes, it goes before the events are looked up, in the same transaction: events that were
/// written under it are committed by then, and later ones set a mark of their own. Where there is an event after all, the mark
/// is set again.
async fn relay_page(deps: &Deps, work: &SystemWork, mark: Mark) -> Result<u64> {
    let (organization, now) = (work.organization(), deps.clock.now());
    let ready = work
        .with_tenant(async |tx| {
            if mark == Mark::Goes && !tx.find(store::take_mark(organization)).await? {
                return Ok(0);
            }
            let ready = tx.find(store::make_ready(now, PAGE)).await?;
            if mark == Mark::Goes && ready > 0 {
                tx.write(store::put_mark_back(organization, now)).await?;
            }
            Ok(ready)
        })
        .await?;
    let counted = f64::from(i32::try_from(ready).unwrap_or(i32::MAX));
    telemetry::count(deps.clock, "relay-outbox", "events_ready", counted);
    u64::try_from(ready).map_err(Error::internal)
}

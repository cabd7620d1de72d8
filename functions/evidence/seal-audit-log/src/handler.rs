//! Seals logs, on request and each minute. Contract in `functions/evidence/seal-audit-log/README.md`. Promises E1, W5.

use shared::{
    Error, Result,
    audit::{Action, AuditEvent, TargetKind},
    broken_logs,
    queue::{Message, SEAL_REQUEST},
    schedule::{Outcome, Tick},
    work::SystemWork,
};

use crate::{Deps, breaking, seal, store};

/// Seconds without a heartbeat after which the log gets one.
const HEARTBEAT_SECONDS: i64 = 24 * 60 * 60;

/// Seals the log of the organization that the message names, whatever its interval.
///
/// # Errors
/// When the message is none of ours, or the log is not sealed to its end: it then comes again.
pub async fn consume(deps: &Deps, message: &Message) -> Result<()> {
    if message.envelope().kind != SEAL_REQUEST {
        return Err(Error::malformed("/kind", "unknown_value"));
    }
    seal_one(deps, &message.work(&deps.db), breaking::ON_REQUEST, || true).await.map(drop)
}

/// Seals every log that has new entries and whose interval has passed, the longest waiting first.
///
/// # Errors
/// When the database does not say whose turn it is.
pub async fn sweep(deps: &Deps, tick: &Tick) -> Result<Outcome> {
    tick.for_each_in_turn(&deps.db, "seal", async |work| {
        let sealed = seal_one(deps, &work, broken_logs::PAGE, || tick.has_time()).await;
        if matches!(sealed, Err(Error::LogBroken)) {
            breaking::tell_operator(deps, tick, &work).await?;
        }
        sealed
    })
    .await
}

/// Compares so many older entries, and seals the new ones. A log that is broken is not sealed, and stays due: it is looked at
/// with each tick, and its alarm rings on.
async fn seal_one(deps: &Deps, work: &SystemWork, compared: i64, goes_on: impl Fn() -> bool) -> Result<u64> {
    breaking::look(deps, work, compared).await?;
    let now = deps.clock.now();
    write_heartbeat(work, now.plus_seconds(-HEARTBEAT_SECONDS)).await?;
    let sealed = match seal::seal(deps, work, &goes_on).await {
        Err(error) => return Err(breaking::explain(deps, work, error).await?),
        Ok(sealed) => sealed,
    };
    work.with_tenant(async |tx| tx.write(store::wait_for_interval(work.organization(), now)).await).await?;
    Ok(sealed)
}

/// Writes the day's heartbeat: a log that falls silent was taken away. One that is younger than a day needs none.
async fn write_heartbeat(work: &SystemWork, since: shared::clock::Timestamp) -> Result<()> {
    work.with_tenant(async |tx| {
        if !tx.find(store::is_silent_since(since)).await? {
            return Ok(());
        }
        let entry = AuditEvent::new(Action::LogHeartbeat, TargetKind::AuditLog, work.organization());
        work.audit(tx, "seal-audit-log", entry).await
    })
    .await
}

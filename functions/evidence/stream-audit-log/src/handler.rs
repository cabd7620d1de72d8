//! Delivers new entries and checkpoints to the streams of each log. Contract in
//! `functions/evidence/stream-audit-log/README.md`. Promises E6, E1.
//!
//! Whatever is delivered was read and checked in one transaction, is sent while none is open, and moves the stream on in
//! another. A crash, a lost answer or a lost lease between them leaves the stream where it was, and the same delivery
//! is made again.

use shared::{
    Result, broken_logs,
    clock::Timestamp,
    domain::stream::Undelivered,
    id::LogStreamId,
    schedule::{Outcome, Tick},
    telemetry,
    work::SystemWork,
};

use crate::{
    Deps,
    delivery::Destination,
    page::{Broken, Parcel},
    store::{self, Stream},
};

/// How this function is named in metrics.
const NAME: &str = "stream-audit-log";
/// Seconds that a streamer has a stream to itself after each step: longer than any call to a destination takes.
const LEASE_SECONDS: i64 = 60;
/// Seconds until an organization without a stream is looked at again; setting one up does not wait for that.
const IDLE_SECONDS: i64 = 15 * 60;
/// Seconds before a delivery that failed is made again, doubled with each failure.
const RETRY_SECONDS: i64 = 50;
/// Most of them.
const RETRY_SECONDS_MAX: i64 = 60 * 60;

/// Streams the log of each organization that has a stream, the one longest without a turn first.
///
/// # Errors
/// When the database does not say whose turn it is.
pub async fn sweep(deps: &Deps, tick: &Tick) -> Result<Outcome> {
    tick.for_each_in_turn(&deps.db, "stream", async |work| stream(deps, &work, || tick.has_time()).await).await
}

/// Delivers what is new of one log to each of its streams, and says how many deliveries were taken.
///
/// # Errors
/// When the database or KMS fails. A destination that fails is its customer's to mend, and is noted at the stream.
pub async fn stream(deps: &Deps, work: &SystemWork, goes_on: impl Fn() -> bool) -> Result<u64> {
    let now = deps.clock.now();
    let waiting = work.with_tenant(async |tx| {
        // Nothing is sent of a log that is marked; the streams go on where they are once it is recovered.
        if tx.find(broken_logs::since()).await?.is_some() {
            return Ok(Vec::new());
        }
        let waiting = tx.find(store::waiting(now)).await?;
        if waiting.is_empty() {
            tx.write(store::rest_without_streams(work.organization(), now.plus_seconds(IDLE_SECONDS))).await?;
        }
        Ok(waiting)
    });
    let mut taken = 0;
    for id in waiting.await? {
        if !goes_on() {
            break;
        }
        taken += stream_one(deps, work, id, &goes_on).await?;
    }
    Ok(taken)
}

/// Delivers to one destination until nothing is new, something fails, the time is over or the stream is another's.
async fn stream_one(deps: &Deps, work: &SystemWork, id: LogStreamId, goes_on: impl Fn() -> bool) -> Result<u64> {
    let lease = deps.clock.now().plus_seconds(LEASE_SECONDS);
    let claim = store::claim(id, deps.clock.now(), lease);
    let Some(mut stream) = work.with_tenant(async |tx| tx.find(claim).await).await? else { return Ok(0) };
    let destination = Destination::of(deps, work.organization(), &stream).await?;
    let mut taken = 0;
    while goes_on() {
        let parcel = match next_parcel(work, &stream).await? {
            Ok(Some(parcel)) => parcel,
            Ok(None) => break,
            Err(broken) => {
                fail(deps, work, &stream, Undelivered::ChainBroken).await?;
                refuse(deps, work, broken).await?;
                return Ok(taken);
            }
        };
        if let Err(word) = destination.deliver(deps, &parcel).await {
            fail(deps, work, &stream, word).await?;
            tracing::warn!(tenant.id = %work.organization(), stream.id = %id, stream.failure = word.word(), "delivery not taken");
            return Ok(taken);
        }
        match acknowledge(deps, work, &stream, &parcel).await? {
            Some(lease) => stream.moved(&parcel, lease),
            // It was rewound, paused or ended meanwhile, or it took so long that another streamer has it.
            None => return Ok(taken),
        }
        taken += 1;
    }
    work.with_tenant(async |tx| tx.write(store::give_back(&stream)).await).await?;
    Ok(taken)
}

/// What is to be delivered next: entries up to the next checkpoint, then that checkpoint. Where its end is decided, the
/// database is told before anything is sent.
async fn next_parcel(work: &SystemWork, stream: &Stream) -> Result<Result<Option<Parcel>, Broken>> {
    work.with_tenant(async |tx| {
        let checkpoint = tx.find(store::next_checkpoint(stream)?).await?;
        if let Some(checkpoint) = checkpoint.as_ref().filter(|next| next.size <= stream.next_seq) {
            let link = tx.find(store::link_before(checkpoint.size)?).await?;
            return Ok(Parcel::of_checkpoint(stream, checkpoint, link).map(Some));
        }
        let end = stream.sending_to.or(checkpoint.map(|next| next.size));
        let entries = tx.find(store::entries(stream.next_seq, end)?).await?;
        let parcel = Parcel::of_entries(work.organization(), stream, &entries);
        if let Ok(Some(Parcel::Entries { to, .. })) = &parcel {
            tx.write(store::begin(stream, *to)?).await?;
        }
        Ok(parcel)
    })
    .await
}

/// Moves the stream on, and gives the lease anew. None where it is no longer this streamer's to move.
async fn acknowledge(deps: &Deps, work: &SystemWork, stream: &Stream, parcel: &Parcel) -> Result<Option<Timestamp>> {
    let now = deps.clock.now();
    let lease = now.plus_seconds(LEASE_SECONDS);
    let moving = store::acknowledge(stream, &stream.reached_with(parcel), now, lease)?;
    let is_moved = work.with_tenant(async |tx| tx.find(moving).await).await?;
    Ok(is_moved.then_some(lease))
}

async fn fail(deps: &Deps, work: &SystemWork, stream: &Stream, word: Undelivered) -> Result<()> {
    let now = deps.clock.now();
    let doubled = RETRY_SECONDS << stream.failures.clamp(0, 10);
    let failing = store::fail(stream, word, now, now.plus_seconds(doubled.min(RETRY_SECONDS_MAX)));
    work.with_tenant(async |tx| tx.write(failing).await).await
}

/// Counts what an alarm listens to, says which log, and marks it broken where the database finds the same.
async fn refuse(deps: &Deps, work: &SystemWork, broken: Broken) -> Result<()> {
    telemetry::count(deps.clock, NAME, "streams_not_continued", 1.0);
    tracing::error!(tenant.id = %work.organization(), error.cause = %broken, "log is not streamed");
    if let Some(cause) = broken_logs::find(work, deps.clock.now()).await? {
        telemetry::count(deps.clock, NAME, "logs_broken", 1.0);
        tracing::error!(tenant.id = %work.organization(), error.cause = cause.word(), "log is marked broken");
    }
    Ok(())
}

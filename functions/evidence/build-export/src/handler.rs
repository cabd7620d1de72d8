//! Makes the bundles that an organization waits for, and says in its log what became of each. Contract in
//! `functions/evidence/build-export/README.md`. Promises E3, E5, P12.

use shared::{
    Error, Result,
    audit::{Action, AuditEvent, Diff, PublicHash, TargetKind},
    broken_logs,
    clock::Timestamp,
    domain::export::{ExportFailure, KEPT_DAYS},
    outbox::OutgoingEvent,
    queue::{EXPORT_REQUEST, Message},
    schedule::{Outcome, Tick},
    telemetry,
    work::SystemWork,
};

use crate::{
    Deps, build,
    job::{Attempt, FAILURES_MAX},
    stop::Stop,
    store::{self, Job, Made},
};

/// How this function is named in entries and metrics.
const NAME: &str = "build-export";
/// Seconds that a failed export waits, for each time that it failed.
const WAIT_SECONDS: i64 = 20;

/// Makes what the organization of the message waits for.
///
/// # Errors
/// When the message is none of ours, or the database fails: it then comes again. The failure of one bundle is kept in its row.
pub async fn consume(deps: &Deps, message: &Message) -> Result<()> {
    if message.envelope().kind != EXPORT_REQUEST {
        return Err(Error::malformed("/kind", "unknown_value"));
    }
    make_all(deps, &message.work(&deps.db), || message.has_time()).await.map(drop)
}

/// Makes what every organization waits for, where no message said so or an earlier attempt did not finish.
///
/// # Errors
/// When the database does not say who waits.
pub async fn sweep(deps: &Deps, tick: &Tick) -> Result<Outcome> {
    tick.for_each_due(&deps.db, "export", async |work| make_all(deps, &work, || tick.has_time()).await).await
}

async fn make_all(deps: &Deps, work: &SystemWork, goes_on: impl Fn() -> bool) -> Result<u64> {
    let mut made = 0;
    while goes_on() {
        // Of a log that is marked, nothing can be entered: what waits is made when it is recovered.
        if work.with_tenant(async |tx| tx.find(broken_logs::since()).await).await?.is_some() {
            break;
        }
        let Some(job) = Job::claim(deps, work).await? else { break };
        match make(Attempt { deps, work, job: &job }, &goes_on).await {
            Ok(()) => made += 1,
            Err(Stop::LeaseLost) => tracing::warn!(export.id = %job.export, "another worker makes it"),
            Err(Stop::OutOfTime) => return give_back(work, &job, job.failures, deps.clock.now()).await.map(|()| made),
            Err(Stop::GivenUp(why)) => {
                give_up(deps, work, &job, why).await?;
                if why == ExportFailure::LogDiffers {
                    mark_broken(deps, work).await?;
                }
            }
            Err(Stop::Fault(error)) => wait_or_give_up(deps, work, &job, error).await?,
        }
    }
    Ok(made)
}

async fn make(attempt: Attempt<'_>, goes_on: &impl Fn() -> bool) -> Result<(), Stop> {
    if attempt.job.failures >= FAILURES_MAX {
        return Err(Stop::GivenUp(ExportFailure::Internal));
    }
    let made = build::build(attempt, goes_on).await?;
    record(attempt, &made).await
}

/// Records that it is made: the export's row, the event for webhooks, and the audit entry.
async fn record(attempt: Attempt<'_>, made: &Made) -> Result<(), Stop> {
    let Attempt { deps, work, job } = attempt;
    let now = deps.clock.now();
    let signing = deps.signer.0.public_key().await?;
    let digest = Diff::new()
        .added("kind", job.kind)
        .added("manifest_sha256", PublicHash(&made.manifest_sha256))
        .added("bytes", i64::from(made.bytes))
        .added("entries", made.entries)
        .added("openings", made.openings)
        .added_if_some("visit_id", job.visit);
    let entry = AuditEvent::new(Action::ExportBuilt, TargetKind::Export, job.export).with(digest);
    let changed = work
        .with_tenant(async |tx| {
            let changed = tx.find(store::finish(job, made, now, now.plus_seconds(KEPT_DAYS * 24 * 60 * 60))).await?;
            if changed == 1 {
                tx.write(store::enter_key(signing, now)).await?;
                work.emit(tx, OutgoingEvent::export_built(job.export, job.kind), now).await?;
                work.audit(tx, NAME, entry).await?;
            }
            Ok(changed)
        })
        .await?;
    job.expect_held(changed)
}

async fn wait_or_give_up(deps: &Deps, work: &SystemWork, job: &Job, error: Error) -> Result<()> {
    let failures = job.failures + 1;
    let cause = std::error::Error::source(&error).map(ToString::to_string);
    tracing::error!(export.id = %job.export, error.code = error.code().name(), error.cause = cause, failures, "bundle not made");
    if failures >= FAILURES_MAX {
        let why =
            if matches!(error, Error::Unavailable(_)) { ExportFailure::Unavailable } else { ExportFailure::Internal };
        return give_up(deps, work, job, why).await;
    }
    let at = deps.clock.now().plus_seconds(WAIT_SECONDS * i64::from(failures));
    give_back(work, job, failures, at).await
}

/// Marks the log, where the database finds that it does not fit either. Behind the entry that the export failed: nothing
/// can be entered after it.
async fn mark_broken(deps: &Deps, work: &SystemWork) -> Result<()> {
    if let Some(cause) = broken_logs::find(work, deps.clock.now()).await? {
        telemetry::count(deps.clock, NAME, "logs_broken", 1.0);
        tracing::error!(tenant.id = %work.organization(), error.cause = cause.word(), "log is marked broken");
    }
    Ok(())
}

/// Gives it back, and marks the organization for the moment when it may be taken again.
async fn give_back(work: &SystemWork, job: &Job, failures: i32, at: Timestamp) -> Result<()> {
    work.with_tenant(async |tx| {
        tx.write(store::take_mark(work.organization())).await?;
        tx.find(store::give_back(job, failures, at)).await?;
        tx.write(store::put_mark_back(work.organization(), at)).await
    })
    .await
}

async fn give_up(deps: &Deps, work: &SystemWork, job: &Job, why: ExportFailure) -> Result<()> {
    telemetry::count(deps.clock, NAME, "exports_given_up", 1.0);
    tracing::error!(export.id = %job.export, failure = why.word(), "bundle given up");
    let entry = AuditEvent::new(Action::ExportFailed, TargetKind::Export, job.export);
    let entry = entry.with(Diff::new().added("kind", job.kind).added("failure", why));
    work.with_tenant(async |tx| {
        if tx.find(store::give_up(job, why)).await? == 1 {
            work.audit(tx, NAME, entry).await?;
        }
        Ok(())
    })
    .await
}

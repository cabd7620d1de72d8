//! What is done about a log that does not fit: looked at again, marked, and said.
//!
//! A mark stops every writer of the organization, so it is made only of what was read twice: by the database while it holds
//! the head, or, where a signed anchor alone tells, by a second pass over row, tree and anchor.

use shared::{
    Error, Result,
    audit::{Action, AuditEvent, Diff, TargetKind},
    broken_logs,
    domain::{log_break::BreakCause, mail::MailKind},
    error::OrLog as _,
    id::{MailId, OrganizationId},
    mails,
    schedule::Tick,
    telemetry,
    work::SystemWork,
};

use crate::{
    Deps,
    log::Broken,
    seal,
    store::{self, OpenBreak},
};

/// How this function is named in entries and metrics.
const NAME: &str = "seal-audit-log";

/// Entries that a requested seal compares with their hashes: a caller waits for it. The schedule's turns compare more.
pub(crate) const ON_REQUEST: i64 = 500;

/// Compares what is kept with a page of entries.
///
/// # Errors
/// [`Error::LogBroken`] when the log is marked, or is marked now.
pub(crate) async fn look(deps: &Deps, work: &SystemWork, page: i64) -> Result<()> {
    let (is_marked, suspect) = work
        .with_tenant(async |tx| match tx.find(store::open_break()).await? {
            Some(_) => Ok((true, None)),
            None => Ok((false, tx.find(store::compare_next(page)).await?)),
        })
        .await?;
    if is_marked {
        // With each tick, so that the alarm rings until the log is recovered.
        telemetry::count(deps.clock, NAME, "logs_broken", 1.0);
        return Err(Error::LogBroken);
    }
    let Some((cause, seq)) = suspect else { return Ok(()) };
    telemetry::count(deps.clock, NAME, "logs_not_continued", 1.0);
    tracing::error!(tenant.id = %work.organization(), error.cause = cause.word(), log.seq = seq, "log is not continued");
    let now = deps.clock.now();
    match broken_logs::find_at(work, seq, now).await? {
        Some(cause) => Err(said(deps, work, cause)),
        // It was gone at the second look, or another one marked it.
        None => Ok(()),
    }
}

/// Why sealing ended. What does not continue is looked at again, and marked where it is certain.
///
/// # Errors
/// When the database fails.
pub(crate) async fn explain(deps: &Deps, work: &SystemWork, error: Error) -> Result<Error> {
    let Some(broken) = Broken::of(&error) else { return Ok(error) };
    telemetry::count(deps.clock, NAME, "logs_not_continued", 1.0);
    tracing::error!(tenant.id = %work.organization(), error.cause = %broken, "log is not continued");
    let again = seal::seal(deps, work, || false).await;
    if again.as_ref().err().and_then(Broken::of) != Some(broken) {
        return Ok(error);
    }
    let now = deps.clock.now();
    let suspect = broken.suspect().map(i64::try_from).transpose().map_err(Error::internal)?;
    let mut cause = broken_logs::find_at(work, suspect, now).await?;
    if let (None, Some((told, size))) = (cause, broken.told_by_anchor()) {
        cause = broken_logs::mark(work, store::mark_by_anchor(told, size, now)?, now).await?;
    }
    Ok(cause.map_or(error, |cause| said(deps, work, cause)))
}

fn said(deps: &Deps, work: &SystemWork, cause: BreakCause) -> Error {
    telemetry::count(deps.clock, NAME, "logs_broken", 1.0);
    tracing::error!(tenant.id = %work.organization(), error.cause = cause.word(), "log is marked broken");
    Error::LogBroken
}

/// Tells the operator's organization of a mark, by mail and by an entry in its own log, which an attacker who changed the
/// customer's log did not change with it. After a crash it is told twice rather than never.
///
/// # Errors
/// When the database fails.
pub(crate) async fn tell_operator(deps: &Deps, tick: &Tick, work: &SystemWork) -> Result<()> {
    let Some(slug) = &deps.operator.0 else { return Ok(()) };
    let (open, operator) = work
        .with_tenant(async |tx| Ok((tx.find(store::open_break()).await?, tx.find(store::by_slug(slug)).await?)))
        .await?;
    let (Some(open), Some(operator)) = (open.filter(|open| !open.is_told), operator) else { return Ok(()) };
    if operator != work.organization() {
        let at_operator = tick.work(&deps.db, operator);
        // Where the operator's own log is broken too, the mail alone tells.
        enter(&at_operator, work.organization(), &open).await.or_log("the mail says it too");
        mail_owners(deps, &at_operator).await?;
    }
    let now = deps.clock.now();
    work.with_tenant(async |tx| tx.write(store::note_told(open.since, now)).await).await
}

async fn enter(at_operator: &SystemWork, customer: OrganizationId, open: &OpenBreak) -> Result<()> {
    let found = Diff::new().added("broken_since", open.since).added("cause", open.cause).added_if_some("seq", open.seq);
    let entry = AuditEvent::new(Action::LogFoundBroken, TargetKind::Organization, customer).with(found);
    at_operator.with_tenant(async |tx| at_operator.audit(tx, NAME, entry).await).await
}

async fn mail_owners(deps: &Deps, at_operator: &SystemWork) -> Result<()> {
    let now = deps.clock.now();
    at_operator
        .with_tenant(async |tx| {
            for owner in tx.find(mails::list_owners()).await? {
                tx.write(mails::request(MailId::new(now), MailKind::CustomerLogBroken, owner, now)).await?;
            }
            Ok(())
        })
        .await
}

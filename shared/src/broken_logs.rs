//! Logs that were changed past the functions: found for certain, marked once, and their owners told by mail.
//!
//! A log that is marked takes no entry, so nothing of its organization is written until `recover-log` has ended it. That is
//! far worse than an alarm, so a mark is made only by the database itself, which looks again while the head is locked.

use crate::{
    clock::Timestamp,
    domain::{log_break::BreakCause, mail::MailKind},
    error::Result,
    id::MailId,
    mails,
    tenant::{Lookup, Statement},
    work::SystemWork,
};

/// Entries that are compared with their hashes at a time: some 50 ms of the database.
pub const PAGE: i64 = 10_000;

/// Since when the log is broken, if it is.
#[must_use]
pub fn since() -> Lookup<Option<Timestamp>> {
    Statement::new("-- broken_logs.since\nSELECT audit.broken_since() AS since").one(|row| row.read("since"))
}

/// Looks through the whole log, and marks it when something in it does not fit. What was found if it was marked now.
///
/// # Errors
/// When the database fails.
pub async fn find(work: &SystemWork, now: Timestamp) -> Result<Option<BreakCause>> {
    let mut first = 0;
    let suspect = loop {
        let (suspect, goes_on) = work.with_tenant(async |tx| tx.find(first_difference(first)).await).await?;
        if suspect.is_some() || !goes_on {
            break suspect;
        }
        first += PAGE;
    };
    find_at(work, suspect, now).await
}

/// Looks at head, checkpoints and one suspected entry, and marks the log when one of them does not fit.
///
/// # Errors
/// When the database fails.
pub async fn find_at(work: &SystemWork, suspect: Option<i64>, now: Timestamp) -> Result<Option<BreakCause>> {
    mark(work, mark_broken(suspect, now), now).await
}

/// Marks the log by a question that says what was marked, and tells its owners by mail in the same transaction.
///
/// # Errors
/// When the database fails; the log is then not marked.
pub async fn mark(
    work: &SystemWork,
    marking: Lookup<Option<BreakCause>>,
    now: Timestamp,
) -> Result<Option<BreakCause>> {
    work.with_tenant(async |tx| {
        let cause = tx.find(marking).await?;
        if cause.is_some() {
            for owner in tx.find(mails::list_owners()).await? {
                tx.write(mails::request(MailId::new(now), MailKind::LogBroken, owner, now)).await?;
            }
        }
        Ok(cause)
    })
    .await
}

/// The first entry of a page that does not have the hashes that it makes, and whether there are entries behind the page.
fn first_difference(first: i64) -> Lookup<(Option<i64>, bool)> {
    Statement::new(concat!(
        "-- broken_logs.first_difference\n",
        "SELECT audit.first_difference($1, $2) AS suspect, EXISTS (SELECT FROM audit_log WHERE seq >= $1 + $2) AS goes_on",
    ))
    .bind(first)
    .bind(PAGE)
    .one(|row| Ok((row.read("suspect")?, row.read("goes_on")?)))
}

fn mark_broken(suspect: Option<i64>, now: Timestamp) -> Lookup<Option<BreakCause>> {
    Statement::new("-- broken_logs.mark_broken\nSELECT audit.mark_broken($1, $2) AS cause")
        .bind(suspect)
        .bind(now)
        .one(|row| row.read("cause"))
}

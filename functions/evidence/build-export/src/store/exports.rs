//! Exports: taken, renewed, given back and ended.

use shared::{
    Error, Result,
    audit::tree::Hash,
    clock::Timestamp,
    domain::export::{ExportFailure, ExportKind},
    id::{ExportId, OrganizationId, VisitId},
    tenant::{Lookup, Row, Statement},
};

/// What is to be made.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) export: ExportId,
    pub(crate) kind: ExportKind,
    pub(crate) visit: Option<VisitId>,
    pub(crate) from: Option<Timestamp>,
    pub(crate) to: Option<Timestamp>,
    pub(crate) created_at: Timestamp,
    /// The fence: whatever is written for the export names it.
    pub(crate) attempt: i32,
    pub(crate) failures: i32,
    /// What of the log it covers, once that was chosen.
    pub(crate) covers: Option<Covers>,
    /// An upload that an earlier attempt began.
    pub(crate) upload: Option<String>,
}

/// Who asked for an export, as the log has it: of a session it names the member.
#[derive(Debug, serde::Serialize)]
pub(crate) struct Requester {
    pub(crate) kind: String,
    pub(crate) id: String,
}

/// What of the log an export covers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Covers {
    pub(crate) first_seq: i64,
    /// Size of the checkpoint that its entries lead to.
    pub(crate) tree_size: i64,
}

/// A bundle that lies in the bucket.
#[derive(Debug)]
pub(crate) struct Made {
    pub(crate) bytes: u32,
    pub(crate) manifest_sha256: Hash,
    pub(crate) entries: i64,
    pub(crate) openings: i64,
}

/// Takes the organization's mark away, but not while an export is being written under it.
pub(crate) fn take_mark(organization: OrganizationId) -> Statement {
    Statement::new("-- build-export.take_mark\nSELECT directory.take($1, 'export')").bind(organization)
}

/// Sets the mark again, for the moment when there is something to do.
pub(crate) fn put_mark_back(organization: OrganizationId, due: Timestamp) -> Statement {
    Statement::new("-- build-export.put_mark_back\nSELECT directory.mark($1, 'export', $2)")
        .bind(organization)
        .bind(due)
}

/// Takes the oldest export that no worker holds. One whose worker gave no sign any more has failed once more.
pub(crate) fn claim(now: Timestamp, until: Timestamp) -> Lookup<Option<Job>> {
    Statement::new(concat!(
        "-- build-export.claim\n",
        "WITH next AS (SELECT organization_id, export_id FROM exports ",
        "WHERE (state = 'waiting' AND (not_before IS NULL OR not_before <= $1)) OR (state = 'building' AND leased_until <= $1) ",
        "ORDER BY export_id LIMIT 1 FOR UPDATE SKIP LOCKED) ",
        "UPDATE exports AS e SET state = 'building', attempt = e.attempt + 1, leased_until = $2, not_before = NULL, ",
        "failures = e.failures + (e.state = 'building')::integer ",
        "FROM next AS n WHERE e.organization_id = n.organization_id AND e.export_id = n.export_id ",
        "RETURNING e.export_id, e.kind, e.visit_id, e.from_at, e.to_at, e.created_at, ",
        "e.attempt, e.failures, e.first_seq, e.tree_size, e.upload_id",
    ))
    .bind(now)
    .bind(until)
    .optional(read_job)
}

fn read_job(row: &Row) -> Result<Job> {
    let (first, size): (Option<i64>, Option<i64>) = (row.read("first_seq")?, row.read("tree_size")?);
    Ok(Job {
        export: row.read("export_id")?,
        kind: row.read("kind")?,
        visit: row.read("visit_id")?,
        from: row.read("from_at")?,
        to: row.read("to_at")?,
        created_at: row.read("created_at")?,
        attempt: row.read("attempt")?,
        failures: row.read("failures")?,
        covers: first.zip(size).map(|(first_seq, tree_size)| Covers { first_seq, tree_size }),
        upload: row.read("upload_id")?,
    })
}

/// Who asked for it: the actor of the entry that was written with it.
pub(crate) fn requester(export: ExportId) -> Lookup<Requester> {
    Statement::new(concat!(
        "-- build-export.requester\n",
        "SELECT entry::jsonb #>> '{actor,kind}' AS kind, entry::jsonb #>> '{actor,id}' AS id FROM audit_log ",
        "WHERE target_id = $1 AND target_kind = 'export' AND action = 'export.requested' ORDER BY seq LIMIT 1",
    ))
    .bind(export.to_string())
    .one(|row| Ok(Requester { kind: row.read("kind")?, id: row.read("id")? }))
}

/// When the next export may be taken, if any is open.
pub(crate) fn next_due(now: Timestamp) -> Lookup<Option<Timestamp>> {
    Statement::new(concat!(
        "-- build-export.next_due\n",
        "SELECT min(coalesce(leased_until, not_before, $1)) AS due FROM exports WHERE state IN ('waiting', 'building')",
    ))
    .bind(now)
    .one(|row| row.read("due"))
}

/// Says how far it is and that its worker lives; 0 where another one holds it.
pub(crate) fn renew(job: &Job, entries_done: u64, until: Timestamp) -> Result<Lookup<i64>> {
    Ok(Statement::new(concat!(
        "-- build-export.renew\n",
        "WITH held AS (UPDATE exports SET leased_until = $3, entries_done = $4 ",
        "WHERE export_id = $1 AND attempt = $2 AND state = 'building' RETURNING 1) SELECT count(*) AS changed FROM held",
    ))
    .bind(job.export)
    .bind(job.attempt)
    .bind(until)
    .bind(i64::try_from(entries_done).map_err(Error::internal)?)
    .one(|row| row.read("changed")))
}

/// Gives an export back, to be taken again at that moment.
pub(crate) fn give_back(job: &Job, failures: i32, at: Timestamp) -> Lookup<i64> {
    Statement::new(concat!(
        "-- build-export.give_back\n",
        "WITH held AS (UPDATE exports SET state = 'waiting', leased_until = NULL, not_before = $3, failures = $4 ",
        "WHERE export_id = $1 AND attempt = $2 AND state = 'building' RETURNING 1) SELECT count(*) AS changed FROM held",
    ))
    .bind(job.export)
    .bind(job.attempt)
    .bind(at)
    .bind(failures)
    .one(|row| row.read("changed"))
}

/// Keeps what it covers.
pub(crate) fn keep_covers(job: &Job, covers: Covers) -> Lookup<i64> {
    Statement::new(concat!(
        "-- build-export.keep_covers\n",
        "WITH held AS (UPDATE exports SET first_seq = $3, tree_size = $4 ",
        "WHERE export_id = $1 AND attempt = $2 AND state = 'building' RETURNING 1) SELECT count(*) AS changed FROM held",
    ))
    .bind(job.export)
    .bind(job.attempt)
    .bind(covers.first_seq)
    .bind(covers.tree_size)
    .one(|row| row.read("changed"))
}

/// Keeps which upload it is, so that the next attempt can continue it or end it.
pub(crate) fn keep_upload(job: &Job, upload: &str) -> Lookup<i64> {
    Statement::new(concat!(
        "-- build-export.keep_upload\n",
        "WITH held AS (UPDATE exports SET upload_id = $3, entries_done = 0 ",
        "WHERE export_id = $1 AND attempt = $2 AND state = 'building' RETURNING 1) SELECT count(*) AS changed FROM held",
    ))
    .bind(job.export)
    .bind(job.attempt)
    .bind(upload.to_owned())
    .one(|row| row.read("changed"))
}

/// Ends it well.
pub(crate) fn finish(job: &Job, made: &Made, now: Timestamp, expires: Timestamp) -> Lookup<i64> {
    Statement::new(concat!(
        "-- build-export.finish\n",
        "WITH held AS (UPDATE exports SET state = 'built', leased_until = NULL, upload_id = NULL, entries_done = tree_size - first_seq, ",
        "bytes = $3, manifest_sha256 = $4, built_at = $5, expires_at = $6 ",
        "WHERE export_id = $1 AND attempt = $2 AND state = 'building' RETURNING 1) SELECT count(*) AS changed FROM held",
    ))
    .bind(job.export)
    .bind(job.attempt)
    .bind(i64::from(made.bytes))
    .bind(made.manifest_sha256.to_vec())
    .bind(now)
    .bind(expires)
    .one(|row| row.read("changed"))
}

/// Ends it badly.
pub(crate) fn give_up(job: &Job, why: ExportFailure) -> Lookup<i64> {
    Statement::new(concat!(
        "-- build-export.give_up\n",
        "WITH held AS (UPDATE exports SET state = 'failed', leased_until = NULL, failure = $3 ",
        "WHERE export_id = $1 AND attempt = $2 AND state = 'building' RETURNING 1) SELECT count(*) AS changed FROM held",
    ))
    .bind(job.export)
    .bind(job.attempt)
    .bind(why)
    .one(|row| row.read("changed"))
}

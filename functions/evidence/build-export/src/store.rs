//! Every SQL statement that `build-export` may run, but those of evidence and of tables.

use shared::{
    Error, Result,
    clock::Timestamp,
    domain::export::ExportFailure,
    id::{ExportId, ExportKeyId, KeyId, OrganizationId},
    tenant::{Lookup, Row, Statement},
    vault::WrappedTenantKey,
};

use crate::{build::Made, cover::Checkpoint, job::Job};

/// Takes the organization's mark away. Waits for whoever is writing an export.
pub(crate) fn take_mark(organization: OrganizationId) -> Statement {
    Statement::new("-- build-export.take_mark\nSELECT directory.take($1, 'export')").bind(organization)
}

/// Sets the mark again, for the moment when there is something to do.
pub(crate) fn put_mark_back(organization: OrganizationId, due: Timestamp) -> Statement {
    Statement::new("-- build-export.put_mark_back\nSELECT directory.put_back($1, 'export', $2)")
        .bind(organization)
        .bind(due)
}

/// Takes the oldest export that nobody holds. One whose worker gave no sign any more has failed once more.
pub(crate) fn claim(now: Timestamp, until: Timestamp) -> Lookup<Option<Job>> {
    Statement::new(concat!(
        "-- build-export.claim\n",
        "WITH next AS (SELECT organization_id, export_id FROM exports ",
        "WHERE (state = 'waiting' AND (not_before IS NULL OR not_before <= $1)) OR (state = 'building' AND leased_until <= $1) ",
        "ORDER BY export_id LIMIT 1 FOR UPDATE SKIP LOCKED) ",
        "UPDATE exports AS e SET state = 'building', attempt = e.attempt + 1, leased_until = $2, not_before = NULL, ",
        "failures = e.failures + (e.state = 'building')::integer ",
        "FROM next AS n WHERE e.organization_id = n.organization_id AND e.export_id = n.export_id ",
        "RETURNING e.export_id, e.kind, e.visit_id, e.from_at, e.to_at, e.requested_by, e.requested_by_kind, e.created_at, ",
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
        requested_by: (row.read("requested_by_kind")?, row.read("requested_by")?),
        created_at: row.read("created_at")?,
        attempt: row.read("attempt")?,
        failures: row.read("failures")?,
        covers: first.zip(size),
        upload: row.read("upload_id")?,
    })
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
pub(crate) fn fix(job: &Job, (first_seq, tree_size): (i64, i64)) -> Lookup<i64> {
    Statement::new(concat!(
        "-- build-export.fix\n",
        "WITH held AS (UPDATE exports SET first_seq = $3, tree_size = $4 ",
        "WHERE export_id = $1 AND attempt = $2 AND state = 'building' RETURNING 1) SELECT count(*) AS changed FROM held",
    ))
    .bind(job.export)
    .bind(job.attempt)
    .bind(first_seq)
    .bind(tree_size)
    .one(|row| row.read("changed"))
}

/// Keeps which upload it is, so that whoever goes on can go on with it or end it.
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

/// True where the log is sealed beyond the wish for the export.
pub(crate) fn is_sealed(export: ExportId) -> Lookup<bool> {
    Statement::new(concat!(
        "-- build-export.is_sealed\n",
        "SELECT coalesce((SELECT size FROM log_checkpoints ORDER BY size DESC LIMIT 1) > ",
        "(SELECT seq FROM audit_log WHERE target_id = $1 AND target_kind = 'export' AND action = 'export.requested' ORDER BY seq LIMIT 1), ",
        "false) AS is_sealed",
    ))
    .bind(export.to_string())
    .one(|row| row.read("is_sealed"))
}

/// The size of the newest checkpoint.
pub(crate) fn newest_size() -> Lookup<i64> {
    Statement::new(concat!(
        "-- build-export.newest_size\n",
        "SELECT size FROM log_checkpoints ORDER BY size DESC LIMIT 1",
    ))
    .one(|row| row.read("size"))
}

/// The checkpoints around a period.
pub(crate) fn period(from: Option<Timestamp>, to: Option<Timestamp>) -> Lookup<(i64, i64)> {
    Statement::new(concat!(
        "-- build-export.period\n",
        "SELECT p.first_seq, p.tree_size FROM audit.period(",
        "to_char($1 AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'), ",
        "to_char($2 AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')) AS p",
    ))
    .bind(from)
    .bind(to)
    .one(|row| Ok((row.read("first_seq")?, row.read("tree_size")?)))
}

/// A checkpoint.
pub(crate) fn checkpoint(size: i64) -> Lookup<Checkpoint> {
    Statement::new(concat!(
        "-- build-export.checkpoint\n",
        "SELECT size, root, link, note FROM log_checkpoints WHERE size = $1",
    ))
    .bind(size)
    .one(|row| {
        Ok(Checkpoint {
            size: row.read::<i64>("size")?.try_into().map_err(Error::internal)?,
            root: row.read_hash("root")?,
            link: row.read_hash("link")?,
            note: row.read("note")?,
        })
    })
}

/// The texts of entries from a number on, in their order.
pub(crate) fn entries(from: u64, to: u64, page: i64) -> Result<Lookup<Vec<String>>> {
    let [from, to] = [from, to].map(i64::try_from);
    Ok(Statement::new(concat!(
        "-- build-export.entries\n",
        "SELECT entry FROM audit_log WHERE seq >= $1 AND seq < $2 ORDER BY seq LIMIT $3",
    ))
    .bind(from.map_err(Error::internal)?)
    .bind(to.map_err(Error::internal)?)
    .bind(page)
    .all(|row| row.read("entry")))
}

/// The organization's key.
pub(crate) fn tenant_key(organization: OrganizationId) -> Lookup<WrappedTenantKey> {
    let read = Statement::new(concat!(
        "-- build-export.tenant_key\n",
        "SELECT key_id, kms_key_id, wrapped_key, wrapped_index_key FROM tenant_keys WHERE retired_at IS NULL",
    ))
    .one(|row| {
        Ok((row.read("key_id")?, row.read("kms_key_id")?, row.read("wrapped_key")?, row.read("wrapped_index_key")?))
    });
    read.map(move |(key_id, kms_key_id, wrapped, wrapped_index_key)| {
        Ok(WrappedTenantKey { organization, key_id, kms_key_id, wrapped, wrapped_index_key })
    })
}

/// The key of the HMACs, sealed, if there is one.
pub(crate) fn export_key() -> Lookup<Option<(ExportKeyId, Vec<u8>)>> {
    Statement::new(
        "-- build-export.export_key\nSELECT export_key_id, key_sealed FROM export_keys WHERE retired_at IS NULL",
    )
    .optional(|row| Ok((row.read("export_key_id")?, row.read("key_sealed")?)))
}

/// Keeps the first key of the HMACs, unless another one was quicker.
pub(crate) fn insert_export_key(id: ExportKeyId, tenant_key: KeyId, sealed: Vec<u8>, now: Timestamp) -> Statement {
    Statement::new(concat!(
        "-- build-export.insert_export_key\n",
        "INSERT INTO export_keys (organization_id, export_key_id, key_id, key_sealed, created_at) ",
        "VALUES (app.organization_id(), $1, $2, $3, $4) ON CONFLICT DO NOTHING",
    ))
    .bind(id)
    .bind(tenant_key)
    .bind(sealed)
    .bind(now)
}

/// Enters the key that signs manifests from now on.
pub(crate) fn enter_key(public: [u8; 32], now: Timestamp) -> Statement {
    Statement::new("-- build-export.enter_key\nSELECT directory.enter_log_key('bundle', $1, $2)")
        .bind(public.to_vec())
        .bind(now)
}

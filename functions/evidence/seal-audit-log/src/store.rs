//! Every SQL statement that `seal-audit-log` may run.

use shared::{
    Error, Result,
    audit::tree::{Hash, TileId},
    clock::Timestamp,
    domain::{log_break::BreakCause, text::Slug},
    id::OrganizationId,
    tenant::{Lookup, Statement},
};

/// A mark that is not ended.
pub(crate) struct OpenBreak {
    pub(crate) since: Timestamp,
    pub(crate) cause: BreakCause,
    pub(crate) seq: Option<i64>,
    pub(crate) is_told: bool,
}

/// A checkpoint that was signed and anchored.
pub(crate) struct Sealed {
    pub(crate) size: u64,
    pub(crate) root: Hash,
    pub(crate) link: Hash,
    pub(crate) note: String,
}

/// An entry with the hashes that stand beside it.
pub(crate) struct Entry {
    pub(crate) seq: u64,
    pub(crate) text: String,
    pub(crate) leaf: Hash,
    pub(crate) link: Hash,
}

/// The newest checkpoint.
pub(crate) fn newest_checkpoint() -> Lookup<Option<Sealed>> {
    Statement::new(concat!(
        "-- seal-audit-log.newest_checkpoint\n",
        "SELECT size, root, link, note FROM log_checkpoints ORDER BY size DESC LIMIT 1",
    ))
    .optional(|row| {
        Ok(Sealed {
            size: number(row.read("size")?)?,
            root: row.read_hash("root")?,
            link: row.read_hash("link")?,
            note: row.read("note")?,
        })
    })
}

/// Entries from a number on, in their order.
pub(crate) fn entries(from: u64, page: u64) -> Result<Lookup<Vec<Entry>>> {
    let statement = Statement::new(concat!(
        "-- seal-audit-log.entries\n",
        "SELECT seq, entry, leaf, link FROM audit_log WHERE seq >= $1 ORDER BY seq LIMIT $2",
    ));
    Ok(statement.bind(signed(from)?).bind(signed(page)?).all(|row| {
        Ok(Entry {
            seq: number(row.read("seq")?)?,
            text: row.read("entry")?,
            leaf: row.read_hash("leaf")?,
            link: row.read_hash("link")?,
        })
    }))
}

/// The mark of the log, if it is broken.
pub(crate) fn open_break() -> Lookup<Option<OpenBreak>> {
    Statement::new(concat!(
        "-- seal-audit-log.open_break\n",
        "SELECT broken_since, cause, seq, told_operator_at IS NOT NULL AS is_told FROM log_breaks WHERE recovered_at IS NULL",
    ))
    .optional(|row| {
        Ok(OpenBreak {
            since: row.read("broken_since")?,
            cause: row.read("cause")?,
            seq: row.read("seq")?,
            is_told: row.read("is_told")?,
        })
    })
}

/// Compares head, newest checkpoint and the next page of entries with their hashes; what does not fit and at which entry,
/// if anything.
pub(crate) fn compare_next(page: i64) -> Lookup<Option<(BreakCause, Option<i64>)>> {
    Statement::new("-- seal-audit-log.compare_next\nSELECT cause, seq FROM audit.compare_next($1)")
        .bind(page)
        .one(|row| Ok(row.read::<Option<BreakCause>>("cause")?.zip(Some(row.read("seq")?))))
}

/// Marks the log by what a signed anchor of this size says; nothing where it is marked, or says so no more.
pub(crate) fn mark_by_anchor(cause: BreakCause, size: u64, now: Timestamp) -> Result<Lookup<Option<BreakCause>>> {
    let statement =
        Statement::new("-- seal-audit-log.mark_by_anchor\nSELECT audit.mark_broken_by_anchor($1, $2, $3) AS cause");
    Ok(statement.bind(cause).bind(signed(size)?).bind(now).one(|row| row.read("cause")))
}

/// The organization of a handle.
pub(crate) fn by_slug(slug: &Slug) -> Lookup<Option<OrganizationId>> {
    Statement::new("-- seal-audit-log.by_slug\nSELECT directory.by_slug($1) AS id")
        .bind(slug.clone())
        .one(|row| row.read("id"))
}

/// Notes that the operator's organization was told.
pub(crate) fn note_told(since: Timestamp, now: Timestamp) -> Statement {
    Statement::new("-- seal-audit-log.note_told\nUPDATE log_breaks SET told_operator_at = $2 WHERE broken_since = $1")
        .bind(since)
        .bind(now)
}

/// How many entries there are, by the number of the newest.
pub(crate) fn length() -> Lookup<u64> {
    Statement::new(concat!(
        "-- seal-audit-log.length\n",
        "SELECT coalesce((SELECT seq + 1 FROM audit_log ORDER BY seq DESC LIMIT 1), 0) AS length",
    ))
    .one(|row| number(row.read("length")?))
}

/// Keeps a tile. Its bytes are only added to: of two sealers the one that went further prevails.
pub(crate) fn keep_tile(organization: OrganizationId, id: TileId, hashes: Vec<u8>) -> Result<Statement> {
    let statement = Statement::new(concat!(
        "-- seal-audit-log.keep_tile\n",
        "INSERT INTO log_tiles AS t (organization_id, level, tile, hashes) VALUES ($1, $2, $3, $4) ",
        "ON CONFLICT (organization_id, level, tile) DO UPDATE SET hashes = excluded.hashes ",
        "WHERE length(excluded.hashes) > length(t.hashes)",
    ));
    let level = i32::try_from(id.level).map_err(Error::internal)?;
    Ok(statement.bind(organization).bind(level).bind(signed(id.index)?).bind(hashes))
}

/// Keeps a checkpoint that is anchored.
pub(crate) fn keep_checkpoint(organization: OrganizationId, sealed: &Sealed, now: Timestamp) -> Result<Statement> {
    let statement = Statement::new(concat!(
        "-- seal-audit-log.keep_checkpoint\n",
        "INSERT INTO log_checkpoints (organization_id, size, root, link, note, sealed_at) ",
        "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
    ));
    let statement = statement.bind(organization).bind(signed(sealed.size)?).bind(sealed.root.to_vec());
    Ok(statement.bind(sealed.link.to_vec()).bind(sealed.note.clone()).bind(now))
}

/// Enters the key that signs from now on.
pub(crate) fn enter_key(public: [u8; 32], now: Timestamp) -> Statement {
    Statement::new("-- seal-audit-log.enter_key\nSELECT directory.enter_log_key('log', $1, $2)")
        .bind(public.to_vec())
        .bind(now)
}

/// True where the log is older than the moment and has had no heartbeat since.
pub(crate) fn is_silent_since(moment: Timestamp) -> Lookup<bool> {
    Statement::new(concat!(
        "-- seal-audit-log.is_silent_since\n",
        "SELECT coalesce((SELECT entry::jsonb ->> 'at' FROM audit_log WHERE action = 'log.heartbeat' ORDER BY seq DESC LIMIT 1), ",
        "(SELECT entry::jsonb ->> 'at' FROM audit_log WHERE seq = 0), '9999') ",
        "< to_char($1 AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') AS is_silent",
    ))
    .bind(moment)
    .one(|row| row.read("is_silent"))
}

/// Puts the organization's next turn off until its interval has passed.
pub(crate) fn wait_for_interval(organization: OrganizationId, now: Timestamp) -> Statement {
    Statement::new(concat!(
        "-- seal-audit-log.wait_for_interval\n",
        "SELECT directory.take_turn($1, 'seal', $2 + make_interval(secs => app.seal_interval_seconds()))",
    ))
    .bind(organization)
    .bind(now)
}

fn number(stored: i64) -> Result<u64> {
    u64::try_from(stored).map_err(Error::internal)
}

fn signed(number: u64) -> Result<i64> {
    i64::try_from(number).map_err(Error::internal)
}

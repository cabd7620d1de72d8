//! Every SQL statement that `recover-log` may run.

use shared::{
    Error, Result,
    audit::tree::{Hash, TileId},
    clock::Timestamp,
    domain::{log_break::BreakCause, text::Slug},
    id::OrganizationId,
    tenant::{Lookup, Statement},
};

/// What was put back of a page.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Restored {
    pub(crate) restored: i64,
    pub(crate) replaced: i64,
    /// The first number that was put back.
    pub(crate) first: Option<i64>,
}

/// How the log stands when it goes on.
#[derive(Debug)]
pub(crate) struct Settled {
    pub(crate) broken_since: Timestamp,
    pub(crate) cause: BreakCause,
    pub(crate) kept: i64,
    pub(crate) lost: i64,
}

/// Records of arrivals that lack each other.
#[derive(Debug)]
pub(crate) struct Unmatched {
    pub(crate) visits_without_entry: i64,
    pub(crate) entries_without_visit: i64,
}

/// The organization of a handle.
pub(crate) fn by_slug(slug: &Slug) -> Lookup<Option<OrganizationId>> {
    Statement::new("-- recover-log.by_slug\nSELECT directory.by_slug($1) AS id")
        .bind(slug.clone())
        .one(|row| row.read("id"))
}

/// Forgets the stored tree, which is made anew.
pub(crate) fn forget_tiles() -> Statement {
    Statement::new("-- recover-log.forget_tiles\nDELETE FROM log_tiles")
}

/// Puts anchored entries back from a number on, where they are not there.
pub(crate) fn restore(first: u64, entries: Vec<String>) -> Result<Lookup<Restored>> {
    let statement = Statement::new(concat!(
        "-- recover-log.restore\n",
        "SELECT restored, replaced, first_restored FROM audit.restore($1, $2)",
    ));
    Ok(statement.bind(signed(first)?).bind(entries).one(|row| {
        let (restored, replaced) = (row.read("restored")?, row.read("replaced")?);
        Ok(Restored { restored, replaced, first: row.read("first_restored")? })
    }))
}

/// Keeps a tile as the anchored entries make it.
pub(crate) fn keep_tile(organization: OrganizationId, id: TileId, hashes: Vec<u8>) -> Result<Statement> {
    let statement = Statement::new(concat!(
        "-- recover-log.keep_tile\n",
        "INSERT INTO log_tiles (organization_id, level, tile, hashes) VALUES ($1, $2, $3, $4) ",
        "ON CONFLICT (organization_id, level, tile) DO UPDATE SET hashes = excluded.hashes",
    ));
    let level = i32::try_from(id.level).map_err(Error::internal)?;
    Ok(statement.bind(organization).bind(level).bind(signed(id.index)?).bind(hashes))
}

/// The checkpoints that are stored: size, root and link.
pub(crate) fn checkpoints() -> Lookup<Vec<(u64, (Hash, Hash))>> {
    Statement::new("-- recover-log.checkpoints\nSELECT size, root, link FROM log_checkpoints ORDER BY size").all(
        |row| {
            let size = u64::try_from(row.read::<i64>("size")?).map_err(Error::internal)?;
            Ok((size, (row.read_hash("root")?, row.read_hash("link")?)))
        },
    )
}

/// Forgets the checkpoints of sizes that were not anchored.
pub(crate) fn forget_checkpoints(anchored: Vec<i64>) -> Statement {
    Statement::new("-- recover-log.forget_checkpoints\nDELETE FROM log_checkpoints WHERE NOT size = ANY ($1)")
        .bind(anchored)
}

/// Keeps a checkpoint as it is anchored.
pub(crate) fn keep_checkpoint(
    organization: OrganizationId,
    size: u64,
    (root, link): (Hash, Hash),
    note: String,
    now: Timestamp,
) -> Result<Statement> {
    let statement = Statement::new(concat!(
        "-- recover-log.keep_checkpoint\n",
        "INSERT INTO log_checkpoints (organization_id, size, root, link, note, sealed_at) VALUES ($1, $2, $3, $4, $5, $6) ",
        "ON CONFLICT (organization_id, size) DO UPDATE SET root = excluded.root, link = excluded.link, note = excluded.note",
    ));
    let statement = statement.bind(organization).bind(signed(size)?).bind(root.to_vec()).bind(link.to_vec());
    Ok(statement.bind(note).bind(now))
}

/// Lets the log go on behind the anchored entries, and says what did not fit there.
pub(crate) fn settle(anchored_size: u64, now: Timestamp) -> Result<Lookup<Settled>> {
    let statement = Statement::new(concat!(
        "-- recover-log.settle\n",
        "SELECT broken_since, cause, kept, lost FROM audit.settle($1, $2)",
    ));
    Ok(statement.bind(signed(anchored_size)?).bind(now).one(|row| {
        Ok(Settled {
            broken_since: row.read("broken_since")?,
            cause: row.read("cause")?,
            kept: row.read("kept")?,
            lost: row.read("lost")?,
        })
    }))
}

/// Visits and entries of arrivals that lack each other, from an entry on.
pub(crate) fn unmatched(from: i64) -> Lookup<Unmatched> {
    Statement::new(concat!(
        "-- recover-log.unmatched\n",
        "SELECT (SELECT count(*) FROM audit_log AS l WHERE l.seq >= $1 AND l.target_kind = 'visit' AND l.action = 'visit.checked_in' ",
        "AND NOT EXISTS (SELECT FROM visits AS v WHERE v.visit_id::text = l.target_id)) AS entries_without_visit, ",
        "(SELECT count(*) FROM visits AS v WHERE v.checked_in_at >= coalesce((SELECT (f.entry::jsonb ->> 'at')::timestamptz ",
        "FROM audit_log AS f WHERE f.seq = $1 - 1), '-infinity') AND NOT EXISTS (SELECT FROM audit_log AS l ",
        "WHERE l.target_id = v.visit_id::text AND l.target_kind = 'visit' AND l.action = 'visit.checked_in')) AS visits_without_entry",
    ))
    .bind(from)
    .one(|row| {
        Ok(Unmatched {
            visits_without_entry: row.read("visits_without_entry")?,
            entries_without_visit: row.read("entries_without_visit")?,
        })
    })
}

/// A number as the database counts.
pub(crate) fn signed(number: u64) -> Result<i64> {
    i64::try_from(number).map_err(Error::internal)
}

//! Every SQL statement that `prove-audit-log` may run.

use shared::{
    Error, Result,
    audit::{hex, tiles, tree::Tiles},
    tenant::{Lookup, Statement},
};

use crate::SealedLog;

/// What was signed last; not found where nothing was.
pub(crate) fn newest_checkpoint() -> Lookup<SealedLog> {
    Statement::new(concat!(
        "-- prove-audit-log.newest_checkpoint\n",
        "SELECT size, root, link, note, sealed_at, audit.broken_since() AS broken_since FROM log_checkpoints ORDER BY size DESC LIMIT 1",
    ))
    .one(|row| {
        Ok(SealedLog {
            size: row.read::<i64>("size")?.try_into().map_err(Error::internal)?,
            root: hex(row.read("root")?),
            chain: hex(row.read("link")?),
            sealed_at: row.read("sealed_at")?,
            note: row.read("note")?,
            broken_since: row.read("broken_since")?,
        })
    })
}

/// The tiles on the way from an entry to the root, and those at the right edge of the newest checkpoint: every hash of a
/// proof is a sibling on one of these two ways.
pub(crate) fn tiles_of_inclusion(seq: u64) -> Result<Lookup<Tiles>> {
    let statement = Statement::new(concat!(
        "-- prove-audit-log.tiles_of_inclusion\n",
        "SELECT t.level, t.tile, t.hashes FROM (SELECT size FROM log_checkpoints ORDER BY size DESC LIMIT 1) AS c ",
        "CROSS JOIN generate_series(0, 6) AS l (level) ",
        "JOIN log_tiles AS t ON t.level = l.level AND t.tile IN ($1 >> (8 * l.level + 8), c.size >> (8 * l.level + 8))",
    ));
    Ok(tiles::of_statement(statement.bind(i64::try_from(seq).map_err(Error::internal)?)))
}

/// The tiles on the ways to the last entry of the smaller size, to the one behind it, and to the larger size's edge.
pub(crate) fn tiles_of_consistency(from: u64, to: u64) -> Result<Lookup<Tiles>> {
    let statement = Statement::new(concat!(
        "-- prove-audit-log.tiles_of_consistency\n",
        "SELECT t.level, t.tile, t.hashes FROM generate_series(0, 6) AS l (level) ",
        "JOIN log_tiles AS t ON t.level = l.level ",
        "AND t.tile IN (($1 - 1) >> (8 * l.level + 8), $1 >> (8 * l.level + 8), $2 >> (8 * l.level + 8))",
    ));
    let [from, to] = [from, to].map(i64::try_from);
    let statement = statement.bind(from.map_err(Error::internal)?).bind(to.map_err(Error::internal)?);
    Ok(tiles::of_statement(statement))
}

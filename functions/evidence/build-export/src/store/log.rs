//! The log: its checkpoints, and its entries in their order.

use shared::{
    Error, Result,
    audit::tree::Hash,
    clock::Timestamp,
    id::ExportId,
    tenant::{Lookup, Statement},
};

use super::exports::Covers;

/// A checkpoint as it was signed.
#[derive(Clone, Debug)]
pub(crate) struct Checkpoint {
    pub(crate) size: u64,
    pub(crate) root: Hash,
    pub(crate) link: Hash,
    pub(crate) note: String,
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
pub(crate) fn period(from: Option<Timestamp>, to: Option<Timestamp>) -> Lookup<Covers> {
    Statement::new(concat!(
        "-- build-export.period\n",
        "SELECT p.first_seq, p.tree_size FROM audit.period(",
        "to_char($1 AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'), ",
        "to_char($2 AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')) AS p",
    ))
    .bind(from)
    .bind(to)
    .one(|row| Ok(Covers { first_seq: row.read("first_seq")?, tree_size: row.read("tree_size")? }))
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

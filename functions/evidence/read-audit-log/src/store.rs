//! Every SQL statement that `read-audit-log` may run.

use serde_json::value::RawValue;
use shared::{
    Error, Result,
    audit::{Action, TargetKind, hex},
    http::{PAGE_BYTES_MAX, Page},
    tenant::{Lookup, Row, Statement},
};

use crate::{Filters, LoggedEntry, filters::Order};

/// Most bytes of an entry that is shown here. The database takes no longer one; a log may hold some from before it did.
const ENTRY_BYTES_MAX: i32 = 300_000;

/// A filter that is null folds away before the statement is planned. A moment becomes a number, once, in a subquery
/// of its own: the log has no column of time.
macro_rules! list_entries {
    ($name:literal, $beyond:literal, $order:literal) => {
        concat!(
            "-- read-audit-log.", $name, "\n",
            "SELECT seq, leaf, link, bytes, CASE WHEN bytes <= $9 THEN entry END AS entry FROM (",
            "SELECT seq, leaf, link, entry, bytes, sum(least(bytes, $9)) OVER (ORDER BY seq ", $order, ") AS so_far FROM (",
            "SELECT seq, leaf, link, entry, octet_length(entry) AS bytes FROM audit_log ",
            "WHERE ($1 IS NULL OR seq >= (SELECT audit.first_seq_at(to_char($1 AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')))) ",
            "AND ($2 IS NULL OR seq < (SELECT audit.first_seq_at(to_char($2 AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')))) ",
            "AND ($3 IS NULL OR actor_id = $3) AND ($4 IS NULL OR action = $4) ",
            "AND ($5 IS NULL OR target_kind = $5) AND ($6 IS NULL OR target_id = $6) ",
            "AND ($7 IS NULL OR seq ", $beyond, " $7) ORDER BY seq ", $order, " LIMIT $8) AS page) AS summed ",
            "WHERE so_far - least(bytes, $9) <= $10 ORDER BY seq ", $order,
        )
    };
}

/// A page of entries, and one more to know whether there is another page. What no page can hold is not read.
pub(crate) fn list_entries(filters: &Filters, order: Order, page: &Page<i64>) -> Lookup<Vec<LoggedEntry>> {
    Statement::new(match order {
        Order::NewestFirst => list_entries!("list_newest", "<", "DESC"),
        Order::OldestFirst => list_entries!("list_oldest", ">", "ASC"),
    })
    .bind(filters.from)
    .bind(filters.to)
    .bind(filters.actor.clone())
    .bind(filters.action.map(Action::word))
    .bind(filters.target_kind.map(TargetKind::word))
    .bind(filters.target_id.clone())
    .bind(page.after)
    .bind(page.probe())
    .bind(ENTRY_BYTES_MAX)
    .bind(i64::try_from(PAGE_BYTES_MAX).unwrap_or(i64::MAX))
    .all(read_entry)
}

fn read_entry(row: &Row) -> Result<LoggedEntry> {
    Ok(LoggedEntry {
        seq: row.read("seq")?,
        leaf: hex(row.read("leaf")?),
        link: hex(row.read("link")?),
        entry: row.read::<Option<String>>("entry")?.map(RawValue::from_string).transpose().map_err(Error::internal)?,
        bytes: row.read("bytes")?,
    })
}

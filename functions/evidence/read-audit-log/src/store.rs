//! Every SQL statement that `read-audit-log` may run.

use serde_json::value::RawValue;
use shared::{
    Error, Result,
    audit::{Action, TargetKind, hex},
    http::Page,
    tenant::{Lookup, Row, Statement},
};

use crate::{Filters, LoggedEntry, filters::Order};

/// A filter that is null folds away before the statement is planned. A moment becomes a number, once, in a subquery
/// of its own: the log has no column of time.
macro_rules! list_entries {
    ($name:literal, $beyond:literal, $order:literal) => {
        concat!(
            "-- read-audit-log.", $name, "\n",
            "SELECT seq, leaf, link, entry FROM audit_log ",
            "WHERE ($1 IS NULL OR seq >= (SELECT audit.first_seq_at(to_char($1 AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')))) ",
            "AND ($2 IS NULL OR seq < (SELECT audit.first_seq_at(to_char($2 AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')))) ",
            "AND ($3 IS NULL OR actor_id = $3) AND ($4 IS NULL OR action = $4) ",
            "AND ($5 IS NULL OR target_kind = $5) AND ($6 IS NULL OR target_id = $6) ",
            "AND ($7 IS NULL OR seq ", $beyond, " $7) ORDER BY seq ", $order, " LIMIT $8",
        )
    };
}

/// A page of entries, and one more to know whether there is another page.
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
    .all(read_entry)
}

fn read_entry(row: &Row) -> Result<LoggedEntry> {
    Ok(LoggedEntry {
        seq: row.read("seq")?,
        leaf: hex(row.read("leaf")?),
        link: hex(row.read("link")?),
        entry: RawValue::from_string(row.read("entry")?).map_err(Error::internal)?,
    })
}

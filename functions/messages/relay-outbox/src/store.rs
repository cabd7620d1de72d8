//! Every SQL statement that `relay-outbox` may run.

use shared::{
    clock::Timestamp,
    id::OrganizationId,
    tenant::{Lookup, Statement},
};

/// Takes the organization's mark away. Waits for whoever is writing an event.
pub(crate) fn take_mark(organization: OrganizationId) -> Statement {
    Statement::new("-- relay-outbox.take_mark\nSELECT directory.take($1, 'outbox')").bind(organization)
}

/// Makes the oldest events ready that are not, and says how many.
pub(crate) fn make_ready(now: Timestamp, page: i64) -> Lookup<i64> {
    Statement::new(concat!(
        "-- relay-outbox.make_ready\n",
        "WITH waiting AS (SELECT organization_id, event_id FROM outbox WHERE ready_at IS NULL ",
        "ORDER BY event_id LIMIT $2 FOR UPDATE), ",
        "ready AS (UPDATE outbox AS o SET ready_at = $1 FROM waiting AS w ",
        "WHERE o.organization_id = w.organization_id AND o.event_id = w.event_id RETURNING 1) ",
        "SELECT count(*) AS ready FROM ready",
    ))
    .bind(now)
    .bind(page)
    .one(|row| row.read("ready"))
}

/// Sets the mark again, since a page was not enough.
pub(crate) fn put_mark_back(organization: OrganizationId, now: Timestamp) -> Statement {
    Statement::new("-- relay-outbox.put_mark_back\nSELECT directory.put_back($1, 'outbox', $2)")
        .bind(organization)
        .bind(now)
}

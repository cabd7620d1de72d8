//! Every SQL statement that `relay-outbox` may run.

use shared::{
    clock::Timestamp,
    id::OrganizationId,
    tenant::{Lookup, Statement},
};

/// Makes the oldest events ready that are not, and says how many. Waits for another relay of the same events.
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

/// Takes the organization's mark away. False, and the mark stays, while an event is being written under it.
pub(crate) fn take_mark(organization: OrganizationId) -> Lookup<bool> {
    Statement::new("-- relay-outbox.take_mark\nSELECT directory.take($1, 'outbox') AS is_taken")
        .bind(organization)
        .one(|row| row.read("is_taken"))
}

/// Sets the mark again, since there was an event after all.
pub(crate) fn put_mark_back(organization: OrganizationId, now: Timestamp) -> Statement {
    Statement::new("-- relay-outbox.put_mark_back\nSELECT directory.mark($1, 'outbox', $2)")
        .bind(organization)
        .bind(now)
}

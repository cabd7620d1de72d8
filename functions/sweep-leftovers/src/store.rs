//! Every SQL statement that `sweep-leftovers` may run.

use shared::{
    clock::Timestamp,
    id::ObjectId,
    tenant::{Lookup, Statement},
};

/// Removes a page of stored answers that nobody can be given any more.
pub(crate) fn forget_answers(now: Timestamp, page: i32) -> Lookup<i64> {
    Statement::new("-- sweep-leftovers.forget_answers\nSELECT app.forget_answers($1, $2) AS gone")
        .bind(now)
        .bind(page)
        .one(|row| row.read("gone"))
}

/// Removes a page of addresses that have not failed for a day.
pub(crate) fn forget_sources(now: Timestamp, page: i32) -> Lookup<i64> {
    Statement::new("-- sweep-leftovers.forget_sources\nSELECT app.forget_sources($1, $2) AS gone")
        .bind(now)
        .bind(page)
        .one(|row| row.read("gone"))
}

/// Those of the objects that a visit refers to.
pub(crate) fn list_named(objects: Vec<ObjectId>) -> Lookup<Vec<ObjectId>> {
    Statement::new("-- sweep-leftovers.list_named\nSELECT object_id FROM visit_objects WHERE object_id = ANY ($1)")
        .bind(objects)
        .all(|row| row.read("object_id"))
}

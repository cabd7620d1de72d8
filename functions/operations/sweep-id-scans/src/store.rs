//! Every SQL statement that `sweep-id-scans` may run.

use shared::{
    clock::Timestamp,
    id::ObjectId,
    tenant::{Lookup, Statement},
};

/// Destroys a page of scans; how many, and the objects that no row names any more.
pub(crate) fn forget(now: Timestamp, page: i32) -> Lookup<(i64, Vec<ObjectId>)> {
    Statement::new("-- sweep-id-scans.forget\nSELECT scans, objects FROM app.forget_id_scans($1, $2)")
        .bind(now)
        .bind(page)
        .one(|row| Ok((row.read("scans")?, row.read("objects")?)))
}

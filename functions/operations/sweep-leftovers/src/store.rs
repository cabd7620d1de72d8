//! Every SQL statement that `sweep-leftovers` may run.

use shared::{
    clock::Timestamp,
    id::{ExportId, ObjectId},
    tenant::{Lookup, Statement},
};

/// What is past its time, in the order in which it is forgotten: each removes a page of rows of the organization that is
/// open, and says how many went.
pub(crate) const FORGETTING: [fn() -> Statement; 7] = [
    || Statement::new("-- sweep-leftovers.forget_answers\nSELECT app.forget_answers($1, $2) AS gone"),
    || Statement::new("-- sweep-leftovers.forget_sources\nSELECT app.forget_sources($1, $2) AS gone"),
    || Statement::new("-- sweep-leftovers.forget_credentials\nSELECT app.forget_credentials($1, $2) AS gone"),
    || Statement::new("-- sweep-leftovers.forget_quiet_guesses\nSELECT app.forget_quiet_guesses($1, $2) AS gone"),
    || Statement::new("-- sweep-leftovers.forget_known_sources\nSELECT app.forget_known_sources($1, $2) AS gone"),
    || Statement::new("-- sweep-leftovers.forget_mails\nSELECT app.forget_mails($1, $2) AS gone"),
    || Statement::new("-- sweep-leftovers.forget_kiosk_pairings\nSELECT app.forget_kiosk_pairings($1, $2) AS gone"),
];

/// Removes a page of what one of these finds.
pub(crate) fn forget(question: fn() -> Statement, now: Timestamp, page: i32) -> Lookup<i64> {
    question().bind(now).bind(page).one(|row| row.read("gone"))
}

/// Bundles whose days are over.
pub(crate) fn expired_exports(now: Timestamp, page: i64) -> Lookup<Vec<ExportId>> {
    Statement::new(concat!(
        "-- sweep-leftovers.expired_exports\n",
        "SELECT export_id FROM exports WHERE state = 'built' AND expires_at <= $1 ORDER BY expires_at LIMIT $2",
    ))
    .bind(now)
    .bind(page)
    .all(|row| row.read("export_id"))
}

/// Says that a bundle is gone.
pub(crate) fn expire_export(export: ExportId) -> Statement {
    Statement::new("-- sweep-leftovers.expire_export\nUPDATE exports SET state = 'expired' WHERE export_id = $1 AND state = 'built'")
        .bind(export)
}

/// Those of the objects that a visit or a scan refers to.
pub(crate) fn list_named(objects: Vec<ObjectId>) -> Lookup<Vec<ObjectId>> {
    Statement::new(concat!(
        "-- sweep-leftovers.list_named\n",
        "SELECT object_id FROM visit_objects WHERE object_id = ANY ($1) ",
        "UNION ALL SELECT object_id FROM id_scan_objects WHERE object_id = ANY ($1)",
    ))
    .bind(objects)
    .all(|row| row.read("object_id"))
}

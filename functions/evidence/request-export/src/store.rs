//! Every SQL statement that `request-export` may run.

use shared::{
    clock::Timestamp,
    door::Caller,
    id::{ExportId, VisitId},
    tenant::{Lookup, Statement},
};

use crate::Demand;

/// The visit, where the caller sees its site.
pub(crate) fn find_visit(visit: VisitId) -> Lookup<VisitId> {
    Statement::new(concat!(
        "-- request-export.find_visit\n",
        "SELECT visit_id FROM visits WHERE visit_id = $1 AND app.reaches_site(site_id)",
    ))
    .bind(visit)
    .one(|row| row.read("visit_id"))
}

/// What is to be made.
pub(crate) fn insert_export(export: ExportId, demand: &Demand, caller: &Caller, now: Timestamp) -> Statement {
    Statement::new(concat!(
        "-- request-export.insert_export\n",
        "INSERT INTO exports (organization_id, export_id, kind, visit_id, from_at, to_at, requested_by, requested_by_kind, state, created_at) ",
        "VALUES (app.organization_id(), $1, $2, $3, $4, $5, $6, $7, 'waiting', $8)",
    ))
    .bind(export)
    .bind(demand.kind)
    .bind(demand.visit_id)
    .bind(demand.from)
    .bind(demand.to)
    .bind(caller.credential)
    .bind(caller.kind.word())
    .bind(now)
}

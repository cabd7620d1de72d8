//! Every SQL statement that `request-export` may run.

use shared::{
    clock::Timestamp,
    door::Caller,
    id::{ExportId, PersonId, VisitId},
    tenant::{Lookup, Statement},
    vault::Sealed,
};

use crate::Demand;

/// What of a visit a reason must not mention.
#[derive(Debug)]
pub(crate) struct NamedVisit {
    pub(crate) person: PersonId,
    /// Null once the person is erased.
    pub(crate) wrapped_key: Option<Vec<u8>>,
    pub(crate) licence_number: Option<Sealed>,
    pub(crate) email: Option<String>,
    pub(crate) phone: Option<String>,
}

/// The visit, where the caller sees its site.
pub(crate) fn load_visit(visit: VisitId) -> Lookup<NamedVisit> {
    Statement::new(concat!(
        "-- request-export.load_visit\n",
        "SELECT v.person_id, p.wrapped_key, v.licence_number_sealed, v.email, v.phone FROM visits AS v ",
        "JOIN people AS p ON p.organization_id = v.organization_id AND p.person_id = v.person_id ",
        "WHERE v.visit_id = $1 AND app.reaches_site(v.site_id)",
    ))
    .bind(visit)
    .one(|row| {
        Ok(NamedVisit {
            person: row.read("person_id")?,
            wrapped_key: row.read("wrapped_key")?,
            licence_number: row.read("licence_number_sealed")?,
            email: row.read("email")?,
            phone: row.read("phone")?,
        })
    })
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

//! Every SQL statement that `check-out` may run.

use shared::{
    Error,
    audit::AuditEvent,
    clock::Timestamp,
    domain::visit::VisitorKind,
    door::Record,
    id::{SiteId, VisitId},
    outbox::OutgoingEvent,
    tenant::{Lookup, Statement},
};

use crate::Departure;

/// The visit, as far as its end needs it.
#[derive(Debug)]
pub(crate) struct Visit {
    pub(crate) kind: VisitorKind,
    pub(crate) site: SiteId,
    /// Null where the visit is not on site.
    pub(crate) on_site_since: Option<Timestamp>,
}

/// Admits the caller, and looks the visit up where the caller may act at its site.
pub(crate) fn admit(visit: VisitId) -> Lookup<Visit> {
    Statement::new(concat!(
        "-- check-out.admit\n",
        "SELECT * FROM app.admit_check_out($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
    ))
    .bind(visit)
    .one(|row| {
        let site: Option<SiteId> = row.read("visit_site")?;
        Ok(Visit {
            site: site.ok_or(Error::NotFound)?,
            kind: row.read("visitor_kind")?,
            on_site_since: row.read("on_site_since")?,
        })
    })
}

/// Ends the visit. Raises when it is no longer on site: another departure came between the two round trips.
pub(crate) fn record(visit: VisitId, departure: Departure, event: OutgoingEvent, entry: AuditEvent) -> Record {
    let call = Statement::new(concat!(
        "-- check-out.record\n",
        "SELECT app.record_check_out($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    ))
    .bind(visit)
    .bind(departure.occurred_at)
    .bind(departure.device_seq);
    Record::new(call, vec![event], entry)
}

//! Every SQL statement that `check-out` may run.

use shared::{
    clock::Timestamp,
    domain::visit::VisitorKind,
    door::Batch,
    id::{SiteId, VisitId},
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

/// The visit, where the caller may act at its site.
pub(crate) fn load_visit(visit: VisitId) -> Lookup<Visit> {
    Statement::new(concat!(
        "-- check-out.load_visit\n",
        "SELECT type, site_id, CASE state WHEN 'on_site' THEN checked_in_at END AS on_site_since ",
        "FROM visits WHERE visit_id = $1 AND app.reaches_site(site_id)",
    ))
    .bind(visit)
    .one(|row| {
        Ok(Visit { kind: row.read("type")?, site: row.read("site_id")?, on_site_since: row.read("on_site_since")? })
    })
}

/// Ends the visit. Raises when it is no longer on site: another departure came between look-up and record.
pub(crate) fn leave(batch: &mut Batch, visit: VisitId, departure: Departure, now: Timestamp) {
    batch.write(
        Statement::new(concat!(
            "-- check-out.leave\n",
            "WITH changed AS (UPDATE visits SET state = 'left', checked_out_at = $2, ",
            "checked_out_occurred_at = $3, checked_out_device_seq = $4 ",
            "WHERE visit_id = $1 AND state = 'on_site' AND app.reaches_site(site_id) RETURNING 1) ",
            "SELECT app.expect_one(count(*)) FROM changed",
        ))
        .bind(visit)
        .bind(now)
        .bind(departure.occurred_at)
        .bind(departure.device_seq),
    );
}

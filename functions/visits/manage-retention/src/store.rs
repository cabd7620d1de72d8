//! Every SQL statement that `manage-retention` may run.

use shared::{
    Result,
    clock::Timestamp,
    domain::class::DOCUMENT_RULE,
    http::Page,
    id::{CredentialId, SiteId, VisitId},
    tenant::{Lookup, Row, Statement},
};

use crate::retention::{Counted, Retention};

/// What sites keep, and what is due at the moment $1 by the hours $2, or by their own.
macro_rules! of_reached_sites {
    () => {
        concat!(
            "SELECT s.site_id, s.document_retention_hours AS hours_now, h.hours, i.due AS scans_due, i.held AS scans_held, ",
            "l.due AS licences_due, l.held AS licences_held FROM sites AS s ",
            "CROSS JOIN LATERAL (SELECT coalesce($2, s.document_retention_hours) AS hours) AS h ",
            "CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE v.legal_hold_since IS NULL) AS due, count(v.legal_hold_since) AS held ",
            "FROM id_scans AS d JOIN visits AS v ON v.organization_id = d.organization_id AND v.visit_id = d.visit_id ",
            "WHERE d.site_id = s.site_id AND d.visit_id IS NOT NULL AND d.purged_at IS NULL ",
            "AND d.created_at <= $1 - make_interval(hours => h.hours)) AS i ",
            "CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE v.legal_hold_since IS NULL) AS due, count(v.legal_hold_since) AS held ",
            "FROM visits AS v WHERE v.site_id = s.site_id AND v.type = 'driver' AND v.licence_purged_at IS NULL ",
            "AND v.created_at <= $1 - make_interval(hours => h.hours)) AS l WHERE app.reaches_site(s.site_id) AND ",
        )
    };
}

/// What each site keeps, and what is due at a moment by its period.
pub(crate) fn list(page: &Page<SiteId>, now: Timestamp) -> Lookup<Vec<Retention>> {
    let own_hours: Option<i32> = None;
    Statement::new(concat!(
        "-- manage-retention.list\n",
        of_reached_sites!(),
        "($3 IS NULL OR s.site_id > $3) ORDER BY s.site_id LIMIT $4",
    ))
    .bind(now)
    .bind(own_hours)
    .bind(page.after)
    .bind(page.probe())
    .all(read)
}

/// The hours of a site, and the site as it is with other hours.
pub(crate) fn load(site: SiteId, hours: i32, now: Timestamp) -> Lookup<(i32, Retention)> {
    Statement::new(concat!("-- manage-retention.load\n", of_reached_sites!(), "s.site_id = $3"))
        .bind(now)
        .bind(hours)
        .bind(site)
        .one(|row| Ok((row.read("hours_now")?, read(row)?)))
}

fn read(row: &Row) -> Result<Retention> {
    Ok(Retention {
        site_id: row.read("site_id")?,
        document_retention_hours: row.read("hours")?,
        rule: DOCUMENT_RULE,
        due: Counted { id_scans: row.read("scans_due")?, licence_numbers: row.read("licences_due")? },
        held: Counted { id_scans: row.read("scans_held")?, licence_numbers: row.read("licences_held")? },
    })
}

/// Changes the hours of a site that are still as they were looked up, so that the log's `from` is true.
pub(crate) fn change(site: SiteId, before: i32, hours: i32) -> Statement {
    Statement::new(concat!(
        "-- manage-retention.change\n",
        "WITH changed AS (UPDATE sites SET document_retention_hours = $3 WHERE site_id = $1 AND document_retention_hours = $2 ",
        "RETURNING site_id) SELECT app.expect_change(count(*)) FROM changed",
    ))
    .bind(site)
    .bind(before)
    .bind(hours)
}

/// The visit, as far as a hold needs it.
#[derive(Debug)]
pub(crate) struct Visit {
    pub(crate) legal_hold_since: Option<Timestamp>,
    pub(crate) email: Option<String>,
    pub(crate) phone: Option<String>,
}

/// The visit, where the caller may act at its site.
pub(crate) fn load_visit(visit: VisitId) -> Lookup<Visit> {
    Statement::new(concat!(
        "-- manage-retention.load_visit\n",
        "SELECT legal_hold_since, email, phone FROM visits WHERE visit_id = $1 AND app.reaches_site(site_id)",
    ))
    .bind(visit)
    .one(|row| {
        Ok(Visit {
            legal_hold_since: row.read("legal_hold_since")?,
            email: row.read("email")?,
            phone: row.read("phone")?,
        })
    })
}

/// Places a hold where there is none.
pub(crate) fn place(visit: VisitId, now: Timestamp, credential: CredentialId) -> Statement {
    Statement::new(concat!(
        "-- manage-retention.place\n",
        "WITH held AS (UPDATE visits SET legal_hold_since = $2, legal_hold_by = $3 WHERE visit_id = $1 AND legal_hold_since IS NULL ",
        "AND app.reaches_site(site_id) RETURNING visit_id) SELECT app.expect_change(count(*)) FROM held",
    ))
    .bind(visit)
    .bind(now)
    .bind(credential)
}

/// Releases the hold that there is.
pub(crate) fn release(visit: VisitId) -> Statement {
    Statement::new(concat!(
        "-- manage-retention.release\n",
        "WITH released AS (UPDATE visits SET legal_hold_since = NULL, legal_hold_by = NULL WHERE visit_id = $1 ",
        "AND legal_hold_since IS NOT NULL AND app.reaches_site(site_id) RETURNING visit_id) ",
        "SELECT app.expect_change(count(*)) FROM released",
    ))
    .bind(visit)
}

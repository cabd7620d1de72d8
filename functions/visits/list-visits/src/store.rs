//! Every SQL statement that `list-visits` may run.

use shared::{
    Error, Result,
    http::Page,
    id::{SiteId, VisitId},
    tenant::{Lookup, Row, Statement},
};

use crate::{Filters, ListedVisit, listing::VisitedHost};

/// A filter that is null folds away before the statement is planned.
const LIST_VISITS: &str = "-- list-visits.list_visits
SELECT v.visit_id, v.type, v.state, v.hold_reasons, v.site_id, v.person_id, v.name, v.company, v.carrier, v.host_id,
  h.name AS host_name, v.badge_number, v.checked_in_at, v.occurred_at, v.checked_out_at
FROM visits AS v
LEFT JOIN hosts AS h ON h.organization_id = v.organization_id AND h.host_id = v.host_id
WHERE ($1 IS NULL OR v.site_id = $1) AND ($2 IS NULL OR v.state = $2) AND ($3 IS NULL OR v.type = $3)
  AND ($4 IS NULL OR v.host_id = $4)
  AND ($5 IS NULL OR v.checked_in_at >= $5) AND ($6 IS NULL OR v.checked_in_at < $6)
  AND ($7 IS NULL OR v.visit_id < $7) AND app.reaches_site(v.site_id)
ORDER BY v.visit_id DESC LIMIT $8";

/// A page of visits, newest first, and one more to know whether there is another page.
pub(crate) fn list_visits(filters: &Filters, page: &Page<VisitId>) -> Lookup<Vec<ListedVisit>> {
    Statement::new(LIST_VISITS)
        .bind(filters.site)
        .bind(filters.state)
        .bind(filters.kind)
        .bind(filters.host)
        .bind(filters.from)
        .bind(filters.to)
        .bind(page.after)
        .bind(page.probe())
        .all(listed)
}

/// Who is on site, and how many in all.
pub(crate) struct AtSite {
    pub(crate) count: i64,
    pub(crate) items: Vec<ListedVisit>,
}

/// One statement, so that count and page are of one moment. A site without anybody gives one row without a visit.
const LIST_ON_SITE: &str = "-- list-visits.list_on_site
SELECT (SELECT count(*) FROM visits AS n WHERE n.site_id = s.site_id AND n.state = 'on_site') AS count,
  v.visit_id, v.type, v.state, v.hold_reasons, v.site_id, v.person_id, v.name, v.company, v.carrier, v.host_id,
  h.name AS host_name, v.badge_number, v.checked_in_at, v.occurred_at, v.checked_out_at
FROM sites AS s
LEFT JOIN LATERAL (
  SELECT w.organization_id, w.visit_id, w.type, w.state, w.hold_reasons, w.site_id, w.person_id, w.name, w.company, w.carrier,
    w.host_id, w.badge_number, w.checked_in_at, w.occurred_at, w.checked_out_at
  FROM visits AS w WHERE w.site_id = s.site_id AND w.state = 'on_site' AND ($2 IS NULL OR w.visit_id < $2)
  ORDER BY w.visit_id DESC LIMIT $3) AS v ON true
LEFT JOIN hosts AS h ON h.organization_id = v.organization_id AND h.host_id = v.host_id
WHERE s.site_id = $1 AND app.reaches_site(s.site_id)
ORDER BY v.visit_id DESC";

/// Who is on site, newest first; [`Error::NotFound`] where the caller sees no such site.
pub(crate) fn list_on_site(site: SiteId, page: &Page<VisitId>) -> Lookup<AtSite> {
    Statement::new(LIST_ON_SITE).bind(site).bind(page.after).bind(page.probe()).all(read_counted).map(|rows| {
        let count = rows.first().ok_or(Error::NotFound)?.0;
        Ok(AtSite { count, items: rows.into_iter().filter_map(|(_, visit)| visit).collect() })
    })
}

fn read_counted(row: &Row) -> Result<(i64, Option<ListedVisit>)> {
    let visit = match row.read::<Option<VisitId>>("visit_id")? {
        None => None,
        Some(_) => Some(listed(row)?),
    };
    Ok((row.read("count")?, visit))
}

fn listed(row: &Row) -> Result<ListedVisit> {
    let host = match row.read("host_id")? {
        None => None,
        Some(host_id) => Some(VisitedHost { host_id, name: row.read("host_name")? }),
    };
    Ok(ListedVisit {
        visit_id: row.read("visit_id")?,
        r#type: row.read("type")?,
        state: row.read("state")?,
        hold_reasons: row.read("hold_reasons")?,
        site_id: row.read("site_id")?,
        person_id: row.read("person_id")?,
        name: row.read("name")?,
        company: row.read("company")?,
        carrier: row.read("carrier")?,
        host,
        badge_number: row.read("badge_number")?,
        checked_in_at: row.read("checked_in_at")?,
        occurred_at: row.read("occurred_at")?,
        checked_out_at: row.read("checked_out_at")?,
    })
}

//! Statements about sites.

use serde_json::Value;
use shared::{
    Error, Result,
    domain::text::TimeZone,
    door::Batch,
    http::Page,
    id::SiteId,
    tenant::{Lookup, Row, Statement},
};

use crate::{id_check::IdCheck, sites::Site};

/// True when PostgreSQL knows the time zone, so that local times can be told by it.
pub(crate) fn is_time_zone(name: &TimeZone) -> Lookup<bool> {
    Statement::new(concat!(
        "-- manage-sites.is_time_zone\n",
        "SELECT EXISTS (SELECT FROM pg_timezone_names WHERE name = $1) AS is_known",
    ))
    .bind(name.clone())
    .one(|row| row.read("is_known"))
}

/// The site, where the caller reaches it.
pub(crate) fn find_site(site: SiteId) -> Lookup<SiteId> {
    Statement::new(concat!(
        "-- manage-sites.find_site\n",
        "SELECT site_id FROM sites WHERE site_id = $1 AND app.reaches_site(site_id)",
    ))
    .bind(site)
    .one(|row| row.read("site_id"))
}

pub(crate) fn load_site(site: SiteId) -> Lookup<Site> {
    Statement::new(concat!(
        "-- manage-sites.load_site\n",
        "SELECT site_id, name, time_zone, locale, requires_nda, id_check_age_min::integer AS age_min, ",
        "id_check_face_min::integer AS face_min, id_check_rules, created_at ",
        "FROM sites WHERE site_id = $1 AND app.reaches_site(site_id)",
    ))
    .bind(site)
    .one(read_site)
}

pub(crate) fn list_sites(page: &Page<SiteId>) -> Lookup<Vec<Site>> {
    Statement::new(concat!(
        "-- manage-sites.list_sites\n",
        "SELECT site_id, name, time_zone, locale, requires_nda, id_check_age_min::integer AS age_min, ",
        "id_check_face_min::integer AS face_min, id_check_rules, created_at ",
        "FROM sites ",
        "WHERE ($1 IS NULL OR site_id > $1) AND app.reaches_site(site_id) ORDER BY site_id LIMIT $2",
    ))
    .bind(page.after)
    .bind(page.probe())
    .all(read_site)
}

fn read_site(row: &Row) -> Result<Site> {
    Ok(Site {
        site_id: row.read("site_id")?,
        name: row.read("name")?,
        time_zone: row.read("time_zone")?,
        locale: row.read("locale")?,
        requires_nda: row.read("requires_nda")?,
        id_check: IdCheck {
            age_min: row.read("age_min")?,
            face_min: row.read("face_min")?,
            rules: serde_json::from_value(row.read("id_check_rules")?).map_err(Error::internal)?,
        },
        created_at: row.read("created_at")?,
    })
}

/// A site, and where its badge numbers are drawn from.
pub(crate) fn insert_site(batch: &mut Batch, site: &Site) {
    batch.write(
        Statement::new(concat!(
            "-- manage-sites.insert_site\n",
            "INSERT INTO sites (organization_id, site_id, name, time_zone, locale, requires_nda, created_at) ",
            "VALUES (app.organization_id(), $1, $2, $3, $4, $5, $6)",
        ))
        .bind(site.site_id)
        .bind(site.name.clone())
        .bind(site.time_zone.clone())
        .bind(site.locale.clone())
        .bind(site.requires_nda)
        .bind(site.created_at),
    );
    batch.write(
        Statement::new(concat!(
            "-- manage-sites.insert_badge_counter\n",
            "INSERT INTO badge_counters (organization_id, site_id, last) VALUES (app.organization_id(), $1, 0)",
        ))
        .bind(site.site_id),
    );
}

/// Changes a site that is still as it was looked up, so that the log's `from` is true.
pub(crate) fn change_site(batch: &mut Batch, site: &Site, changed: &Site) {
    batch.write(
        Statement::new(concat!(
            "-- manage-sites.change_site\n",
            "WITH changed AS (UPDATE sites SET name = $2, time_zone = $3, locale = $4, requires_nda = $5, id_check_age_min = $6, ",
            "id_check_rules = $7, id_check_face_min = $14 WHERE site_id = $1 ",
            "AND (name, time_zone, locale, requires_nda, id_check_age_min::integer, id_check_rules, id_check_face_min::integer) ",
            "IS NOT DISTINCT FROM ($8, $9, $10, $11, $12, $13, $15) RETURNING site_id) ",
            "SELECT app.expect_change(count(*)) FROM changed",
        ))
        .bind(site.site_id)
        .bind(changed.name.clone())
        .bind(changed.time_zone.clone())
        .bind(changed.locale.clone())
        .bind(changed.requires_nda)
        .bind(changed.id_check.age_min)
        .bind(rules(&changed.id_check))
        .bind(site.name.clone())
        .bind(site.time_zone.clone())
        .bind(site.locale.clone())
        .bind(site.requires_nda)
        .bind(site.id_check.age_min)
        .bind(rules(&site.id_check))
        .bind(changed.id_check.face_min)
        .bind(site.id_check.face_min),
    );
}

fn rules(check: &IdCheck) -> Value {
    check.rules.iter().map(|(cause, outcome)| (cause.clone(), Value::from(outcome.as_str()))).collect()
}

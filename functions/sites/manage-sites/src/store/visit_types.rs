//! Statements about visit types.

use shared::{
    door::Batch,
    http::Page,
    id::{SiteId, VisitTypeId},
    tenant::{Lookup, Statement},
};

use crate::visit_types::{NewVisitType, VisitType};

/// Number of the newest version. Two publications at once get the same one; the table refuses the second, which is
/// then run again.
pub(crate) fn count_versions_of_visit_type(new: &NewVisitType) -> Lookup<i32> {
    Statement::new(concat!(
        "-- manage-sites.count_versions_of_visit_type\n",
        "SELECT coalesce(max(version), 0) AS versions FROM visit_types WHERE site_id = $1 AND name = $2",
    ))
    .bind(new.site_id)
    .bind(new.name.clone())
    .one(|row| row.read("versions"))
}

pub(crate) fn list_visit_types(site: Option<SiteId>, page: &Page<VisitTypeId>) -> Lookup<Vec<VisitType>> {
    Statement::new(concat!(
        "-- manage-sites.list_visit_types\n",
        "SELECT visit_type_id, site_id, name, applies_to, version, answers_schema, created_at FROM visit_types ",
        "WHERE ($1 IS NULL OR site_id = $1) AND ($2 IS NULL OR visit_type_id > $2) AND app.reaches_site(site_id) ",
        "ORDER BY visit_type_id LIMIT $3",
    ))
    .bind(site)
    .bind(page.after)
    .bind(page.probe())
    .all(|row| {
        Ok(VisitType {
            visit_type_id: row.read("visit_type_id")?,
            site_id: row.read("site_id")?,
            name: row.read("name")?,
            applies_to: row.read("applies_to")?,
            version: row.read("version")?,
            answers_schema: row.read("answers_schema")?,
            created_at: row.read("created_at")?,
        })
    })
}

pub(crate) fn insert_visit_type(batch: &mut Batch, visit_type: &VisitType) {
    batch.write(
        Statement::new(concat!(
            "-- manage-sites.insert_visit_type\n",
            "INSERT INTO visit_types (organization_id, visit_type_id, site_id, name, applies_to, version, answers_schema, created_at) ",
            "VALUES (app.organization_id(), $1, $2, $3, $4, $5, $6, $7)",
        ))
        .bind(visit_type.visit_type_id)
        .bind(visit_type.site_id)
        .bind(visit_type.name.clone())
        .bind(visit_type.applies_to)
        .bind(visit_type.version)
        .bind(visit_type.answers_schema.clone())
        .bind(visit_type.created_at),
    );
}

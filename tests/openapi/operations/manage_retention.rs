//! The operations on retention.

use manage_retention::{Held, HoldBody, PeriodBody, Retention};
use shared::access::Permission;

use super::document::{Operation, Schemas};

pub(super) fn all(schemas: &mut Schemas) -> Vec<Operation> {
    let allowed = Permission::RetentionManage;
    let hold = |schemas: &mut Schemas, route, id, summary| {
        Operation::new(route, id, summary, schemas.of::<Held>()).allowed_by(allowed).body(schemas.of::<HoldBody>())
    };
    vec![
        Operation::new(
            "GET /v1/retention",
            "list-retention",
            "How long each site keeps documents, and what the next sweep destroys.",
            schemas.list_of::<Retention>(),
        )
        .allowed_by(allowed)
        .paged(),
        Operation::new(
            "PATCH /v1/sites/{site_id}/retention",
            "change-retention",
            "Changes how long a site keeps documents.",
            schemas.of::<Retention>(),
        )
        .allowed_by(allowed)
        .body(schemas.of::<PeriodBody>()),
        hold(
            schemas,
            "POST /v1/visits/{visit_id}/legal-hold",
            "place-legal-hold",
            "Keeps the documents of a visit until the hold is released.",
        )
        .creates(),
        hold(
            schemas,
            "DELETE /v1/visits/{visit_id}/legal-hold",
            "release-legal-hold",
            "Lets the site's period count for a visit again.",
        ),
    ]
}

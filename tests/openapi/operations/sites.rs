//! The operations on what a site is made of.

use manage_sites::{
    hosts::{Host, NewHost},
    notices::{FullNotice, NewNotice, Notice},
    sites::{NewSite, Site, SiteChange},
    visit_types::{NewVisitType, VisitType},
};
use shared::{access::Permission, domain::notice::NoticeKind, http::Nothing};

use super::{
    document::{Operation, Schemas},
    visits::id,
};

pub(super) fn all(schemas: &mut Schemas) -> Vec<Operation> {
    let mut operations = sites(schemas);
    operations.extend(hosts(schemas));
    operations.extend(visit_types(schemas));
    operations.extend(notices(schemas));
    operations
}

fn sites(schemas: &mut Schemas) -> Vec<Operation> {
    vec![
        Operation::new("POST /v1/sites", "create-site", "Enters a site.", schemas.of::<Site>())
            .creates()
            .allowed_by(Permission::SiteManage)
            .body(schemas.of::<NewSite>()),
        Operation::new("GET /v1/sites", "list-sites", "Sites, the oldest first.", schemas.list_of::<Site>())
            .allowed_by(Permission::VisitRead)
            .paged(),
        Operation::new("PATCH /v1/sites/{site_id}", "change-site", "Changes a site.", schemas.of::<Site>())
            .allowed_by(Permission::SiteManage)
            .body(schemas.of::<SiteChange>()),
    ]
}

fn hosts(schemas: &mut Schemas) -> Vec<Operation> {
    vec![
        Operation::new("POST /v1/hosts", "create-host", "Enters a host.", schemas.of::<Host>())
            .creates()
            .allowed_by(Permission::HostManage)
            .body(schemas.of::<NewHost>()),
        Operation::new("GET /v1/hosts", "list-hosts", "Hosts, the oldest first.", schemas.list_of::<Host>())
            .allowed_by(Permission::HostManage)
            .paged(),
    ]
}

fn visit_types(schemas: &mut Schemas) -> Vec<Operation> {
    let route = "POST /v1/visit-types";
    let all = schemas.list_of::<VisitType>();
    vec![
        Operation::new(route, "publish-visit-type", "Publishes a version of a visit type.", schemas.of::<VisitType>())
            .creates()
            .allowed_by(Permission::SiteManage)
            .body(schemas.of::<NewVisitType>())
            .naming_things(),
        Operation::new("GET /v1/visit-types", "list-visit-types", "Versions of visit types, the oldest first.", all)
            .allowed_by(Permission::VisitRead)
            .query("site_id", id(), "Of this site.")
            .paged(),
    ]
}

fn notices(schemas: &mut Schemas) -> Vec<Operation> {
    let (read, retire) = ("GET /v1/notices/{version_id}", "POST /v1/notices/{version_id}/retire");
    let all = schemas.list_of::<Notice>();
    vec![
        Operation::new("POST /v1/notices", "publish-notice", "Publishes a version of a text.", schemas.of::<Notice>())
            .creates()
            .allowed_by(Permission::NoticeManage)
            .body(schemas.of::<NewNotice>()),
        Operation::new("GET /v1/notices", "list-notices", "Versions of texts, the oldest first.", all)
            .allowed_by(Permission::VisitRead)
            .query("kind", schemas.of::<NoticeKind>(), "For this purpose.")
            .query("locale", serde_json::json!({ "type": "string" }), "In this language.")
            .paged(),
        Operation::new(read, "read-notice", "One version of a text, with the text.", schemas.of::<FullNotice>())
            .allowed_by(Permission::VisitRead),
        Operation::new(retire, "retire-notice", "Retires a version of a text.", schemas.of::<Notice>())
            .allowed_by(Permission::NoticeManage)
            .optional_body(schemas.of::<Nothing>()),
    ]
}

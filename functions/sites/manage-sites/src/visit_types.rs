//! What a site asks of a kind of visit. A version never changes: a change is a new version.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use shared::{
    Result,
    access::Permission,
    audit::{Action, AuditEvent, Diff, Internal, PublicHash, TargetKind},
    authn::sha256,
    clock::Timestamp,
    domain::{BoundedText, answers::AnswersSchema, text::Name, visit::VisitorKind},
    http::{List, Reply, Request},
    id::{SiteId, VisitTypeId},
};
use utoipa::ToSchema;

use crate::{Deps, store};

/// A version to be published.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewVisitType {
    /// Where it is asked.
    pub(crate) site_id: SiteId,
    /// Name, the same for every version.
    pub(crate) name: Name,
    /// Of whom it is asked.
    applies_to: VisitorKind,
    /// What a form asks, in a small part of JSON Schema (draft 2020-12), at most 16 KiB: `properties` of type string (with
    /// `minLength`, `maxLength`, `format: date`), number, integer (`minimum`, `maximum`) or boolean, `enum`, `title`,
    /// `description`, `required`, `additionalProperties`.
    #[schema(value_type = Object)]
    answers_schema: Map<String, Value>,
}

/// A version of a visit type.
#[derive(Debug, Serialize, ToSchema)]
pub struct VisitType {
    /// The version.
    pub visit_type_id: VisitTypeId,
    /// Where it is asked.
    pub site_id: SiteId,
    /// Name, the same for every version.
    pub name: String,
    /// Of whom it is asked.
    pub applies_to: VisitorKind,
    /// 1, 2, 3 … for each site and name.
    pub version: i32,
    /// JSON Schema of a visit's `answers`.
    #[schema(value_type = Object)]
    pub answers_schema: Value,
    /// When it was published.
    pub created_at: Timestamp,
}

/// Publishes a version.
pub(crate) async fn publish(deps: &Deps, request: &Request) -> Result<Reply> {
    let new: NewVisitType = request.json()?;
    let schema = AnswersSchema::parse(new.answers_schema.clone())?;

    let lookups = (store::find_site(new.site_id), store::count_versions_of_visit_type(&new));
    let (admitted, (site_id, versions)) = deps.door.admit(request, Permission::SiteManage, lookups).await?;

    let visit_type = VisitType {
        visit_type_id: VisitTypeId::new(admitted.now()),
        site_id,
        name: new.name.as_str().to_owned(),
        applies_to: new.applies_to,
        version: versions + 1,
        answers_schema: schema.into_value(),
        created_at: admitted.now(),
    };
    let diff = Diff::new()
        .added("site_id", site_id)
        .added("name", Internal(&visit_type.name))
        .added("applies_to", visit_type.applies_to)
        .added("version", visit_type.version)
        .added("answers_schema_sha256", PublicHash(&sha256(visit_type.answers_schema.to_string().as_bytes())));
    let reply = Reply::created(&visit_type)?;
    admitted
        .record(reply, |batch| {
            store::insert_visit_type(batch, &visit_type);
            let target = visit_type.visit_type_id;
            batch.audit(AuditEvent::new(Action::VisitTypePublished, TargetKind::VisitType, target).with(diff));
        })
        .await
}

/// Lists versions, the oldest first, of one site or of all.
pub(crate) async fn list(deps: &Deps, request: &Request) -> Result<Reply> {
    let mut query = request.query()?;
    let site = query.take::<SiteId>("site_id")?;
    let page = query.take_page::<VisitTypeId>()?;
    query.finish()?;

    let lookup = store::list_visit_types(site, &page);
    let (_, visit_types) = deps.reads.admit(request, Permission::VisitRead, lookup).await?;

    Reply::ok(&List::cut(&page, visit_types, |visit_type| visit_type.visit_type_id)?)
}

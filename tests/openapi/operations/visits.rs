//! The operations of a visit, and those of the log and of the API itself.

use check_in::Receipt;
use check_out::{Departed, departure::DepartureBody};
use describe_api::Roles;
use list_visits::{ListedVisit, OnSite};
use prove_audit_log::{ConsistencyProof, InclusionProof, SealedLog};
use publish_audit_keys::AuditKeys;
use read_audit_log::LoggedEntry;
use read_visit::Visit;
use reconcile_records::Reconciliation;
use reveal_visit::{Revealed, revealed::DemandBody};
use serde_json::{Value, json};
use shared::{
    access::Permission,
    audit::{Action, TargetKind},
    domain::visit::{VisitState, VisitorKind},
};

use super::{
    arrivals,
    document::{Operation, Schemas, reference},
};

pub(super) fn all(schemas: &mut Schemas) -> Vec<Operation> {
    let mut operations = vec![check_in(schemas), check_out(schemas), list_visits(schemas), on_site(schemas)];
    operations.extend([
        read_visit(schemas),
        reveal_visit(schemas),
        read_audit_log(schemas),
        reconcile_records(schemas),
    ]);
    operations.extend(proofs(schemas));
    operations.extend(of_itself(schemas));
    operations
}

pub(super) fn id() -> Value {
    json!({ "type": "string", "format": "uuid" })
}

fn moment() -> Value {
    json!({ "type": "string", "format": "date-time" })
}

fn check_in(schemas: &mut Schemas) -> Operation {
    Operation::new("POST /v1/visits", "check-in", "A visitor or a driver arrives at a site.", schemas.of::<Receipt>())
        .creates()
        .allowed_by(Permission::VisitCheckIn)
        .body(arrivals::body(schemas))
        .naming_things()
}

fn check_out(schemas: &mut Schemas) -> Operation {
    let route = "POST /v1/visits/{visit_id}/check-out";
    Operation::new(route, "check-out", "A visitor or a driver leaves.", schemas.of::<Departed>())
        .allowed_by(Permission::VisitCheckOut)
        .optional_body(schemas.of::<DepartureBody>())
}

fn list_visits(schemas: &mut Schemas) -> Operation {
    Operation::new("GET /v1/visits", "list-visits", "Visits, the newest first.", schemas.list_of::<ListedVisit>())
        .allowed_by(Permission::VisitRead)
        .query("site_id", id(), "At this site.")
        .query("state", schemas.of::<VisitState>(), "In this state.")
        .query("type", schemas.of::<VisitorKind>(), "Of this kind.")
        .query("host_id", id(), "To see this host.")
        .query("checked_in_from", moment(), "Checked in at this moment or later.")
        .query("checked_in_to", moment(), "Checked in before this moment.")
        .paged()
}

fn on_site(schemas: &mut Schemas) -> Operation {
    let route = "GET /v1/sites/{site_id}/on-site";
    Operation::new(route, "list-on-site", "Who is on site now, the newest first.", schemas.of::<OnSite>())
        .allowed_by(Permission::VisitRead)
        .paged()
}

fn read_visit(schemas: &mut Schemas) -> Operation {
    let route = "GET /v1/visits/{visit_id}";
    Operation::new(route, "read-visit", "One visit, without its sealed values.", schemas.of::<Visit>())
        .allowed_by(Permission::VisitRead)
}

fn reveal_visit(schemas: &mut Schemas) -> Operation {
    let mut body = schemas.remove::<DemandBody>();
    body["properties"]["fields"]["uniqueItems"] = json!(true);
    schemas.insert("DemandBody", body);
    let route = "POST /v1/visits/{visit_id}/reveal";
    Operation::new(route, "reveal-visit", "Opens sealed values, for a written reason.", schemas.of::<Revealed>())
        .allowed_by(Permission::VisitReveal)
        .body(reference("DemandBody"))
}

fn read_audit_log(schemas: &mut Schemas) -> Operation {
    let answer = schemas.list_of::<LoggedEntry>();
    Operation::new("GET /v1/audit-log", "read-audit-log", "Entries of the audit log.", answer)
        .allowed_by(Permission::AuditRead)
        .query("from", moment(), "Written at this moment or later.")
        .query("to", moment(), "Written before this moment.")
        .query("actor", id_or("^[a-z-]{1,100}$"), "Id of who did it, or the name of the function that did.")
        .query("action", schemas.of::<Action>(), "What was done.")
        .query("target_kind", schemas.of::<TargetKind>(), "Kind of what it was done to.")
        .query(
            "target_id",
            id_or("^(DELETE|GET|PATCH|POST|PUT) /v1/[a-z0-9/_.{}-]{1,90}$"),
            "Id of what it was done to, or a route.",
        )
        .query(
            "order",
            json!({ "type": "string", "enum": ["asc", "desc"], "default": "desc" }),
            "Oldest or newest first.",
        )
        .paged()
}

fn reconcile_records(schemas: &mut Schemas) -> Operation {
    let summary = "Visits, entries and events of a period whose counterparts are missing.";
    Operation::new("GET /v1/reconciliation", "reconcile-records", summary, schemas.of::<Reconciliation>())
        .allowed_by(Permission::AuditRead)
        .required_query("from", moment(), "The period's first moment.")
        .required_query("to", moment(), "Before which it ends: later than `from`, by 31 days at most.")
        .paged()
}

fn id_or(pattern: &str) -> Value {
    json!({ "anyOf": [id(), { "type": "string", "pattern": pattern }] })
}

fn proofs(schemas: &mut Schemas) -> [Operation; 4] {
    let seq = json!({ "type": "integer", "minimum": 0 });
    let size = json!({ "type": "integer", "minimum": 1 });
    let (checkpoint, inclusion) = (schemas.of::<SealedLog>(), schemas.of::<InclusionProof>());
    let (consistency, keys) = (schemas.of::<ConsistencyProof>(), schemas.of::<AuditKeys>());
    [
        Operation::new(
            "GET /v1/audit-log/checkpoint",
            "read-checkpoint",
            "What was signed of the log last.",
            checkpoint,
        )
        .allowed_by(Permission::AuditRead)
        .naming_things(),
        Operation::new("GET /v1/audit-log/proof", "prove-inclusion", "That an entry is in the log.", inclusion)
            .allowed_by(Permission::AuditRead)
            .required_query("seq", seq, "Number of the entry.")
            .naming_things(),
        Operation::new(
            "GET /v1/audit-log/consistency",
            "prove-consistency",
            "That a log of one size is the beginning of the log of another.",
            consistency,
        )
        .allowed_by(Permission::AuditRead)
        .required_query("from", size.clone(), "The smaller size.")
        .required_query("to", size, "The larger size.")
        .naming_things(),
        Operation::new(
            "GET /.well-known/doorbook-audit-key",
            "list-audit-keys",
            "The keys that checkpoints and bundles are verified by.",
            keys,
        )
        .required_query("organization", id(), "The organization; answered alike whether there is one or not.")
        .checked(),
    ]
}

fn of_itself(schemas: &mut Schemas) -> [Operation; 2] {
    let document = json!({ "type": "object" });
    [
        Operation::new("GET /v1/openapi.json", "describe-api", "This document.", document),
        Operation::new("GET /v1/roles", "list-roles", "Who may do what.", schemas.of::<Roles>()),
    ]
}

//! The operations on bundles.

use download_export::BundleLink;
use read_export::Export;
use request_export::{Demand, RequestedExport};
use rotate_export_key::ExportKey;
use serde_json::{Value, json};
use shared::{access::Permission, http::Nothing};

use super::document::{Operation, Schemas, reference};

/// What a bundle is for, with the fields that are asked for then, and those of them that must be there.
const DEMANDS: [(&str, &str, &[&str], &[&str]); 3] = [
    ("AuditDemand", "audit", &["from", "to", "reason"], &[]),
    ("DataDemand", "data", &["reason"], &[]),
    ("EvidenceDemand", "evidence", &["visit_id", "reason"], &["visit_id", "reason"]),
];

pub(super) fn all(schemas: &mut Schemas) -> Vec<Operation> {
    let (requested, export, jobs) =
        (schemas.of::<RequestedExport>(), schemas.of::<Export>(), schemas.list_of::<Export>());
    let (link, key, nothing) = (schemas.of::<BundleLink>(), schemas.of::<ExportKey>(), schemas.of::<Nothing>());
    vec![
        Operation::new("POST /v1/exports", "request-export", "Asks for a bundle.", requested)
            .accepts()
            .allowed_by(Permission::ExportRequest)
            .body(demand(schemas))
            .naming_things(),
        Operation::new("GET /v1/exports/{export_id}", "read-export", "How far a bundle is.", export)
            .allowed_by(Permission::ExportRequest),
        Operation::new("GET /v1/jobs", "list-jobs", "All bundles, the newest first.", jobs)
            .allowed_by(Permission::ExportRequest)
            .paged(),
        Operation::new(
            "POST /v1/exports/{export_id}/download",
            "download-export",
            "A link that opens a bundle for ten minutes.",
            link,
        )
        .allowed_by(Permission::ExportRequest)
        .optional_body(nothing.clone()),
        Operation::new(
            "POST /v1/export-keys",
            "rotate-export-key",
            "A new key of the HMACs of bundles, shown once.",
            key,
        )
        .creates()
        .allowed_by(Permission::TokenManage)
        .optional_body(nothing),
    ]
}

/// A reference to any of the three bodies, told apart by `kind`, each derived from the one type that reads them.
fn demand(schemas: &mut Schemas) -> Value {
    let all = schemas.remove::<Demand>();
    let (mut bodies, mut mapping) = (Vec::new(), serde_json::Map::new());
    for (name, kind, fields, required) in DEMANDS {
        let mut schema = all.clone();
        let properties = schema["properties"].as_object_mut().unwrap();
        properties.retain(|field, _| fields.contains(&field.as_str()));
        properties.insert("kind".to_owned(), json!({ "type": "string", "const": kind }));
        schema["required"] = ["kind"].iter().chain(required).map(|field| json!(field)).collect();
        for field in required {
            // What must be there is not null.
            let property = &mut properties_of(&mut schema)[*field];
            if let Some(options) = property.get("oneOf").and_then(Value::as_array) {
                let whole = options.iter().find(|option| option["type"] != "null").cloned();
                *property = whole.unwrap();
            } else if let Some(kinds) = property.get("type").and_then(Value::as_array) {
                property["type"] = kinds.iter().find(|kind| **kind != "null").cloned().unwrap();
            }
        }
        schemas.insert(name, schema);
        mapping.insert(kind.to_owned(), reference(name)["$ref"].clone());
        bodies.push(reference(name));
    }
    schemas
        .insert("Demand", json!({ "oneOf": bodies, "discriminator": { "propertyName": "kind", "mapping": mapping } }));
    reference("Demand")
}

fn properties_of(schema: &mut Value) -> &mut Value {
    &mut schema["properties"]
}

//! The API says of itself what the code does: `docs/openapi.json` is what the types generate, and its routes are the
//! template's. `UPDATE_OPENAPI=1` writes the document anew.

mod arrivals;
mod document;
mod operations;
mod schemas;

use std::{collections::BTreeSet, fs, path::PathBuf};

use serde_json::Value;

fn root() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

fn generated() -> Value {
    document::of(operations::all)
}

#[test]
fn the_committed_document_is_what_the_types_say() {
    let path = root().join("docs/openapi.json");
    let text = format!("{}\n", serde_json::to_string_pretty(&generated()).unwrap());

    #[expect(clippy::disallowed_methods, reason = "the one switch that writes instead of comparing")]
    if std::env::var("UPDATE_OPENAPI").is_ok() {
        fs::write(&path, &text).unwrap();
    }

    let committed = fs::read_to_string(path).unwrap();
    assert!(committed == text, "docs/openapi.json is behind the code; UPDATE_OPENAPI=1 writes it anew");
}

#[test]
fn the_document_has_the_routes_of_the_template_and_no_others() {
    let template = fs::read_to_string(root().join("template.yaml")).unwrap();
    let after = |line: &str, mark: &str| -> Option<String> {
        let rest = line.split_once(mark)?.1.trim_start_matches([' ', '"']);
        Some(rest.split([',', ' ', '"', '}']).next().unwrap().to_owned())
    };
    let path = |line: &str| Some(line.split_once("Path: ")?.1.split('"').nth(1)?.to_owned());
    let wired: BTreeSet<String> = template
        .lines()
        .filter(|line| line.contains("Type: HttpApi"))
        .filter_map(|line| Some(format!("{} {}", after(line, "Method:")?, path(line)?)))
        .collect();

    let document = generated();
    let mut described = BTreeSet::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for method in operations.as_object().unwrap().keys() {
            described.insert(format!("{} {path}", method.to_uppercase()));
            // Not in the document: it is GET without a body, wherever GET is.
            if method == "get" {
                described.insert(format!("HEAD {path}"));
            }
        }
    }

    assert_eq!(described, wired);
}

#[test]
fn every_reference_leads_somewhere() {
    let document = generated();
    let mut open = vec![&document];
    while let Some(value) = open.pop() {
        if let Some(reference) = value.get("$ref").and_then(Value::as_str) {
            let pointer = reference.strip_prefix('#').unwrap();
            assert!(document.pointer(pointer).is_some(), "{reference}");
        }
        match value {
            Value::Array(items) => open.extend(items),
            Value::Object(fields) => open.extend(fields.values()),
            _ => {}
        }
    }
}

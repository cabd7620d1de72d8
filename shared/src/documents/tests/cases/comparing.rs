//! Cases that compare two values, two faces, or a person with a list.

use crate::documents::Finding;
use crate::documents::dates::{self, PartialDate};
use crate::documents::faces;
use crate::documents::names::{self, Name, NamePart};
use crate::documents::numbers;
use crate::documents::watchlist::{Alias, Entry, List, Prepared, Query, keys, screen};
use serde_json::{Value, json};

fn check(finding: Finding, expect: &Value) -> Result<(), String> {
    let verdict = json!(finding.verdict.name());
    let allowed =
        expect["verdict_in"].as_array().map_or(expect["verdict"] == verdict, |allowed| allowed.contains(&verdict));
    if allowed { Ok(()) } else { Err(format!("{verdict}, because {}", finding.reason.name())) }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("")
}

fn name(value: &Value) -> Name<'_> {
    let all_cut = value["names_truncated"].as_bool();
    Name {
        family: text(&value["family_name"]),
        given: text(&value["given_name"]),
        middle: text(&value["middle_name"]),
        suffix: text(&value["suffix"]),
        full: text(&value["name"]),
        family_cut: all_cut.or(value["truncated"]["family_name"].as_bool()),
        given_cut: all_cut.or(value["truncated"]["given_name"].as_bool()),
    }
}

pub(super) fn names(input: &Value, expect: &Value) -> Result<(), String> {
    let (document, typed) = (name(&input["document"]), name(&input["typed"]));
    let part = match input["field"].as_str() {
        None => return check(names::compare(&document, &typed), expect),
        Some("family_name") => NamePart::Family,
        Some("given_name") => NamePart::Given,
        Some("middle_name") => NamePart::Middle,
        Some("suffix") => NamePart::Suffix,
        Some(other) => return Err(format!("no test compares {other}")),
    };
    check(names::compare_part(&document, &typed, part), expect)
}

pub(super) fn numbers(input: &Value, expect: &Value) -> Result<(), String> {
    check(numbers::compare(text(&input["document"]), text(&input["other"])), expect)
}

pub(super) fn dates(input: &Value, expect: &Value) -> Result<(), String> {
    let date = |value: &Value| PartialDate::parse(text(value));
    check(dates::compare(date(&input["document"]), date(&input["other"])), expect)
}

pub(super) fn faces(input: &Value, expect: &Value) -> Result<(), String> {
    let answer = serde_json::from_value(input["response"].clone()).map_err(|error| error.to_string())?;
    let source_faces = input["source_faces"].as_u64().and_then(|count| usize::try_from(count).ok());
    let finding = faces::read(&answer, input["threshold"].as_f64().unwrap(), source_faces);
    let is_right = expect["verdict"] == json!(finding.verdict.name())
        && (expect["reason"].is_null() || expect["reason"] == json!(finding.reason.name()))
        && (expect["retries"].is_null() || !finding.may_retry);
    if is_right { Ok(()) } else { Err(format!("{finding:?}")) }
}

pub(super) fn watchlist(input: &Value, expect: &Value) -> Result<(), String> {
    let entries: Vec<Prepared> = input["entries"].as_array().unwrap().iter().map(prepared).collect();
    let asked = &input["query"];
    let query = Query {
        name: text(&asked["name"]),
        company: text(&asked["company"]),
        document_number: text(&asked["document_number"]),
        plate: text(&asked["plate"]),
        date_of_birth: PartialDate::parse(text(&asked["date_of_birth"])),
    };
    let screened = screen(&entries, &query, super::reading::today(input));
    let best = screened.denied.first();
    if json!(best.is_some()) != expect["hit"]
        && !(expect["weak_allowed"] == json!(true) && best.is_some_and(|hit| hit.is_weak))
    {
        return Err(format!("{screened:?}"));
    }
    let seen =
        best.map(|hit| json!({ "entry": hit.id, "rule": hit.rule.name(), "weak": hit.is_weak })).unwrap_or_default();
    for expected in ["entry", "rule", "weak"] {
        if !expect[expected].is_null() && expect[expected] != seen[expected] {
            return Err(format!("{screened:?}"));
        }
    }
    best.map_or(Ok(()), |hit| is_found_by_keys(input, hit.id))
}

/// What the matcher meets, an index by keys must find.
fn is_found_by_keys(input: &Value, id: &str) -> Result<(), String> {
    let entry = input["entries"].as_array().unwrap().iter().find(|entry| entry["id"] == json!(id)).unwrap();
    let asked = &input["query"];
    let aliases = entry["aliases"].as_array().into_iter().flatten().map(alias_text);
    let by_name = std::iter::once(text(&entry["name"]))
        .chain(aliases)
        .any(|name| keys::may_meet(&keys::of_name(name), &keys::of_name(text(&asked["name"]))));
    let by_company =
        keys::may_meet(&keys::of_company(text(&entry["company"])), &keys::of_company(text(&asked["company"])));
    let same = |field: &str| !entry[field].is_null() && !asked[field].is_null();
    if by_name || by_company || same("document_number") || same("plate") {
        Ok(())
    } else {
        Err("an index would not find it".into())
    }
}

fn alias_text(alias: &Value) -> &str {
    alias.as_str().unwrap_or_else(|| text(&alias["name"]))
}

fn prepared(entry: &Value) -> Prepared {
    let aliases = entry["aliases"].as_array().into_iter().flatten();
    let aliases: Vec<Alias<'_>> = aliases
        .map(|alias| Alias { name: alias_text(alias), is_weak: alias["weak"].as_bool().unwrap_or(false) })
        .collect();
    Prepared::new(&Entry {
        id: text(&entry["id"]),
        list: if entry["kind"] == json!("permit") { List::Permit } else { List::Deny },
        name: text(&entry["name"]),
        aliases: &aliases,
        company: text(&entry["company"]),
        document_number: text(&entry["document_number"]),
        plate: text(&entry["plate"]),
        date_of_birth: PartialDate::parse(text(&entry["date_of_birth"])),
        expires_on: PartialDate::parse(text(&entry["expires_on"])).and_then(PartialDate::full),
    })
}

//! Whatever a draft holds: what may stand in an entry stands there as it was given, in one line, in one chain; what may
//! not is refused by the name of its field.

use std::collections::HashMap;

use proptest::{
    prelude::*,
    test_runner::{Config, TestCaseError, TestRunner},
};
use serde_json::{Map, Value, json};
use tokio::runtime::Runtime;

use super::log::{WRITER, append};
use crate::harness::{Event, World, chain, postgres, stack};

const CASES: u32 = 150;
/// Largest integer that every JSON parser holds exactly.
const INTEGER_MAX: i64 = (1 << 53) - 1;

fn text() -> impl Strategy<Value = Value> {
    "[^\\x00]{0,12}".prop_map(Value::from)
}

fn sealed() -> impl Strategy<Value = Value> {
    "[A-Za-z0-9+/]{8}".prop_map(|word| json!({ "sealed": word, "commit": word }))
}

fn value() -> impl Strategy<Value = Value> {
    let integer = (-INTEGER_MAX..=INTEGER_MAX).prop_map(Value::from);
    let edge = prop::sample::select(vec![INTEGER_MAX, -INTEGER_MAX, 0, -1]).prop_map(Value::from);
    let leaf = prop_oneof![Just(Value::Null), any::<bool>().prop_map(Value::from), integer, edge, text(), sealed()];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from), object(inner)]
    })
}

fn object(inner: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    prop::collection::hash_map("[^\\x00]{0,8}", inner, 0..4).prop_map(Value::from_iter)
}

/// Actor, address and User-Agent, as the rules allow them together.
fn who() -> impl Strategy<Value = [Value; 3]> {
    let null = || Just(Value::Null);
    let agent = || prop_oneof![null(), text(), sealed(), Just(json!("ä".repeat(256)))];
    let kinds = prop::sample::select(vec!["member", "api_token", "kiosk", "webhook", "staff"]);
    let plain = (kinds, text(), prop_oneof![null(), text(), sealed()], agent())
        .prop_map(|(kind, id, ip, ua)| [json!({ "kind": kind, "id": id }), ip, ua]);
    let impersonated = (text(), text(), agent())
        .prop_map(|(id, why, ua)| [json!({ "kind": "staff", "id": id, "impersonation": why }), Value::Null, ua]);
    let visitor = (text(), prop_oneof![null(), sealed()], agent())
        .prop_map(|(id, ip, ua)| [json!({ "kind": "visitor", "id": id }), ip, ua]);
    let system = text().prop_map(|id| [json!({ "kind": "system", "id": id }), Value::Null, Value::Null]);
    prop_oneof![4 => plain, 1 => impersonated, 1 => visitor, 1 => system]
}

fn draft() -> impl Strategy<Value = Value> {
    // Few ids, so that targets come again; and strange ones.
    let target = || prop_oneof![Just(json!("visit")), Just(json!("a")), Just(json!("ä")), text()];
    let change = (value(), value()).prop_map(|(from, to)| json!({ "from": from, "to": to }));
    let diff = (object(value()), object(value()), object(change))
        .prop_map(|(added, removed, changed)| json!({ "added": added, "removed": removed, "changed": changed }));
    let action = prop::sample::select(vec!["visit.checked_in", "access.refused"]);
    (who(), action, (target(), target()), prop_oneof![Just(Value::Null), text()], diff, text()).prop_map(
        |([actor, ip, ua], action, (kind, id), reason, diff, request)| {
            json!({ "actor": actor, "ip": ip, "ua": ua, "action": action, "target": { "kind": kind, "id": id },
                "reason": reason, "diff": diff, "request_id": request })
        },
    )
}

/// A wrong thing in place of a good one, and the field that the refusal names.
fn wrong() -> impl Strategy<Value = (&'static str, Value)> {
    let fields = ["actor", "ip", "ua", "action", "target", "reason", "diff", "request_id"];
    let of_wrong_kind =
        (prop::sample::select(fields.to_vec()), value()).prop_filter("a wrong kind", |(field, value)| {
            let allowed: &[&str] = match *field {
                "actor" | "target" | "diff" => &[],
                "ip" | "ua" => &["null", "text", "object"],
                "reason" => &["null", "text"],
                _ => &["text"],
            };
            !allowed.contains(&kind_of(value))
        });
    let too_long = (513..600_usize).prop_map(|bytes| ("ua", json!("c".repeat(bytes))));
    let number = prop_oneof![
        (INTEGER_MAX + 1..=i64::MAX).prop_map(Value::from),
        (i64::MIN..-INTEGER_MAX).prop_map(Value::from),
        (1..1_000_000_i32).prop_map(|thousandths| json!(f64::from(thousandths) / 1000.0 + 0.0001)),
    ];
    let number = (number, 0..3_usize).prop_map(|(number, depth)| {
        let nested = (0..depth).fold(number, |inner, _| json!([{ "deep": inner }]));
        ("number", json!({ "added": { "n": nested }, "removed": {}, "changed": {} }))
    });
    let unknown = value().prop_map(|value| ("draft", value));
    prop_oneof![6 => of_wrong_kind, 1 => too_long, 2 => number, 1 => unknown]
}

const fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "truth",
        Value::Number(_) => "number",
        Value::String(_) => "text",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    }
}

fn insertion(world: &World, draft: &Value) -> String {
    let literal = draft.to_string().replace('\'', "''");
    append(&world.organization.to_string(), &format!("'{literal}'::jsonb"))
}

/// Runs one property against the database, with a world and a connection of the writer's own.
fn against_the_database<S: Strategy>(
    drafts: &S,
    check: impl AsyncFn(&World, &tokio_postgres::Client, S::Value) -> Result<(), TestCaseError>,
    then: impl AsyncFnOnce(&World),
) where
    S::Value: std::fmt::Debug,
{
    let runtime = Runtime::new().expect("a runtime");
    let (world, writer) = runtime.block_on(async { (World::new().await, postgres::as_role(WRITER).await) });
    let mut runner = TestRunner::new(Config { cases: CASES, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(drafts, |value| runtime.block_on(check(&world, &writer, value)));
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
    runtime.block_on(then(&world));
}

#[test]
fn a_good_draft_is_one_line_that_says_what_was_given() {
    let check = async |world: &World, writer: &tokio_postgres::Client, draft: Value| {
        let written = writer.batch_execute(&format!("BEGIN; {}; COMMIT", insertion(world, &draft))).await;
        prop_assert!(written.is_ok(), "{:?}", written);
        let newest = "SELECT entry FROM audit_log WHERE organization_id = $1 ORDER BY seq DESC LIMIT 1";
        let entry: String = world.own_rows(newest).await[0].get(0);
        prop_assert!(!entry.contains(['\n', '\r', '\0']), "{entry}");
        let mut parsed: Map<String, Value> = serde_json::from_str(&entry).expect("an entry is JSON");
        let own: Vec<Option<Value>> = ["v", "org", "seq", "at", "via", "prev"].map(|field| parsed.remove(field)).into();
        prop_assert!(own.iter().all(Option::is_some));
        prop_assert_eq!(own[4].as_ref(), Some(&json!(WRITER)));
        prop_assert_eq!(Value::Object(parsed), draft);
        Ok(())
    };
    against_the_database(&draft(), check, async |world| {
        let count = chain::verify(&world.database, world.organization.uuid()).await;
        assert_eq!(count, usize::try_from(CASES).unwrap());
        every_entry_names_the_one_before_it(&world.entries().await);
        both_orders_are_read_back(world).await;
    });
}

/// However strange the target, `prev` is the last entry about the same.
fn every_entry_names_the_one_before_it(entries: &[Value]) {
    let mut last: HashMap<String, Value> = HashMap::new();
    for entry in entries {
        let before = last.insert(entry["target"].to_string(), entry["seq"].clone());
        assert_eq!(entry["prev"], before.unwrap_or_default(), "{entry}");
    }
    assert!(last.len() < entries.len(), "some targets came again");
}

/// The route gives the stored bytes, from either end.
async fn both_orders_are_read_back(world: &World) {
    let sql = "SELECT entry FROM audit_log WHERE organization_id = $1 ORDER BY seq";
    let stored: Vec<String> = world.own_rows(sql).await.iter().map(|row| row.get(0)).collect();
    let variables = stack::variables("fn_read_audit_log", &[]);
    let deps = stack::connect::<read_audit_log::Deps>(&variables).await;
    // The newest is the look from the other end.
    for (query, looks) in [("order=asc&limit=200", 0), ("order=desc&limit=200", 1)] {
        let event = Event::new("GET", "/v1/audit-log", &[]).bearer(&world.token).query(query);
        let answer = event.send(&deps, read_audit_log::handle).await;
        let given = answer.body["items"].as_array().unwrap();
        let mut wanted = stored.clone();
        if looks == 1 {
            wanted.reverse();
        }
        assert_eq!(given.len(), stored.len() + looks);
        let mut rest = answer.text.as_str();
        for entry in wanted {
            let at = rest.find(&entry).unwrap_or_else(|| panic!("{query}: not in its place, byte for byte: {entry}"));
            rest = &rest[at + entry.len()..];
        }
    }
}

#[test]
fn a_draft_with_one_wrong_field_is_refused_by_its_name() {
    let check =
        async |world: &World, writer: &tokio_postgres::Client, (good, (field, value)): (Value, (&str, Value))| {
            let mut draft = good;
            let place = match field {
                "number" => "diff",
                "draft" => "else",
                other => other,
            };
            // An actor without an address has no User-Agent that could be too long.
            if field == "ua" {
                draft["actor"] = json!({ "kind": "kiosk", "id": "k" });
            }
            draft[place] = value;
            let refused = writer.batch_execute(&format!("BEGIN; {}", insertion(world, &draft))).await;
            writer.batch_execute("ROLLBACK").await.expect("an open transaction");
            let refused = refused.as_ref().err().and_then(tokio_postgres::Error::as_db_error);
            let said = refused.map(|refusal| (refusal.code().code(), refusal.message().to_owned()));
            prop_assert_eq!(said, Some(("22023", format!("audit draft refused: {field}"))), "{}", draft);
            Ok(())
        };
    against_the_database(&(draft(), wrong()), check, async |world| assert_eq!(world.count("audit_log").await, 0));
}

//! `reconcile-records` promises: whichever of visit, entry and event is missing is named by the others, and nothing else is.

use serde_json::{Value, json};
use shared::{
    clock::{Clock, Timestamp},
    id::EventId,
    outbox::EventKind,
};

use crate::harness::{Event, World, arrivals, event::Answer, stack};

mod refusals;

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

async fn deps(changes: &[(&str, &str)]) -> reconcile_records::Deps {
    let variables = stack::variables("fn_reconcile_records", changes);
    stack::connect::<reconcile_records::Deps>(&variables).await
}

fn now() -> Timestamp {
    Clock::System { offset_s: 0 }.now()
}

/// A question of the time between so many seconds from now.
fn asking(world: &World, (from, to): (i64, i64), more: &str) -> Event {
    let (from, to) = (now().plus_seconds(from), now().plus_seconds(to));
    let query = format!("from={from}&to={to}{more}");
    Event::new("GET", "/v1/reconciliation", &[]).bearer(&world.token).query(&query)
}

async fn send(event: &Event) -> Answer {
    event.send(&deps(&[]).await, reconcile_records::handle).await
}

/// The findings, each on one line.
fn lines(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 200, "{}", answer.text);
    let line = |item: &Value| {
        let lacks: Vec<&str> = item["lacks"].as_array().unwrap().iter().map(|lack| lack.as_str().unwrap()).collect();
        format!("{} {} lacks {}", item["kind"].as_str().unwrap(), item["says"].as_str().unwrap(), lacks.join(" "))
    };
    answer.body["items"].as_array().unwrap().iter().map(line).collect()
}

/// The findings of the hour before and after now, sorted.
async fn found(world: &World) -> Vec<String> {
    let mut lines = lines(&send(&asking(world, (-HOUR, HOUR), "")).await);
    lines.sort();
    lines
}

/// A visitor who signed, came and left; the id of the visit.
async fn visit(world: &World) -> String {
    let visit = arrivals::visit_of(world, &arrivals::visitor(world)).await;
    arrivals::leave(world, &visit).await;
    visit
}

/// What a superuser does with every trigger off, the foreign keys' too.
async fn tamper(world: &World, visit: &str, sql: &str) {
    let event = EventId::new(now().plus_seconds(1)).to_string();
    let sql = sql.replace("{v}", visit).replace("{e}", &event);
    world.tamper(&format!("SET LOCAL session_replication_role = replica; {sql}")).await;
}

#[tokio::test]
async fn whole_records_are_not_named_however_often_they_were_asked_for() {
    let world = World::new().await;
    visit(&world).await;
    let driver = arrivals::visit_of(&world, &arrivals::driver(&world)).await;
    arrivals::visit_of(&world, &arrivals::visitor(&world)).await;
    arrivals::leave(&world, &driver).await;

    let answer = send(&asking(&world, (-HOUR, HOUR), "")).await;

    assert_eq!((lines(&answer), &answer.body["next_cursor"]), (Vec::new(), &Value::Null));
    assert_eq!((world.count("visits").await, world.count("outbox").await), (3, 7));
}

/// What a superuser takes away or changes, and what the records that stay say of it.
const TAKEN: &[(&str, &[&str])] = &[
    (
        "DELETE FROM visits WHERE visit_id = '{v}'",
        &[
            "entry visit.checked_in lacks visit",
            "entry visit.checked_out lacks visit",
            "event nda.accepted lacks visit",
            "event visitor.checked_in lacks visit",
            "event visitor.checked_out lacks visit",
        ],
    ),
    (
        "UPDATE visits SET state = 'on_site', checked_out_at = NULL WHERE visit_id = '{v}'",
        &["entry visit.checked_out lacks visit", "event visitor.checked_out lacks visit"],
    ),
    (
        "DELETE FROM audit_log WHERE target_id = '{v}' AND action = 'visit.checked_in'",
        &[
            "event nda.accepted lacks entry",
            "event visitor.checked_in lacks entry",
            "visit visit.checked_in lacks entry",
        ],
    ),
    (
        "DELETE FROM audit_log WHERE target_id = '{v}' AND action = 'visit.checked_out'",
        &["event visitor.checked_out lacks entry", "visit visit.checked_out lacks entry"],
    ),
    (
        "DELETE FROM outbox WHERE subject_id = '{v}' AND kind = 'visitor.checked_in'",
        &["entry visit.checked_in lacks event", "visit visit.checked_in lacks event"],
    ),
    (
        "DELETE FROM outbox WHERE subject_id = '{v}' AND kind = 'nda.accepted'",
        &["entry visit.checked_in lacks nda_event", "visit visit.checked_in lacks nda_event"],
    ),
    (
        "DELETE FROM outbox WHERE subject_id = '{v}' AND kind = 'visitor.checked_out'",
        &["entry visit.checked_out lacks event", "visit visit.checked_out lacks event"],
    ),
    (
        "DELETE FROM outbox WHERE subject_id = '{v}'; DELETE FROM audit_log WHERE target_id = '{v}'",
        &["visit visit.checked_in lacks entry event nda_event", "visit visit.checked_out lacks entry event"],
    ),
    (
        "DELETE FROM outbox WHERE subject_id = '{v}'; DELETE FROM visits WHERE visit_id = '{v}'",
        &["entry visit.checked_in lacks visit event nda_event", "entry visit.checked_out lacks visit event"],
    ),
    // An event of another request is not the one that was committed with the entry.
    (
        "UPDATE outbox SET request_id = 'another' WHERE subject_id = '{v}' AND kind = 'visitor.checked_out'",
        &["entry visit.checked_out lacks event", "event visitor.checked_out lacks entry"],
    ),
    // A second one of the same has no visit of its own.
    (
        "INSERT INTO outbox SELECT organization_id, '{e}', kind, subject_kind, subject_id, facts, request_id, occurred_at \
         FROM outbox WHERE subject_id = '{v}' AND kind = 'visitor.checked_in'",
        &["event visitor.checked_in lacks visit"],
    ),
    (
        "INSERT INTO outbox SELECT organization_id, '{e}', 'driver.checked_in', subject_kind, '{e}', facts, 'none', occurred_at \
         FROM outbox WHERE subject_id = '{v}' AND kind = 'visitor.checked_in'",
        &["event driver.checked_in lacks visit entry"],
    ),
];

#[tokio::test]
async fn whichever_is_taken_away_the_others_name_it() {
    for (taken, named) in TAKEN {
        let world = World::new().await;
        let (taken_from, _whole) = (visit(&world).await, visit(&world).await);
        tamper(&world, &taken_from, taken).await;
        assert_eq!(found(&world).await, *named, "{taken}");
    }
}

#[tokio::test]
async fn an_entry_that_nothing_was_done_for_is_named() {
    let world = World::new().await;
    world.write_entries(1).await;
    let answer = send(&asking(&world, (-HOUR, HOUR), "")).await;

    assert_eq!(lines(&answer), ["entry visit.checked_in lacks visit event"]);
    let named = json!({
        "kind": "entry", "visit_id": null, "seq": 0, "event_id": null, "says": "visit.checked_in", "request_id": "r1",
        "lacks": ["visit", "event"],
    });
    assert_eq!(answer.body["items"][0], named);
}

#[tokio::test]
async fn every_kind_of_event_is_held_against_visit_and_entry() {
    // An export, a member and a review are no visits: their events have nothing to be held against.
    let of_none = [EventKind::AccessReviewOpened, EventKind::ExportBuilt, EventKind::MemberRevoked];
    let of_visits = |kind: &&EventKind| !of_none.contains(kind);
    for kind in EventKind::ALL.iter().filter(of_visits) {
        let world = World::new().await;
        let event = EventId::new(now());
        let insert = "INSERT INTO outbox (organization_id, event_id, kind, subject_kind, subject_id, request_id, occurred_at) \
            VALUES ($1, $2, $3, 'visit', $2, 'r', now())";
        world.execute(insert, &[&world.organization, &event, &kind.word()]).await;

        let answer = send(&asking(&world, (-HOUR, HOUR), "")).await;

        assert_eq!(lines(&answer), [format!("event {kind} lacks visit entry")]);
        assert_eq!(
            (&answer.body["items"][0]["event_id"], &answer.body["items"][0]["request_id"]),
            (&json!(event), &json!("r"))
        );
    }
}

/// The door's clock is two hours behind the database's: visit and events lie in one period, the entry in another.
#[tokio::test]
async fn counterparts_on_the_other_side_of_the_periods_edge_are_found() {
    let world = World::new().await;
    let slow = [("CLOCK_OFFSET_SECONDS", "-7200")];
    let visit = arrivals::arrive_by(&world, &arrivals::visitor(&world), &slow).await;
    let visit = visit["visit_id"].as_str().unwrap();
    let of_visit = asking(&world, (-3 * HOUR, -HOUR), "");

    assert_eq!(lines(&send(&of_visit).await), [""; 0]);
    assert_eq!(found(&world).await, [""; 0]);
    tamper(&world, visit, "DELETE FROM audit_log WHERE target_id = '{v}'").await;
    assert_eq!(lines(&send(&of_visit).await).len(), 3);
    assert_eq!(found(&world).await, [""; 0]);
}

/// By a clock that is days ahead the same records are old.
#[tokio::test]
async fn an_event_is_asked_for_as_long_as_it_is_surely_kept() {
    let world = World::new().await;
    let (eventless, visitless) = (visit(&world).await, visit(&world).await);
    tamper(&world, &eventless, "DELETE FROM outbox WHERE subject_id = '{v}'").await;
    tamper(&world, &visitless, "DELETE FROM visits WHERE visit_id = '{v}'").await;
    let ask = async |days: i64| {
        let ahead = deps(&[("CLOCK_OFFSET_SECONDS", &(days * DAY).to_string())]).await;
        asking(&world, (-HOUR, HOUR), "").send(&ahead, reconcile_records::handle).await
    };

    let (young, old) = (ask(12).await, ask(14).await);

    assert_eq!(lines(&young).len(), 2 + 2 + 5);
    assert_eq!(lines(&old), lines(&young)[4..], "what lacks a visit is named at any age");
    assert!(old.body["events_from"].as_str().unwrap() > now().to_string().as_str());
}

/// Two visits without entries, two entries' visits gone: all four kinds of findings, in pages of three.
#[tokio::test]
async fn pages_follow_each_other_through_all_kinds() {
    let world = World::new().await;
    for taken in ["DELETE FROM audit_log WHERE target_id = '{v}'", "DELETE FROM visits WHERE visit_id = '{v}'"] {
        for _ in 0..2 {
            let visit = visit(&world).await;
            tamper(&world, &visit, taken).await;
        }
    }
    let whole = send(&asking(&world, (-HOUR, HOUR), "&limit=200")).await;
    assert_eq!((lines(&whole).len(), &whole.body["next_cursor"]), (2 + 2 + 4 + 12, &Value::Null));

    let (mut items, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = send(&asking(&world, (-HOUR, HOUR), &format!("&limit=3{cursor}"))).await;
        assert!(lines(&page).len() <= 3);
        items.extend(page.body["items"].as_array().unwrap().clone());
        let Some(next) = page.body["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }

    assert_eq!(json!(items), whole.body["items"]);
}

#[tokio::test]
async fn each_look_is_an_entry_with_its_period() {
    let world = World::new().await;

    let answer = send(&asking(&world, (-HOUR, HOUR), "")).await;

    let entries = world.entries().await;
    assert_eq!((entries.len(), &entries[0]["action"]), (1, &json!("reconciliation.read")));
    assert_eq!(entries[0]["target"], json!({ "kind": "organization", "id": world.organization }));
    let period = json!({ "from": answer.body["from"], "to": answer.body["to"] });
    assert_eq!(entries[0]["diff"]["added"], period);
}

/// Nor do another organization's records stand in for our own.
#[tokio::test]
async fn another_organizations_records_are_not_looked_at() {
    let (world, other) = (World::new().await, World::new().await);
    let (ours, theirs) = (visit(&world).await, visit(&other).await);
    tamper(&other, &theirs, "DELETE FROM audit_log WHERE target_id = '{v}'").await;
    assert_eq!(found(&world).await, [""; 0]);

    let moved = format!("UPDATE outbox SET organization_id = '{}' WHERE subject_id = '{{v}}'", other.organization);
    tamper(&world, &ours, &moved).await;

    assert_eq!(found(&world).await.len(), 4);
    assert_eq!(found(&other).await.len(), 2 + 3 + 3);
}

//! `read-audit-log` promises: the entries of the caller's own organization, as they are hashed, and never read in secret.

use serde_json::{Value, json};
use shared::{audit::hex, authn::sha256};

use crate::harness::{Event, World, arrivals, event::Answer, refusals, stack, tap::Tap};

async fn deps(changes: &[(&str, &str)]) -> read_audit_log::Deps {
    let variables = stack::variables("fn_read_audit_log", changes);
    stack::connect::<read_audit_log::Deps>(&variables).await
}

fn reading(world: &World, query: &str) -> Event {
    Event::new("GET", "/v1/audit-log", &[]).bearer(&world.token).query(query)
}

async fn send(event: &Event) -> Answer {
    event.send(&deps(&[]).await, read_audit_log::handle).await
}

fn numbers(answer: &Answer) -> Vec<i64> {
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.body["items"].as_array().unwrap().iter().map(|item| item["seq"].as_i64().unwrap()).collect()
}

/// Three arrivals: entries 0, 1 and 2.
async fn three_entries(world: &World) -> Vec<String> {
    let mut visits = Vec::new();
    for _ in 0..3 {
        visits.push(arrivals::visit_of(world, &arrivals::driver(world)).await);
    }
    visits
}

#[tokio::test]
async fn gives_entries_in_the_bytes_that_are_hashed() {
    let world = World::new().await;
    three_entries(&world).await;

    let answer = send(&reading(&world, "")).await;

    assert_eq!(numbers(&answer), [2, 1, 0]);
    let rows = world.own_rows("SELECT entry, leaf, link FROM audit_log WHERE organization_id = $1 AND seq = 1").await;
    let entry: String = rows[0].get(0);
    let item = &answer.body["items"][1];
    assert!(answer.text.contains(&entry));
    assert_eq!(item["leaf"], hex(rows[0].get(1)));
    assert_eq!(item["link"], hex(rows[0].get(2)));
    assert_eq!(item["leaf"], hex(&sha256(&[&[0], entry.as_bytes()].concat())));
}

#[tokio::test]
async fn each_reading_is_an_entry_with_its_filters() {
    let world = World::new().await;
    let visits = three_entries(&world).await;

    send(&reading(&world, "")).await;
    let second = send(&reading(&world, &format!("action=visit.checked_in&target_id={}&limit=1", visits[0]))).await;

    assert_eq!(numbers(&second), [0]);
    let entries = world.entries().await;
    assert_eq!((&entries[3]["action"], &entries[4]["action"]), (&json!("audit_log.read"), &json!("audit_log.read")));
    assert_eq!(entries[4]["target"], json!({ "kind": "audit_log", "id": world.organization }));
    let filters = json!({ "action": "visit.checked_in", "target_id": visits[0] });
    assert_eq!((&entries[3]["diff"]["added"], &entries[4]["diff"]["added"]), (&json!({}), &filters));
}

#[tokio::test]
async fn filters_choose_and_either_end_may_come_first() {
    let world = World::new().await;
    let visits = three_entries(&world).await;
    let entries = world.entries().await;
    let (at, actor) = (entries[1]["at"].as_str().unwrap(), entries[0]["actor"]["id"].as_str().unwrap());
    let entry = |reads: i64| 3 + reads;

    for (query, wanted) in [
        ("order=asc&limit=2".to_owned(), vec![0, 1]),
        (format!("target_id={}", visits[1]), vec![1]),
        (format!("target_kind=visit&target_id={}", visits[2]), vec![2]),
        ("action=visit.checked_in&order=asc".to_owned(), vec![0, 1, 2]),
        (format!("actor={actor}&action=visit.checked_in"), vec![2, 1, 0]),
        (format!("to={at}"), vec![0]),
        (format!("from={at}&action=visit.checked_in"), vec![2, 1]),
        ("from=9999-01-01T00:00:00Z".to_owned(), vec![]),
        ("to=0001-01-01T00:00:00Z".to_owned(), vec![]),
        ("actor=relay-outbox".to_owned(), vec![]),
        ("target_kind=audit_log&limit=1".to_owned(), vec![entry(9)]),
    ] {
        assert_eq!(numbers(&send(&reading(&world, &query)).await), wanted, "{query}");
    }
}

#[tokio::test]
async fn pages_follow_each_other_in_both_orders() {
    let world = World::new().await;
    three_entries(&world).await;

    for (order, expected) in [("asc", vec![0, 1, 2]), ("desc", vec![2, 1, 0])] {
        let filter = format!("action=visit.checked_in&order={order}&limit=2");
        let first = send(&reading(&world, &filter)).await;
        let cursor = first.body["next_cursor"].as_str().unwrap();
        let second = send(&reading(&world, &format!("{filter}&cursor={cursor}"))).await;
        assert_eq!([numbers(&first), numbers(&second)].concat(), expected);
        assert_eq!(second.body["next_cursor"], Value::Null);
    }
}

#[tokio::test]
async fn a_free_text_is_no_filter_since_it_could_name_a_person() {
    let world = World::new().await;

    for (query, problem) in [
        ("actor=Vera+Visitor", "400 malformed ?actor:wrong_value"),
        ("target_id=B072RRE2I55", "400 malformed ?target_id:wrong_value"),
        ("target_kind=person", "400 malformed ?target_kind:wrong_value"),
        ("action=visit.seen", "400 malformed ?action:wrong_value"),
        ("order=newest", "400 malformed ?order:wrong_value"),
        ("from=yesterday", "400 malformed ?from:wrong_value"),
        ("cursor=zzz", "400 malformed ?cursor:wrong_value"),
        ("reason=x", "400 malformed ?reason:unknown_parameter"),
    ] {
        assert_eq!(send(&reading(&world, query)).await.problem(), problem);
    }
    assert_eq!(world.actions().await, [""; 0]);
}

#[tokio::test]
async fn who_may_not_is_refused() {
    let world = World::new().await;
    let deps = deps(&[]).await;
    let event = reading(&world, "");

    refusals::without_a_credential(&world, &event, &deps, read_audit_log::handle).await;
    let reader = world.token_with(&["visit.read"]).await;
    for token in [&reader, &world.kiosk] {
        refusals::without_the_permission(&world, &event, token, &deps, read_audit_log::handle).await;
    }
    let route = send(&reading(&world, "target_kind=route&target_id=GET+/v1/audit-log")).await;
    assert_eq!(numbers(&route), [1, 0]);
}

#[tokio::test]
async fn another_organizations_entries_are_not_found() {
    let (world, other) = (World::new().await, World::new().await);
    let theirs = three_entries(&other).await;

    assert_eq!(numbers(&send(&reading(&world, "")).await), [0; 0]);
    let found = send(&reading(&world, &format!("target_id={}", theirs[0]))).await;

    assert_eq!(numbers(&found), [0; 0]);
    assert_eq!(other.actions().await.len(), 3);
}

#[tokio::test]
async fn what_cannot_be_recorded_is_not_shown() {
    let world = World::new().await;
    three_entries(&world).await;
    let variables = stack::variables("fn_read_audit_log", &[]);
    let (tap, url) = Tap::before_url(variables.required("DATABASE_URL").unwrap()).await;
    let deps = deps(&[("DATABASE_URL", &url)]).await;
    // The admission, the opening and the reading are answered; from the entry on the database is silent.
    tap.lose_answers_after(3);

    let answer = reading(&world, "").send(&deps, read_audit_log::handle).await;

    assert_eq!(answer.problem(), "503 unavailable");
    assert!(!answer.text.contains("visit.checked_in"));
}

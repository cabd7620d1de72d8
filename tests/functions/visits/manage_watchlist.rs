//! `manage-watchlist` promises: what is listed is sealed, opened with a reason, and ended; each is an entry of the log.

use serde_json::{Value, json};

use crate::harness::{Event, World, event::Answer, refusals, stack};

const REASON: &str = "The desk asked who is meant by this entry";

async fn deps(changes: &[(&str, &str)]) -> manage_watchlist::Deps {
    stack::connect(&stack::variables("fn_manage_watchlist", changes)).await
}

fn body() -> Value {
    json!({ "list": "deny", "severity": "high", "entry": {
        "name": "Zacharias Canarywood", "aliases": [{ "name": "Zach Canary", "is_weak": true }],
        "document_number": "CANARY-4711", "reason": "Took pallets from the yard",
    } })
}

fn write(world: &World, method: &'static str, route: &'static str, ids: &[&str], body: &Value) -> Event {
    let key = uuid::Uuid::new_v4().to_string();
    Event::new(method, route, ids).bearer(&world.token).idempotent(&key).json(body)
}

fn creation(world: &World, body: &Value) -> Event {
    write(world, "POST", "/v1/watchlist", &[], body)
}

fn revealing(world: &World, entry: &str) -> Event {
    write(world, "POST", "/v1/watchlist/{entry_id}/reveal", &[entry], &json!({ "reason": REASON }))
}

fn ending(world: &World, entry: &str) -> Event {
    write(world, "DELETE", "/v1/watchlist/{entry_id}", &[entry], &json!({}))
}

fn listing(world: &World) -> Event {
    Event::new("GET", "/v1/watchlist", &[]).bearer(&world.token)
}

async fn send(event: &Event) -> Answer {
    event.send(&deps(&[]).await, manage_watchlist::handle).await
}

async fn created(world: &World) -> String {
    let answer = send(&creation(world, &body())).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.body["entry_id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn what_is_listed_stands_nowhere_in_the_clear() {
    let world = World::new().await;

    let answer = send(&creation(&world, &body())).await;

    assert_eq!((answer.status, &answer.body["ended_at"]), (201, &Value::Null), "{}", answer.text);
    assert!(!answer.text.contains("Canary"), "{}", answer.text);
    assert_eq!(send(&listing(&world)).await.body["items"], json!([answer.body]));
    let dump = "SELECT (SELECT string_agg(e::text, '') FROM watchlist_entries AS e WHERE e.organization_id = $1) \
        || (SELECT string_agg(k::text, '') FROM watchlist_keys AS k WHERE k.organization_id = $1) \
        || (SELECT string_agg(l.entry, '') FROM audit_log AS l WHERE l.organization_id = $1)";
    let stored: String = world.own_rows(dump).await[0].get(0);
    // Four digits alone would be met in the hexadecimal of a key by chance.
    let canaries = ["canary", "y-4711", "43414e415259", "pallets"];
    assert!(canaries.iter().all(|canary| !stored.to_lowercase().contains(canary)), "{stored}");
    let entry = world.entries().await.remove(0);
    assert_eq!(
        (&entry["action"], &entry["target"]["id"]),
        (&json!("watchlist_entry.created"), &answer.body["entry_id"])
    );
    assert!(entry["diff"]["added"]["name"].is_object(), "{entry}");
}

#[tokio::test]
async fn an_entry_is_opened_with_a_reason_that_the_log_keeps() {
    let world = World::new().await;
    let entry = created(&world).await;
    let event = revealing(&world, &entry);

    let (first, again) = (send(&event).await, send(&event.again()).await);

    assert_eq!((first.status, &first.body["entry"]["name"]), (200, &json!("Zacharias Canarywood")), "{}", first.text);
    assert_eq!(first.body["entry"]["aliases"], body()["entry"]["aliases"]);
    assert_eq!((again.status, &again.body["entry"]), (200, &Value::Null), "{}", again.text);
    assert_eq!(world.actions().await, ["watchlist_entry.created", "watchlist_entry.revealed"]);
    assert_eq!(world.entries().await.remove(1)["reason"], REASON);
}

#[tokio::test]
async fn a_reason_that_names_the_person_is_refused() {
    let world = World::new().await;
    let entry = created(&world).await;
    let reason = json!({ "reason": "Number CANARY-4711 was shown at the gate again" });

    let answer = send(&revealing(&world, &entry).json(&reason)).await;

    assert_eq!(answer.problem(), "422 unprocessable /reason:names_the_person");
    assert_eq!(world.actions().await, ["watchlist_entry.created", "access.refused"], "a guess is an entry");
}

#[tokio::test]
async fn an_entry_that_has_ended_leaves_the_index_and_stays_ended() {
    let world = World::new().await;
    let entry = created(&world).await;
    assert!(world.count("watchlist_keys").await > 10);

    let (first, second) = (send(&ending(&world, &entry)).await, send(&ending(&world, &entry)).await);

    assert_eq!((first.status, &first.body), (200, &second.body), "{}", first.text);
    assert!(first.body["ended_at"].is_string(), "{}", first.text);
    assert_eq!(world.count("watchlist_keys").await, 0);
    assert_eq!(world.actions().await, ["watchlist_entry.created", "watchlist_entry.ended"]);
}

#[tokio::test]
async fn replay_returns_the_first_entry() {
    let world = World::new().await;
    let event = creation(&world, &body());

    let (first, second) = (send(&event).await, send(&event.again()).await);

    assert_eq!((first.status, &first.body), (201, &second.body), "{}", first.text);
    assert_eq!(second.headers["idempotency-replayed"], "true");
    assert_eq!((world.count("watchlist_entries").await, world.actions().await.len()), (1, 1));
}

#[tokio::test]
async fn malformed_bodies_are_refused_by_place() {
    let world = World::new().await;
    let faulty = |change: fn(&mut Value)| {
        let mut body = body();
        change(&mut body);
        body
    };
    let cases = [
        (faulty(|body| body["list"] = json!("maybe")), "400 malformed /list:unknown_value"),
        (faulty(|body| body["entry"] = json!({ "reason": "No one at all" })), "400 malformed /entry/name:missing"),
        (faulty(|body| body["entry"]["expires_on"] = json!("2027-02")), "400 malformed /entry/expires_on:invalid"),
        (faulty(|body| body["entry"]["date_of_birth"] = json!("spring")), "400 malformed /entry/date_of_birth:invalid"),
        (faulty(|body| body["other"] = json!(1)), "400 malformed /other:unknown_field"),
    ];
    for (body, problem) in cases {
        assert_eq!(send(&creation(&world, &body)).await.problem(), problem);
    }
    assert_eq!(world.count("watchlist_entries").await, 0);
}

#[tokio::test]
async fn refuses_without_a_credential_before_anything_else() {
    let (world, deps) = (World::new().await, deps(&[]).await);
    let id = world.organization.to_string();
    for event in [listing(&world), creation(&world, &body()), revealing(&world, &id), ending(&world, &id)] {
        refusals::without_a_credential(&world, &event, &deps, manage_watchlist::handle).await;
    }
}

#[tokio::test]
async fn refuses_without_the_permission_and_records_it() {
    let deps = deps(&[]).await;
    for of in [|world: &World| creation(world, &body()), listing] {
        let world = World::new().await;
        let token = world.token_with(&["visit.read", "watchlist.review"]).await;
        refusals::without_the_permission(&world, &of(&world), &token, &deps, manage_watchlist::handle).await;
    }
}

#[tokio::test]
async fn a_caller_of_one_site_does_not_touch_the_list_of_all_sites() {
    let world = World::new().await;
    let entry = created(&world).await;
    let token = world.token_with(&["watchlist.manage"]).await;
    let bind = "UPDATE credentials SET site_id = $2 WHERE organization_id = $1 AND permissions = '{watchlist.manage}'";
    world.execute(bind, &[&world.organization.uuid(), &world.site.uuid()]).await;

    for event in [
        creation(&world, &body()),
        revealing(&world, &entry),
        write(&world, "DELETE", "/v1/watchlist/{entry_id}", &[&entry], &json!({})),
        Event::new("GET", "/v1/watchlist", &[]),
    ] {
        assert_eq!(send(&event.bearer(&token)).await.problem(), "403 forbidden");
    }
    assert_eq!(world.count("watchlist_entries").await, 1);
}

#[tokio::test]
async fn another_tenants_entry_is_answered_like_one_that_does_not_exist() {
    let (world, other, deps) = (World::new().await, World::new().await, deps(&[]).await);
    let theirs = created(&other).await;
    let absent = uuid::Uuid::new_v4().to_string();
    for of in [revealing, ending] {
        let events = [of(&world, &theirs), of(&world, &absent), of(&world, "nonsense")];
        let [theirs, absent, no_id] = &events;
        refusals::of_another_organization(theirs, absent, no_id, &deps, manage_watchlist::handle).await;
    }
    assert_eq!(send(&listing(&world)).await.body["items"], json!([]));
}

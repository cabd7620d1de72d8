//! `manage-retention` promises: a site's period is changed within its bounds, what is due is counted before it is destroyed,
//! and a legal hold keeps a visit's documents; each is an entry of the log.

use serde_json::{Value, json};

use crate::harness::{Event, World, arrivals, event::Answer, refusals, stack, tap::Tap};

const REASON: &str = "The customs office asked us to keep this document";
/// 90 days and an hour.
const LATER: [(&str, &str); 1] = [("CLOCK_OFFSET_SECONDS", "7779600")];

async fn deps(changes: &[(&str, &str)]) -> manage_retention::Deps {
    stack::connect(&stack::variables("fn_manage_retention", changes)).await
}

fn write(world: &World, method: &'static str, route: &'static str, id: &str, body: &Value) -> Event {
    let key = uuid::Uuid::new_v4().to_string();
    Event::new(method, route, &[id]).bearer(&world.token).idempotent(&key).json(body)
}

fn period(world: &World, hours: i64) -> Event {
    let body = json!({ "document_retention_hours": hours });
    write(world, "PATCH", "/v1/sites/{site_id}/retention", &world.site.to_string(), &body)
}

fn hold(world: &World, method: &'static str, visit: &str) -> Event {
    write(world, method, "/v1/visits/{visit_id}/legal-hold", visit, &json!({ "reason": REASON }))
}

async fn send(event: &Event) -> Answer {
    event.send(&deps(&[]).await, manage_retention::handle).await
}

#[tokio::test]
async fn what_is_due_is_counted_before_it_is_destroyed() {
    let world = World::new().await;
    let held = arrivals::visit_of(&world, &arrivals::driver(&world)).await;
    arrivals::visit_of(&world, &arrivals::driver(&world)).await;
    arrivals::held(&world).await;
    assert_eq!(send(&hold(&world, "POST", &held)).await.status, 201);
    let list = Event::new("GET", "/v1/retention", &[]).bearer(&world.token);

    let (now, later) = (send(&list).await, list.send(&deps(&LATER).await, manage_retention::handle).await);

    let none = json!({ "id_scans": 0, "licence_numbers": 0 });
    let site = |due: Value, held: Value| json!([{ "site_id": world.site, "document_retention_hours": 2160, "rule": "document_retention_hours", "due": due, "held": held }]);
    assert_eq!(now.body["items"], site(none.clone(), none), "{}", now.text);
    let (due, held) = (json!({ "id_scans": 1, "licence_numbers": 1 }), json!({ "id_scans": 0, "licence_numbers": 1 }));
    assert_eq!(later.body["items"], site(due, held), "{}", later.text);
}

#[tokio::test]
async fn a_period_is_one_hour_to_400_days() {
    let world = World::new().await;

    let mut problems = Vec::new();
    for hours in [0, 9601] {
        problems.push(send(&period(&world, hours)).await.problem());
    }
    let (first, same) = (send(&period(&world, 1)).await, send(&period(&world, 1)).await);

    assert_eq!(problems, ["400 malformed /document_retention_hours:out_of_range"; 2]);
    assert_eq!((first.status, &first.body["document_retention_hours"]), (200, &json!(1)), "{}", first.text);
    assert_eq!(same.body, first.body);
    let entries = world.entries().await;
    assert_eq!(entries.len(), 1, "nothing is written where nothing would be different");
    let changed = json!({ "document_retention_hours": { "from": 2160, "to": 1 } });
    assert_eq!((&entries[0]["action"], &entries[0]["diff"]["changed"]), (&json!("retention.changed"), &changed));
}

#[tokio::test]
async fn a_hold_and_its_release_are_entries_with_their_reasons() {
    let world = World::new().await;
    let visit = arrivals::visit_of(&world, &arrivals::driver(&world)).await;

    let early = send(&hold(&world, "DELETE", &visit)).await;
    let event = hold(&world, "POST", &visit);
    let (placed, replay) = (send(&event).await, send(&event.again()).await);
    let twice = send(&hold(&world, "POST", &visit)).await;
    let released = send(&hold(&world, "DELETE", &visit)).await;

    assert_eq!(
        (early.problem(), twice.problem()),
        ("409 conflict :not_held".into(), "409 conflict :held_already".into())
    );
    assert_eq!((placed.status, &placed.body, released.status), (201, &replay.body, 200), "{}", placed.text);
    assert_eq!(released.body, json!({ "visit_id": visit, "legal_hold_since": null }));
    let entries = world.entries().await.split_off(1);
    let said: Vec<_> = entries.iter().map(|entry| (entry["action"].as_str().unwrap(), &entry["reason"])).collect();
    let reason = json!(REASON);
    assert_eq!(said, [("legal_hold.placed", &reason), ("legal_hold.released", &reason)]);
}

#[tokio::test]
async fn a_part_that_fails_leaves_no_hold_and_a_lost_answer_leaves_one() {
    let world = World::new().await;
    let visit = arrivals::visit_of(&world, &arrivals::driver(&world)).await;
    let (event, variables) = (hold(&world, "POST", &visit), stack::variables("fn_manage_retention", &[]));
    for part in ["AWS_ENDPOINT_URL_KMS", "DATABASE_URL"] {
        let (tap, url) = Tap::before_url(variables.required(part).unwrap()).await;
        let deps = deps(&[(part, &url)]).await;
        tap.close();
        let failed = event.again().send(&deps, manage_retention::handle).await;
        assert_eq!((failed.problem(), world.actions().await.len()), ("503 unavailable".to_owned(), 1), "{part}");
    }
    let (tap, url) = Tap::before_url(variables.required("DATABASE_URL").unwrap()).await;
    let deps = deps(&[("DATABASE_URL", &url)]).await;
    tap.lose_one_answer_after(1);

    let answer = event.again().send(&deps, manage_retention::handle).await;

    assert_eq!((answer.status, answer.headers["idempotency-replayed"].as_str()), (201, "true"), "{}", answer.text);
    assert_eq!(world.actions().await, ["visit.checked_in", "legal_hold.placed"]);
}

#[tokio::test]
async fn two_holds_at_once_are_one() {
    let world = World::new().await;
    let visit = arrivals::visit_of(&world, &arrivals::driver(&world)).await;
    let deps = deps(&[]).await;

    let (one, other) = (hold(&world, "POST", &visit), hold(&world, "POST", &visit));
    let (one, other) =
        tokio::join!(one.send(&deps, manage_retention::handle), other.send(&deps, manage_retention::handle));

    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
    assert_eq!(world.actions().await.iter().filter(|action| *action == "legal_hold.placed").count(), 1);
}

#[tokio::test]
async fn a_reason_that_names_the_person_is_refused() {
    let world = World::new().await;
    let visit = arrivals::visit_of(&world, &arrivals::visitor(&world)).await;
    let body = json!({ "reason": "Asked by vera@example.com to keep it" });

    let answer = send(&hold(&world, "POST", &visit).json(&body)).await;

    assert_eq!(answer.problem(), "422 unprocessable /reason:names_the_person");
    arrivals::leave(&world, &visit).await;
}

#[tokio::test]
async fn refuses_strangers_and_those_who_may_not() {
    let (world, other, deps) = (World::new().await, World::new().await, deps(&[]).await);
    let visit = arrivals::visit_of(&other, &arrivals::driver(&other)).await;
    let token = world.token_with(&["site.manage", "visit.reveal"]).await;

    for event in [period(&world, 5), hold(&world, "POST", &visit)] {
        refusals::without_a_credential(&world, &event, &deps, manage_retention::handle).await;
        refusals::without_the_permission(&world, &event, &token, &deps, manage_retention::handle).await;
    }
    let absent = hold(&world, "POST", &uuid::Uuid::new_v4().to_string());
    let (theirs, no_id) = (hold(&world, "POST", &visit), hold(&world, "POST", "x"));
    refusals::of_another_organization(&theirs, &absent, &no_id, &deps, manage_retention::handle).await;
}

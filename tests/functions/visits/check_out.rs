//! `check-out` promises: a visit ends once, with its audit entry and its event, and only for who may end it.

use serde_json::{Value, json};

use crate::harness::{Event, World, arrivals, event::Answer, postgres, refusals, stack, tap::Tap};

async fn deps(changes: &[(&str, &str)]) -> check_out::Deps {
    let variables = stack::variables("fn_check_out", changes);
    stack::connect::<check_out::Deps>(&variables).await
}

fn departure(world: &World, visit: &str, key: &str) -> Event {
    Event::new("POST", "/v1/visits/{visit_id}/check-out", &[visit]).bearer(&world.token).idempotent(key)
}

async fn send(event: &Event) -> Answer {
    event.send(&deps(&[]).await, check_out::handle).await
}

async fn states(world: &World) -> Vec<String> {
    let rows = world.own_rows("SELECT state FROM visits WHERE organization_id = $1 ORDER BY visit_id").await;
    rows.iter().map(|row| row.get(0)).collect()
}

#[tokio::test]
async fn ends_visit_with_entry_and_event() {
    let world = World::new().await;
    let receipt = arrivals::arrive(&world, &arrivals::visitor(&world)).await;
    let visit = receipt["visit_id"].as_str().unwrap();

    let answer = send(&departure(&world, visit, "key-1").json(&json!({}))).await;

    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!((&answer.body["visit_id"], &answer.body["state"]), (&json!(visit), &json!("left")));
    assert_eq!(answer.body["checked_in_at"], receipt["checked_in_at"]);
    assert!(answer.body["duration_seconds"].as_i64().unwrap() >= 0);
    assert_eq!(states(&world).await, ["left"]);
    let entry = world.entries().await.remove(1);
    assert_eq!(entry["action"], "visit.checked_out");
    assert_eq!(entry["target"], json!({ "kind": "visit", "id": visit }));
    assert_eq!(entry["prev"], 0);
    assert_eq!(entry["diff"]["changed"]["state"], json!({ "from": "on_site", "to": "left" }));
    assert_eq!(entry["diff"]["added"]["checked_out_at"], answer.body["checked_out_at"]);
    let events = world.own_rows("SELECT kind FROM outbox WHERE organization_id = $1 ORDER BY event_id DESC").await;
    assert_eq!(events[0].get::<_, String>(0), "visitor.checked_out");
}

#[tokio::test]
async fn a_kiosk_ends_visits_of_its_own_site_without_a_body_or_with_its_own_time() {
    let world = World::new().await;
    let elsewhere = world.another_site().await;
    let (first, second) = (
        arrivals::visit_of(&world, &arrivals::driver(&world)).await,
        arrivals::visit_of(&world, &arrivals::driver(&world)).await,
    );
    let mut body = arrivals::driver(&world);
    body["site_id"] = json!(elsewhere);
    let foreign = arrivals::visit_of(&world, &body).await;

    let silent = send(&departure(&world, &first, "key-1").bearer(&world.kiosk)).await;
    let offline = json!({ "occurred_at": "2026-01-05T08:00:00+01:00", "device_seq": 7 });
    let late = send(&departure(&world, &second, "key-2").bearer(&world.kiosk).json(&offline)).await;
    let other = send(&departure(&world, &foreign, "key-3").bearer(&world.kiosk)).await;

    assert_eq!((silent.status, late.status), (200, 200), "{} {}", silent.text, late.text);
    assert_eq!(other.problem(), "404 not_found");
    assert_eq!(states(&world).await, ["left", "left", "on_site"]);
    let kept = "SELECT checked_out_device_seq FROM visits WHERE organization_id = $1 AND checked_out_occurred_at = '2026-01-05T07:00:00Z'";
    assert_eq!(world.own_rows(kept).await[0].get::<_, i64>(0), 7);
    let events = world.own_rows("SELECT kind FROM outbox WHERE organization_id = $1 ORDER BY event_id DESC").await;
    assert_eq!(events[0].get::<_, String>(0), "driver.checked_out");
}

#[tokio::test]
async fn malformed_bodies_are_refused_by_place() {
    let world = World::new().await;
    let visit = arrivals::visit_of(&world, &arrivals::driver(&world)).await;

    for (body, problem) in [
        ("{", "400 malformed :not_json"),
        ("[]", "400 malformed :wrong_type"),
        (r#"{"state":"left"}"#, "400 malformed /state:unknown_field"),
        (r#"{"device_seq":-1}"#, "400 malformed /device_seq:out_of_range"),
        (r#"{"device_seq":9007199254740992}"#, "400 malformed /device_seq:out_of_range"),
        (r#"{"device_seq":1,"device_seq":1}"#, "400 malformed /device_seq:duplicate_key"),
        (r#"{"occurred_at":"noon"}"#, "400 malformed /occurred_at:not_rfc3339"),
        (r#"{"occurred_at":"9999-01-01T00:00:00Z"}"#, "400 malformed /occurred_at:in_the_future"),
    ] {
        assert_eq!(send(&departure(&world, &visit, "key-1").text(body)).await.problem(), problem);
    }
    let keyless = departure(&world, &visit, "key-1").without_header("idempotency-key");
    assert_eq!(send(&keyless).await.problem(), "400 malformed #idempotency-key:missing");
    assert_eq!(states(&world).await, ["on_site"]);
}

#[tokio::test]
async fn who_may_not_is_refused() {
    let world = World::new().await;
    let visit = arrivals::visit_of(&world, &arrivals::driver(&world)).await;
    let event = departure(&world, &visit, "key-1");
    let deps = deps(&[]).await;

    refusals::without_a_credential(&world, &event, &deps, check_out::handle).await;
    let token = world.token_with(&["visit.read"]).await;
    refusals::without_the_permission(&world, &event, &token, &deps, check_out::handle).await;

    assert_eq!(states(&world).await, ["on_site"]);
}

#[tokio::test]
async fn a_visit_of_another_organization_is_answered_like_none() {
    let (world, other) = (World::new().await, World::new().await);
    let theirs = arrivals::visit_of(&other, &arrivals::driver(&other)).await;
    let absent = uuid::Uuid::new_v4().to_string();

    let ask = |visit: &str| departure(&world, visit, visit);
    let (theirs, absent, no_id) = (ask(&theirs), ask(&absent), ask("nonsense"));
    refusals::of_another_organization(&theirs, &absent, &no_id, &deps(&[]).await, check_out::handle).await;

    assert_eq!(states(&other).await, ["on_site"]);
}

#[tokio::test]
async fn a_replay_gives_the_first_answer_and_a_second_departure_is_a_conflict() {
    let world = World::new().await;
    let visit = arrivals::visit_of(&world, &arrivals::driver(&world)).await;
    let event = departure(&world, &visit, "key-1");

    let first = send(&event).await;
    let replay = send(&event.again()).await;
    let second = send(&departure(&world, &visit, "key-2")).await;
    let second_again = send(&departure(&world, &visit, "key-2")).await;

    assert_eq!((first.status, replay.status), (200, 200));
    assert_eq!((&first.body, "true"), (&replay.body, replay.headers["idempotency-replayed"].as_str()));
    assert_eq!(
        (second.problem(), second_again.problem()),
        ("409 conflict :not_on_site".to_owned(), "409 conflict :not_on_site".to_owned())
    );
    assert_eq!(world.actions().await, ["visit.checked_in", "visit.checked_out"]);
}

#[tokio::test]
async fn a_departure_that_came_in_between_fails_the_whole_record() {
    let world = World::new().await;
    let visit = arrivals::visit_of(&world, &arrivals::driver(&world)).await;
    let between = postgres::superuser().await;
    let left = format!("BEGIN; UPDATE visits SET state = 'left', checked_out_at = now() WHERE visit_id = '{visit}'");
    between.batch_execute(&left).await.unwrap();

    // The look-up still sees the visit on site; the record waits for the other one's row, and then finds it gone.
    let event = departure(&world, &visit, "key-1");
    let finish = async {
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        between.batch_execute("COMMIT").await.unwrap();
    };
    let (answer, ()) = tokio::join!(send(&event), finish);

    assert_eq!(answer.problem(), "409 conflict :state_changed");
    assert_eq!((world.actions().await, world.count("outbox").await), (vec!["visit.checked_in".to_owned()], 1));
}

#[tokio::test]
async fn a_lost_answer_of_the_record_is_found_and_given() {
    let world = World::new().await;
    let visit = arrivals::visit_of(&world, &arrivals::driver(&world)).await;
    let variables = stack::variables("fn_check_out", &[]);
    let (tap, url) = Tap::before_url(variables.required("DATABASE_URL").unwrap()).await;
    let deps = deps(&[("DATABASE_URL", &url)]).await;
    // The admission is answered; the record commits, and its answer is lost.
    tap.lose_one_answer_after(1);

    let answer = departure(&world, &visit, "key-1").send(&deps, check_out::handle).await;

    assert_eq!((answer.status, answer.headers["idempotency-replayed"].as_str()), (200, "true"), "{}", answer.text);
    assert_eq!(world.actions().await, ["visit.checked_in", "visit.checked_out"]);
}

#[tokio::test]
async fn a_part_that_fails_leaves_nothing_and_a_retry_executes() {
    let world = World::new().await;
    let visit = arrivals::visit_of(&world, &arrivals::driver(&world)).await;
    let variables = stack::variables("fn_check_out", &[]);
    for part in ["AWS_ENDPOINT_URL_KMS", "DATABASE_URL"] {
        let (tap, url) = Tap::before_url(variables.required(part).unwrap()).await;
        let deps = deps(&[(part, &url)]).await;
        tap.close();

        let failed = departure(&world, &visit, "key-1").send(&deps, check_out::handle).await;

        assert_eq!(failed.problem(), "503 unavailable", "{part}");
        assert_eq!((states(&world).await, world.actions().await.len()), (vec!["on_site".to_owned()], 1));
    }
    let retried: Value = send(&departure(&world, &visit, "key-1")).await.body;
    assert_eq!(retried["state"], "left");
}

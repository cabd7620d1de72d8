//! `read-visit` promises: one visit of the caller's own organization, and nothing of it that is sealed.

use serde_json::{Value, json};

use crate::harness::{Event, World, arrivals, event::Answer, refusals, stack, tap::Tap};

async fn deps(changes: &[(&str, &str)]) -> read_visit::Deps {
    let variables = stack::variables("fn_read_visit", changes);
    stack::connect::<read_visit::Deps>(&variables).await
}

fn reading(world: &World, visit: &str) -> Event {
    Event::new("GET", "/v1/visits/{visit_id}", &[visit]).bearer(&world.token)
}

async fn send(event: &Event) -> Answer {
    event.send(&deps(&[]).await, read_visit::handle).await
}

#[tokio::test]
async fn shows_a_visitor_with_what_was_signed() {
    let world = World::new().await;
    let receipt = arrivals::arrive(&world, &arrivals::visitor(&world)).await;

    let answer = send(&reading(&world, receipt["visit_id"].as_str().unwrap())).await;

    assert_eq!(answer.status, 200, "{}", answer.text);
    let visit = &answer.body;
    for same in ["visit_id", "type", "site_id", "person_id", "state", "hold_reasons", "badge_number", "checked_in_at"] {
        assert_eq!(visit[same], receipt[same], "{same}");
    }
    for said in ["name", "company", "email", "phone", "purpose"] {
        assert_eq!(visit[said], arrivals::visitor(&world)[said], "{said}");
    }
    assert_eq!(visit["host"], json!({ "host_id": world.host, "name": "Host of the test" }));
    for fact in ["version_id", "locale", "text_sha256", "signed_at"] {
        assert_eq!(visit["nda"][fact], receipt["nda"][fact], "{fact}");
    }
    let fields: Vec<&Value> = visit["restricted"].as_array().unwrap().iter().map(|value| &value["field"]).collect();
    assert_eq!(fields, ["photo", "signature"]);
    assert_eq!(visit["restricted"][0]["media_type"], "image/jpeg");
    assert!(visit["restricted"][0]["bytes"].as_i64().unwrap() > 100);
    assert_eq!((&visit["carrier"], &visit["checked_out_at"]), (&Value::Null, &Value::Null));
}

#[tokio::test]
async fn names_a_licence_number_and_does_not_show_it() {
    let world = World::new().await;
    let visit = arrivals::visit_of(&world, &arrivals::driver(&world)).await;

    let answer = send(&reading(&world, &visit)).await;

    assert_eq!(answer.body["restricted"], json!([{ "field": "licence_number", "media_type": null, "bytes": null }]));
    assert_eq!((&answer.body["bills_of_lading"], &answer.body["nda"]), (&json!(["BOL-1", "BOL-2"]), &Value::Null));
    assert!(!answer.text.contains("B072"));
}

#[tokio::test]
async fn an_unknown_parameter_is_refused() {
    let world = World::new().await;
    let visit = arrivals::visit_of(&world, &arrivals::driver(&world)).await;

    let answer = send(&reading(&world, &visit).query("fields=licence_number")).await;

    assert_eq!(answer.problem(), "400 malformed ?fields:unknown_parameter");
}

#[tokio::test]
async fn who_may_not_is_refused() {
    let world = World::new().await;
    let visit = arrivals::visit_of(&world, &arrivals::driver(&world)).await;
    let (event, deps) = (reading(&world, &visit), deps(&[]).await);

    refusals::without_a_credential(&world, &event, &deps, read_visit::handle).await;
    refusals::without_the_permission(&world, &event, &world.kiosk, &deps, read_visit::handle).await;
}

#[tokio::test]
async fn a_visit_of_another_organization_is_answered_like_none() {
    let (world, other) = (World::new().await, World::new().await);
    let theirs = arrivals::visit_of(&other, &arrivals::visitor(&other)).await;
    let absent = uuid::Uuid::new_v4().to_string();

    let [theirs, absent, no_id] = [theirs.as_str(), &absent, "nonsense"].map(|visit| reading(&world, visit));
    refusals::of_another_organization(&theirs, &absent, &no_id, &deps(&[]).await, read_visit::handle).await;
}

#[tokio::test]
async fn a_lost_answer_is_asked_again_and_a_database_that_stays_away_is_503() {
    let world = World::new().await;
    let visit = arrivals::visit_of(&world, &arrivals::driver(&world)).await;
    let variables = stack::variables("fn_read_visit", &[]);
    let (tap, url) = Tap::before_url(variables.required("DATABASE_URL").unwrap()).await;
    let deps = deps(&[("DATABASE_URL", &url)]).await;

    tap.lose_one_answer_after(0);
    let found = reading(&world, &visit).send(&deps, read_visit::handle).await;
    tap.close();
    let failed = reading(&world, &visit).send(&deps, read_visit::handle).await;

    assert_eq!((found.status, failed.problem().as_str()), (200, "503 unavailable"));
}

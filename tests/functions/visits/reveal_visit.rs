//! `reveal-visit` promises: a sealed value is shown only to who may, only for a reason, and never without its entry.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

use crate::harness::{Event, World, arrivals, event::Answer, refusals, stack, tap::Tap};

const REASON: &str = "Customs asked who brought the load today";

async fn deps(changes: &[(&str, &str)]) -> reveal_visit::Deps {
    let variables = stack::variables("fn_reveal_visit", changes);
    stack::connect::<reveal_visit::Deps>(&variables).await
}

fn demand(world: &World, visit: &str, key: &str, fields: &[&str]) -> Event {
    Event::new("POST", "/v1/visits/{visit_id}/reveal", &[visit])
        .bearer(&world.token)
        .idempotent(key)
        .json(&json!({ "fields": fields, "reason": REASON }))
}

async fn send(event: &Event) -> Answer {
    event.send(&deps(&[]).await, reveal_visit::handle).await
}

#[tokio::test]
async fn shows_a_licence_number_and_says_so_in_the_log() {
    let world = World::new().await;
    let visit = arrivals::visit_of(&world, &arrivals::driver(&world)).await;

    let answer = send(&demand(&world, &visit, "key-1", &["licence_number", "photo"])).await;

    assert_eq!(answer.status, 200, "{}", answer.text);
    let values = json!({ "licence_number": arrivals::LICENCE_NUMBER, "photo": null });
    assert_eq!(answer.body, json!({ "visit_id": visit, "values": values }));
    let entry = world.entries().await.remove(1);
    assert_eq!((&entry["action"], &entry["reason"]), (&json!("visit.revealed"), &json!(REASON)));
    assert_eq!(entry["target"], json!({ "kind": "visit", "id": visit }));
    assert_eq!(entry["diff"]["added"], json!({ "fields": ["licence_number", "photo"] }));
}

#[tokio::test]
async fn shows_images_as_they_are_kept() {
    let world = World::new().await;
    let visit = arrivals::visit_of(&world, &arrivals::visitor(&world)).await;

    let answer = send(&demand(&world, &visit, "key-1", &["signature", "photo", "licence_number"])).await;

    assert_eq!(answer.status, 200, "{}", answer.text);
    let values = &answer.body["values"];
    assert_eq!(values["licence_number"], Value::Null);
    for (field, media_type, format) in
        [("photo", "image/jpeg", image::ImageFormat::Jpeg), ("signature", "image/png", image::ImageFormat::Png)]
    {
        assert_eq!(values[field]["media_type"], media_type);
        let bytes = BASE64_STANDARD.decode(values[field]["base64"].as_str().unwrap()).unwrap();
        let picture = image::load_from_memory_with_format(&bytes, format).unwrap();
        assert_eq!((picture.width(), picture.height()), (64, 48));
    }
}

#[tokio::test]
async fn a_reason_that_names_the_person_is_refused_with_an_entry() {
    let world = World::new().await;
    let visitor = arrivals::visit_of(&world, &arrivals::visitor(&world)).await;
    let driver = arrivals::visit_of(&world, &arrivals::driver(&world)).await;

    for (at, (visit, reason)) in [
        (&visitor, "Please compare with VERA@example.com in the mail"),
        (&visitor, "Called back at +49 (30) 123-456 this morning"),
        (&driver, "Customs asked about licence b072rre2i55 today"),
    ]
    .into_iter()
    .enumerate()
    {
        let body = json!({ "fields": ["photo"], "reason": reason });
        let answer = send(&demand(&world, visit, &format!("key-{at}"), &[]).json(&body)).await;
        assert_eq!(answer.problem(), "422 unprocessable /reason:names_the_person");
    }
    let entries = world.entries().await.split_off(2);
    assert_eq!(entries.len(), 3);
    for entry in entries {
        assert_eq!((&entry["action"], &entry["reason"]), (&json!("access.refused"), &Value::Null));
        assert_eq!(entry["target"]["kind"], "visit");
        assert_eq!(entry["diff"]["added"], json!({ "reason": "names_the_person" }));
    }
}

#[tokio::test]
async fn reasons_that_name_the_person_are_counted_against_the_credential() {
    let world = World::new().await;
    let driver = arrivals::visit_of(&world, &arrivals::driver(&world)).await;
    let ask = |key: usize, number: &str| {
        let reason = format!("Is {number} what stands on the licence?");
        demand(&world, &driver, &format!("key-{key}"), &[]).json(&json!({ "fields": ["photo"], "reason": reason }))
    };

    let mut problems = Vec::new();
    for key in 0..6 {
        problems.push(send(&ask(key, arrivals::LICENCE_NUMBER)).await.problem());
    }
    let harmless = send(&ask(6, "another number")).await;

    assert_eq!(problems.pop().unwrap(), "429 throttled");
    assert_eq!(problems, ["422 unprocessable /reason:names_the_person"; 5]);
    assert_eq!(harmless.status, 429, "until a quarter of an hour has passed, no reason is compared");
    let replayed = send(&ask(0, arrivals::LICENCE_NUMBER)).await;
    assert_eq!(replayed.problem(), "422 unprocessable /reason:names_the_person", "the answer that was given");
    assert_eq!(world.actions().await.iter().filter(|action| *action == "access.refused").count(), 5);

    let later = deps(&[("CLOCK_OFFSET_SECONDS", "930")]).await;
    let of_later = async |key: usize, number: &str| ask(key, number).send(&later, reveal_visit::handle).await.status;
    assert_eq!(of_later(7, "another number").await, 200, "a quarter of an hour has passed");
    assert_eq!(
        (of_later(8, arrivals::LICENCE_NUMBER).await, of_later(9, "another number").await),
        (422, 429),
        "for one"
    );
}

#[tokio::test]
async fn malformed_bodies_are_refused_by_place() {
    let world = World::new().await;
    let visit = arrivals::visit_of(&world, &arrivals::driver(&world)).await;

    for (body, problem) in [
        (json!({ "fields": ["photo"] }), "400 malformed /reason:missing"),
        (json!({ "reason": REASON }), "400 malformed /fields:missing"),
        (json!({ "fields": [], "reason": REASON }), "400 malformed /fields:empty"),
        (json!({ "fields": ["photo", "photo"], "reason": REASON }), "400 malformed /fields/1:repeated"),
        (json!({ "fields": ["name"], "reason": REASON }), "400 malformed /fields/0:unknown_value"),
        (json!({ "fields": "photo", "reason": REASON }), "400 malformed /fields:wrong_type"),
        (json!({ "fields": ["photo"], "reason": "because" }), "400 malformed /reason:too_short"),
        (json!({ "fields": ["photo"], "reason": "x".repeat(501) }), "400 malformed /reason:too_long"),
        (json!({ "fields": ["photo"], "reason": REASON, "as": "owner" }), "400 malformed /as:unknown_field"),
    ] {
        assert_eq!(send(&demand(&world, &visit, "key-1", &[]).json(&body)).await.problem(), problem);
    }
    assert_eq!(send(&demand(&world, &visit, "key-1", &[]).text("{")).await.problem(), "400 malformed :not_json");
}

#[tokio::test]
async fn who_may_not_is_refused() {
    let world = World::new().await;
    let visit = arrivals::visit_of(&world, &arrivals::driver(&world)).await;
    let (event, deps) = (demand(&world, &visit, "key-1", &["licence_number"]), deps(&[]).await);

    refusals::without_a_credential(&world, &event, &deps, reveal_visit::handle).await;
    let reader = world.token_with(&["visit.read", "visit.check_in"]).await;
    for token in [&reader, &world.kiosk] {
        refusals::without_the_permission(&world, &event, token, &deps, reveal_visit::handle).await;
    }
}

#[tokio::test]
async fn a_visit_of_another_organization_is_answered_like_none() {
    let (world, other) = (World::new().await, World::new().await);
    let theirs = arrivals::visit_of(&other, &arrivals::visitor(&other)).await;
    let absent = uuid::Uuid::new_v4().to_string();

    let ask = |visit: &str| demand(&world, visit, visit, &["photo"]);
    let (theirs, absent, no_id) = (ask(&theirs), ask(&absent), ask("nonsense"));
    refusals::of_another_organization(&theirs, &absent, &no_id, &deps(&[]).await, reveal_visit::handle).await;

    assert_eq!(other.actions().await, ["visit.checked_in"]);
}

#[tokio::test]
async fn a_replay_shows_nothing_again() {
    let world = World::new().await;
    let visit = arrivals::visit_of(&world, &arrivals::driver(&world)).await;
    let event = demand(&world, &visit, "key-1", &["licence_number"]);

    let first = send(&event).await;
    let replay = send(&event.again()).await;

    assert_eq!(first.body["values"]["licence_number"], arrivals::LICENCE_NUMBER);
    assert_eq!(replay.headers["idempotency-replayed"], "true");
    assert_eq!(replay.body, json!({ "visit_id": visit, "values": { "licence_number": null } }));
    assert_eq!(world.actions().await, ["visit.checked_in", "visit.revealed"]);
}

#[tokio::test]
async fn an_erased_person_has_nothing_to_show_and_the_look_is_recorded() {
    let world = World::new().await;
    let visit = arrivals::visit_of(&world, &arrivals::driver(&world)).await;
    let erase = "UPDATE people SET wrapped_key = NULL WHERE organization_id = $1 AND kind IN ('driver', 'document')";
    world.execute(erase, &[&world.organization]).await;

    let answer = send(&demand(&world, &visit, "key-1", &["licence_number"])).await;

    assert_eq!((answer.status, &answer.body["values"]), (200, &json!({ "licence_number": null })));
    assert_eq!(world.actions().await, ["visit.checked_in", "visit.revealed"]);
}

#[tokio::test]
async fn nothing_is_shown_where_a_part_fails() {
    let world = World::new().await;
    let visit = arrivals::visit_of(&world, &arrivals::visitor(&world)).await;
    let variables = stack::variables("fn_reveal_visit", &[]);
    for part in ["AWS_ENDPOINT_URL_KMS", "AWS_ENDPOINT_URL_S3", "DATABASE_URL"] {
        let (tap, url) = Tap::before_url(variables.required(part).unwrap()).await;
        let deps = deps(&[(part, &url)]).await;
        tap.close();

        let failed = demand(&world, &visit, "key-1", &["photo"]).send(&deps, reveal_visit::handle).await;

        assert_eq!(failed.problem(), "503 unavailable", "{part}");
        assert_eq!(world.actions().await, ["visit.checked_in"]);
    }
    let retried = send(&demand(&world, &visit, "key-1", &["photo"])).await;
    assert!(retried.body["values"]["photo"]["base64"].is_string());
}

#[tokio::test]
async fn a_lost_answer_of_the_record_is_recorded_and_shows_nothing() {
    let world = World::new().await;
    let visit = arrivals::visit_of(&world, &arrivals::driver(&world)).await;
    let variables = stack::variables("fn_reveal_visit", &[]);
    let (tap, url) = Tap::before_url(variables.required("DATABASE_URL").unwrap()).await;
    let deps = deps(&[("DATABASE_URL", &url)]).await;
    tap.lose_one_answer_after(1);

    let answer = demand(&world, &visit, "key-1", &["licence_number"]).send(&deps, reveal_visit::handle).await;

    assert_eq!((answer.status, &answer.body["values"]["licence_number"]), (200, &Value::Null), "{}", answer.text);
    assert_eq!(world.actions().await, ["visit.checked_in", "visit.revealed"]);
}

#[tokio::test]
async fn an_object_that_is_gone_is_a_fault_of_ours() {
    let world = World::new().await;
    let visit = arrivals::visit_of(&world, &arrivals::visitor(&world)).await;
    let lose = "UPDATE visit_objects SET object_id = gen_random_uuid() WHERE organization_id = $1 AND kind = 'photo'";
    world.execute(lose, &[&world.organization]).await;

    let answer = send(&demand(&world, &visit, "key-1", &["photo"])).await;

    assert_eq!(answer.problem(), "500 internal");
    assert_eq!(world.actions().await, ["visit.checked_in"]);
}

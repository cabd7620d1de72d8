//! `pair-kiosk` promises: whoever knows a fresh code gets the kiosk's credential, once, and nobody learns more.

use serde_json::{Value, json};

use crate::harness::{Event, World, event::Answer, postgres, stack, tap::Tap};

async fn deps(changes: &[(&str, &str)]) -> pair_kiosk::Deps {
    let variables = stack::variables("fn_pair_kiosk", changes);
    let settings = pair_kiosk::Settings::read(&variables).expect("settings");
    pair_kiosk::Deps::connect(&stack::common(&variables), &settings).await.expect("a connection")
}

fn pairing(slug: &str, code: &str) -> Event {
    Event::new("POST", "/v1/kiosk-pairings", &[]).json(&json!({ "slug": slug, "code": code }))
}

async fn send(event: &Event) -> Answer {
    event.send(&deps(&[]).await, pair_kiosk::handle).await
}

async fn manage(event: &Event) -> Answer {
    let variables = stack::variables("fn_manage_sites", &[]);
    let settings = manage_sites::Settings::read(&variables).expect("settings");
    let deps = manage_sites::Deps::connect(&stack::common(&variables), &settings).await.expect("a connection");
    event.send(&deps, manage_sites::handle).await
}

/// A kiosk that waits, and its code.
async fn waiting(world: &World) -> (String, String) {
    let route = Event::new("POST", "/v1/sites/{site_id}/kiosks", &[&world.site.to_string()]);
    let created =
        manage(&route.bearer(&world.token).idempotent("kiosk").json(&json!({ "name": "Main entrance" }))).await;
    assert_eq!(created.status, 201, "{}", created.text);
    let text = |field: &str| created.body[field].as_str().unwrap().to_owned();
    (text("kiosk_id"), text("pairing_code"))
}

/// Whether a visitor is let in by this credential.
async fn checks_in(world: &World, token: &str) -> u16 {
    let variables = stack::variables("fn_check_in", &[]);
    let settings = check_in::Settings::read(&variables).expect("settings");
    let deps = check_in::Deps::connect(&stack::common(&variables), &settings).await.expect("a connection");
    let body = json!({ "type": "visitor", "name": "Vera Visitor" });
    let key = uuid::Uuid::new_v4().to_string();
    let event = Event::new("POST", "/v1/visits", &[]).bearer(token).idempotent(&key).json(&body);
    let answer = event.send(&deps, check_in::handle).await;
    assert!(answer.status != 201 || answer.body["site_id"] == json!(world.site));
    answer.status
}

/// The kiosk as it is listed.
async fn listed(world: &World) -> Value {
    let route = Event::new("GET", "/v1/sites/{site_id}/kiosks", &[&world.site.to_string()]);
    manage(&route.bearer(&world.token)).await.body["items"][0].clone()
}

#[tokio::test]
async fn a_paired_kiosk_is_seen_with_each_use_and_keeps_its_credential_when_renamed() {
    let world = World::new().await;
    let (kiosk, code) = waiting(&world).await;
    let paired = send(&pairing(&world.slug, &code)).await;
    let token = paired.body["kiosk_token"].as_str().unwrap();
    assert_eq!(listed(&world).await["last_seen_at"], Value::Null);

    let rename = Event::new("PATCH", "/v1/kiosks/{kiosk_id}", &[&kiosk]).json(&json!({ "name": "Gate house" }));
    let renamed = manage(&rename.bearer(&world.token).idempotent("rename")).await;
    assert_eq!((renamed.status, checks_in(&world, token).await), (200, 201), "{}", renamed.text);

    let seen = listed(&world).await;
    assert!(seen["last_seen_at"].is_string(), "{seen}");
    let names =
        "SELECT count(*) FROM credentials WHERE organization_id = $1 AND kind = 'kiosk' AND name = 'Gate house'";
    assert_eq!(world.own_rows(names).await[0].get::<_, i64>(0), 1);
}

#[tokio::test]
async fn a_code_becomes_a_credential_of_the_site() {
    let world = World::new().await;
    let (kiosk, code) = waiting(&world).await;

    let answer = send(&pairing(&world.slug, &code)).await;

    assert_eq!(answer.status, 201, "{}", answer.text);
    assert_eq!((&answer.body["kiosk_id"], &answer.body["site_id"]), (&json!(kiosk), &json!(world.site)));
    let token = answer.body["kiosk_token"].as_str().unwrap();
    assert!(token.starts_with("dbd_test_"));
    assert_eq!(checks_in(&world, token).await, 201);
    assert_eq!(world.actions().await, ["kiosk.created", "kiosk.paired", "visit.checked_in"]);
    let entry = world.entries().await.remove(1);
    assert_eq!(entry["actor"], json!({ "kind": "system", "id": "pair-kiosk" }));
    assert_eq!(entry["target"], json!({ "kind": "kiosk", "id": kiosk }));
    assert_eq!(entry["prev"], 0);
}

#[tokio::test]
async fn a_code_is_read_however_it_is_typed() {
    let world = World::new().await;
    let (_, code) = waiting(&world).await;
    let typed = format!(" {}-{} ", &code[..4].to_lowercase(), &code[4..]);

    assert_eq!(send(&pairing(&world.slug, &typed)).await.status, 201);
}

#[tokio::test]
async fn wrong_handle_wrong_code_and_used_code_are_answered_alike() {
    let (world, other) = (World::new().await, World::new().await);
    let (_, code) = waiting(&world).await;
    assert_eq!(send(&pairing(&world.slug, &code)).await.status, 201);
    let (_, fresh) = waiting(&other).await;

    let used = send(&pairing(&world.slug, &code)).await;

    assert_eq!(used.problem(), "404 not_found");
    for (slug, code) in [("no-such-handle", &fresh), (world.slug.as_str(), &fresh), (other.slug.as_str(), &code)] {
        let answer = send(&pairing(slug, code)).await;
        assert_eq!(answer.problem(), "404 not_found");
        assert_eq!(answer.without_request_id(), used.without_request_id());
        assert_eq!(answer.headers.len(), used.headers.len());
    }
    assert_eq!(world.actions().await, ["kiosk.created", "kiosk.paired"]);
    assert_eq!(other.actions().await, ["kiosk.created"]);
}

#[tokio::test]
async fn a_code_lives_ten_minutes_and_not_beyond_its_kiosk() {
    let world = World::new().await;
    let (kiosk, code) = waiting(&world).await;
    let late = deps(&[("CLOCK_OFFSET_SECONDS", "601")]).await;

    let expired = pairing(&world.slug, &code).send(&late, pair_kiosk::handle).await;
    let revoke =
        Event::new("POST", "/v1/kiosks/{kiosk_id}/revoke", &[&kiosk]).bearer(&world.token).idempotent("revoke");
    assert_eq!(manage(&revoke).await.status, 200);
    let revoked = send(&pairing(&world.slug, &code)).await;

    assert_eq!((expired.problem().as_str(), revoked.problem().as_str()), ("404 not_found", "404 not_found"));
    assert_eq!(world.actions().await, ["kiosk.created", "kiosk.revoked"]);
}

#[tokio::test]
async fn revoking_ends_the_credential_at_once() {
    let world = World::new().await;
    let (kiosk, code) = waiting(&world).await;
    let token = send(&pairing(&world.slug, &code)).await.body["kiosk_token"].as_str().unwrap().to_owned();
    assert_eq!(checks_in(&world, &token).await, 201);

    let revoke =
        Event::new("POST", "/v1/kiosks/{kiosk_id}/revoke", &[&kiosk]).bearer(&world.token).idempotent("revoke");
    let revoked = manage(&revoke).await;

    assert_eq!(revoked.body["state"], "revoked");
    assert_eq!(checks_in(&world, &token).await, 401);
}

#[tokio::test]
async fn an_address_that_guesses_is_throttled_whatever_it_brings() {
    let world = World::new().await;
    let (_, code) = waiting(&world).await;
    let deps = deps(&[]).await;
    let wrong = pairing(&world.slug, "00000000");
    for _ in 0..30 {
        assert_eq!(wrong.send(&deps, pair_kiosk::handle).await.problem(), "404 not_found");
    }

    let answer = wrong.send(&deps, pair_kiosk::handle).await;
    let right = pairing(&world.slug, &code).send(&deps, pair_kiosk::handle).await;

    assert_eq!((answer.problem().as_str(), answer.headers["retry-after"].as_str()), ("429 throttled", "60"));
    assert_eq!(right.problem(), "429 throttled");
    assert_eq!(world.actions().await, ["kiosk.created"]);
}

#[tokio::test]
async fn malformed_bodies_are_refused_by_place() {
    let event = pairing("north-gate", "0123ABCD");
    for (body, problem) in [
        (json!({ "slug": "north-gate" }), "400 malformed /code:missing"),
        (json!({ "slug": "North Gate", "code": "0123ABCD" }), "400 malformed /slug:wrong_form"),
        (json!({ "slug": "north-gate", "code": "0123ABC" }), "400 malformed /code:wrong_form"),
        (json!({ "slug": "north-gate", "code": "0123ABCU" }), "400 malformed /code:wrong_form"),
        (json!({ "slug": "north-gate", "code": 12345678 }), "400 malformed /code:wrong_type"),
        (json!({ "slug": "north-gate", "code": "0123ABCD", "site_id": "x" }), "400 malformed /site_id:unknown_field"),
    ] {
        assert_eq!(send(&event.clone().json(&body)).await.problem(), problem);
    }
    assert_eq!(send(&event.text("{")).await.problem(), "400 malformed :not_json");
    let plain = pairing("north-gate", "0123ABCD").header("content-type", "text/plain");
    assert_eq!(send(&plain).await.problem(), "415 unsupported_media_type");
}

#[tokio::test]
async fn the_role_sees_neither_kiosks_nor_credentials() {
    let client = postgres::as_role("fn_pair_kiosk").await;
    for table in ["kiosks", "credentials", "organizations", "sites", "directory", "refused_sources", "audit_log"] {
        let refused = client.batch_execute(&format!("SELECT * FROM {table}")).await.expect_err("no right");
        assert_eq!(refused.code().map(tokio_postgres::error::SqlState::code), Some("42501"), "{table}");
    }
}

#[tokio::test]
async fn a_lost_answer_of_any_round_trip_ends_with_one_credential_that_works() {
    // Look-up, then BEGIN, realm, pairing, audit entry, COMMIT.
    for lost in 0..6 {
        let world = World::new().await;
        let (_, code) = waiting(&world).await;
        let variables = stack::variables("fn_pair_kiosk", &[]);
        let (tap, url) = Tap::before_url(variables.required("DATABASE_URL").expect("a URL")).await;
        let deps = deps(&[("DATABASE_URL", &url)]).await;
        tap.lose_one_answer_after(lost);

        let answer = pairing(&world.slug, &code).send(&deps, pair_kiosk::handle).await;

        assert_eq!(answer.status, 201, "{lost} answers: {}", answer.text);
        assert_eq!(checks_in(&world, answer.body["kiosk_token"].as_str().unwrap()).await, 201);
        assert_eq!(world.actions().await[..2], ["kiosk.created", "kiosk.paired"]);
        let kinds =
            world.own_rows("SELECT kind FROM credentials WHERE organization_id = $1 AND name = 'Main entrance'").await;
        assert_eq!(kinds.len(), 1);
    }
}

#[tokio::test]
async fn a_database_that_stays_away_leaves_the_code_as_it_was() {
    let world = World::new().await;
    let (_, code) = waiting(&world).await;
    let variables = stack::variables("fn_pair_kiosk", &[]);
    let (tap, url) = Tap::before_url(variables.required("DATABASE_URL").expect("a URL")).await;
    let deps = deps(&[("DATABASE_URL", &url)]).await;
    tap.close();

    let failed = pairing(&world.slug, &code).send(&deps, pair_kiosk::handle).await;

    assert_eq!(failed.problem(), "503 unavailable");
    assert!(!failed.text.contains(&code) && failed.body["kiosk_token"] == Value::Null);
    tap.open();
    assert_eq!(pairing(&world.slug, &code).send(&deps, pair_kiosk::handle).await.status, 201);
}

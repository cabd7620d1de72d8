//! `pair-kiosk` promises: a device whose code was confirmed gets a kiosk's credential, alone and in time, and no other
//! device learns more.

mod attacks;
mod failures;

use serde_json::{Value, json};

use crate::harness::{
    Event, World,
    entrance::{Device, Entrance, asking, confirming, fetching, text},
    postgres,
};

#[tokio::test]
async fn a_device_is_let_in_by_the_code_that_it_shows() {
    let (world, entrance) = (World::new().await, Entrance::now().await);

    let begun = entrance.ask(&asking(&world.slug)).await;
    let device = Device::of(&begun);
    let before = entrance.fetch(&device).await;
    let confirmed = entrance.confirm(&world, &device.code).await;
    let fetched = entrance.fetch(&device).await;

    assert_eq!((device.code.len(), &begun.body["poll_after_s"]), (8, &json!(5)));
    assert!(device.secret.starts_with("dbq_test_"));
    assert_eq!((before.status, &before.body), (200, &json!({ "state": "waiting" })));
    assert_eq!((confirmed.status, &confirmed.body["state"]), (201, &json!("waiting")), "{}", confirmed.text);
    assert_eq!((fetched.status, &fetched.body["state"]), (200, &json!("paired")), "{}", fetched.text);
    assert_eq!(fetched.body["kiosk_id"], confirmed.body["kiosk_id"]);
    assert_eq!(fetched.body["site_id"], json!(world.site));
    let token = text(&fetched, "kiosk_token");
    assert!(token.starts_with("dbd_test_"));
    assert_eq!(entrance.checks_in(&world, &token).await, 201);
    assert_eq!(world.actions().await, ["kiosk.created", "kiosk.paired", "visit.checked_in"]);
    let entry = world.entries().await.remove(1);
    let added = &entry["diff"]["added"];
    assert_eq!(entry["actor"], json!({ "kind": "kiosk", "id": added["credential_id"] }));
    assert_eq!((&entry["ip"], &entry["ua"]), (&json!("203.0.113.7"), &json!("doorbook-tests")));
    assert_eq!(entry["target"], json!({ "kind": "kiosk", "id": fetched.body["kiosk_id"] }));
    assert_eq!((&added["is_again"], &entry["prev"]), (&json!(false), &json!(0)));
}

#[tokio::test]
async fn a_kiosk_acts_at_its_site_and_nowhere_else() {
    let (world, entrance) = (World::new().await, Entrance::now().await);
    let elsewhere = world.another_site().await;
    let (_, token) = entrance.paired(&world).await;

    let visitor = |site: Value| json!({ "type": "visitor", "name": "Vera Visitor", "site_id": site });
    let at = |key, site| Event::new("POST", "/v1/visits", &[]).bearer(&token).idempotent(key).json(&visitor(site));

    assert_eq!(entrance.ask(&at("own", json!(world.site))).await.status, 201);
    assert_eq!(entrance.ask(&at("other", json!(elsewhere))).await.problem(), "404 not_found");
    // It lets no other device in.
    let theirs = entrance.begin(&world).await;
    let confirm = confirming(&world, &theirs.code).bearer(&token);
    assert_eq!(entrance.ask(&confirm).await.problem(), "403 forbidden");
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_again_until_the_credential_is_used() {
    let (world, entrance) = (World::new().await, Entrance::now().await);
    let device = entrance.begin(&world).await;
    entrance.confirm(&world, &device.code).await;

    let lost = text(&entrance.fetch(&device).await, "kiosk_token");
    let heard = text(&entrance.fetch(&device).await, "kiosk_token");

    assert_eq!(entrance.checks_in(&world, &lost).await, 401);
    assert_eq!(entrance.checks_in(&world, &heard).await, 201);
    assert_eq!(entrance.fetch(&device).await.problem(), "404 not_found");
    assert_eq!(entrance.checks_in(&world, &heard).await, 201);
    let entries = world.entries().await;
    let again = entries.iter().filter(|entry| entry["action"] == "kiosk.paired");
    let again: Vec<_> = again.map(|entry| &entry["diff"]["added"]["is_again"]).collect();
    assert_eq!(again, [&json!(false), &json!(true)]);
    assert_eq!(world.count("kiosks").await, 1);
}

#[tokio::test]
async fn both_codes_live_ten_minutes_by_the_functions_own_clock() {
    let (world, entrance) = (World::new().await, Entrance::now().await);
    let (confirmed, unconfirmed) = (entrance.begin(&world).await, entrance.begin(&world).await);
    let in_time = Entrance::at(580).await;

    assert_eq!(in_time.confirm(&world, &confirmed.code).await.status, 201);
    assert_eq!(in_time.fetch(&unconfirmed).await.body["state"], "waiting");
    let late = Entrance::at(600).await;
    assert_eq!(late.fetch(&confirmed).await.problem(), "404 not_found");
    assert_eq!(late.fetch(&unconfirmed).await.problem(), "404 not_found");
    assert_eq!(
        late.confirm(&world, &unconfirmed.code).await.problem(),
        "422 unprocessable /pairing_code:unknown_value"
    );
    assert_eq!(late.list(&world).await[0]["state"], "expired");
    // The positive control: in time the device has what it asked for.
    assert_eq!(in_time.fetch(&confirmed).await.body["state"], "paired");
}

/// To the microsecond, asked of the database with a moment of our own.
#[tokio::test]
async fn ten_minutes_end_with_their_last_microsecond() {
    let world = World::new().await;
    let organization = world.organization.to_string();
    world.execute("SELECT set_config('app.organization_id', $1, false)", &[&organization]).await;
    let begin = "SELECT app.begin_kiosk_pairing(sha256('device'), sha256('code'), NULL, NULL,
        timestamptz '2026-11-01 08:10Z', timestamptz '2026-11-01 08:00Z')";
    world.execute(begin, &[]).await;

    let one = async |sql: &str| -> Option<String> { world.rows(sql, &[]).await[0].get(0) };
    for (moment, outcome, is_found) in
        [("08:09:59.999999Z", "waiting", true), ("08:10Z", "unknown", false), ("08:10:00.000001Z", "unknown", false)]
    {
        let at = format!("timestamptz '2026-11-01 {moment}'");
        let poll = format!(
            "SELECT outcome
             FROM app.poll_kiosk_pairing(sha256('device'), gen_random_uuid(), sha256('s'), '{{}}', NULL, {at})"
        );
        assert_eq!(one(&poll).await.as_deref(), Some(outcome), "{moment}");
        let find = format!(
            "SELECT (device_sha256 IS NOT NULL)::text
             FROM app.find_kiosk_pairing(sha256('me'), sha256('code'), NULL, {at})"
        );
        assert_eq!(one(&find).await, Some(is_found.to_string()), "{moment}");
    }
}

#[tokio::test]
async fn a_kiosk_that_is_revoked_before_its_device_came_has_none() {
    let (world, entrance) = (World::new().await, Entrance::now().await);
    let device = entrance.begin(&world).await;
    let kiosk = text(&entrance.confirm(&world, &device.code).await, "kiosk_id");

    assert_eq!(entrance.revoke(&world, &kiosk).await.status, 200);

    assert_eq!(entrance.fetch(&device).await.problem(), "404 not_found");
    assert_eq!(world.actions().await, ["kiosk.created", "kiosk.revoked"]);
}

#[tokio::test]
async fn revoking_ends_the_credential_with_the_next_request_of_a_warm_function() {
    let (world, entrance) = (World::new().await, Entrance::now().await);
    let (kiosk, token) = entrance.paired(&world).await;
    assert_eq!(entrance.checks_in(&world, &token).await, 201);

    let revoked = entrance.revoke(&world, &kiosk).await;

    assert_eq!(revoked.body["state"], "revoked", "{}", revoked.text);
    assert_eq!(entrance.checks_in(&world, &token).await, 401);
}

#[tokio::test]
async fn a_paired_kiosk_is_seen_with_each_use_and_keeps_its_credential_when_renamed() {
    let (world, entrance) = (World::new().await, Entrance::now().await);
    let (kiosk, token) = entrance.paired(&world).await;
    assert_eq!(entrance.list(&world).await[0]["last_seen_at"], Value::Null);

    let renamed = entrance.rename(&world, &kiosk, "Gate house").await;
    assert_eq!((renamed.status, entrance.checks_in(&world, &token).await), (200, 201), "{}", renamed.text);

    let seen = entrance.list(&world).await[0].clone();
    assert!(seen["last_seen_at"].is_string(), "{seen}");
    let names =
        "SELECT count(*) FROM credentials WHERE organization_id = $1 AND kind = 'kiosk' AND name = 'Gate house'";
    assert_eq!(world.own_rows(names).await[0].get::<_, i64>(0), 1);
}

#[tokio::test]
async fn malformed_bodies_are_refused_by_place() {
    let entrance = Entrance::now().await;
    let (ask, fetch) = (asking("north-gate"), fetching("x"));
    for (event, body, problem) in [
        (&ask, json!({}), "400 malformed /slug:missing"),
        (&ask, json!({ "slug": "North Gate" }), "400 malformed /slug:wrong_form"),
        (&ask, json!({ "slug": 7 }), "400 malformed /slug:wrong_type"),
        (&ask, json!({ "slug": "north-gate", "site_id": "x" }), "400 malformed /site_id:unknown_field"),
        (&fetch, json!({}), "400 malformed /device_code:missing"),
        (&fetch, json!({ "device_code": "dbq_test_0" }), "400 malformed /device_code:wrong_form"),
        (&fetch, json!({ "device_code": null }), "400 malformed /device_code:wrong_type"),
        (
            &fetch,
            json!({ "organization_id": "x" }),
            "400 malformed /organization_id:unknown_field /device_code:missing",
        ),
    ] {
        assert_eq!(entrance.ask(&event.clone().json(&body)).await.problem(), problem, "{body}");
    }
    for event in [ask, fetch] {
        assert_eq!(entrance.ask(&event.clone().text("{")).await.problem(), "400 malformed :not_json");
        let plain = event.header("content-type", "text/plain");
        assert_eq!(entrance.ask(&plain).await.problem(), "415 unsupported_media_type");
    }
}

#[tokio::test]
async fn the_role_sees_neither_kiosks_nor_credentials() {
    let client = postgres::as_role("fn_pair_kiosk").await;
    for table in
        ["kiosk_pairings", "kiosks", "credentials", "guesses", "organizations", "sites", "directory", "audit_log"]
    {
        let refused = client.batch_execute(&format!("SELECT * FROM {table}")).await.expect_err("no right");
        assert_eq!(refused.code().map(tokio_postgres::error::SqlState::code), Some("42501"), "{table}");
    }
}

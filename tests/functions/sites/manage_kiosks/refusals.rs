//! Who and what is refused, on every route.

use super::*;
use crate::harness::refusals::spoiled;

#[tokio::test]
async fn no_or_a_bad_credential_is_401_on_every_route() {
    let (world, entrance) = (World::new().await, Entrance::now().await);
    let (kiosk, spoiled) = (uuid::Uuid::new_v4().to_string(), spoiled(&world.token));

    for event in writes(&world, "0123ABCD", &kiosk).into_iter().chain([listing(&world)]) {
        let without = entrance.ask(&event.clone().without_header("authorization").text("{")).await;
        let bad = entrance.ask(&event.bearer(&spoiled).text("{")).await;
        let problems = (without.problem(), bad.problem());
        assert_eq!((problems.0.as_str(), problems.1.as_str()), ("401 unauthenticated", "401 unauthenticated"));
    }
}

#[tokio::test]
async fn a_credential_without_the_permission_is_403_and_recorded_on_every_route() {
    let (world, entrance) = (World::new().await, Entrance::now().await);
    let (kiosk, _) = entrance.paired(&world).await;
    let device = entrance.begin(&world).await;
    let before = world.actions().await.len();
    let nothing_of_this = world.token_with(&["site.manage", "visit.check_in"]).await;

    for event in writes(&world, &device.code, &kiosk).into_iter().chain([listing(&world)]) {
        let answer = entrance.ask(&event.bearer(&nothing_of_this)).await;
        assert_eq!(answer.problem(), "403 forbidden");
    }

    assert_eq!(world.actions().await[before..], ["access.refused"; 4]);
    assert_eq!(world.count("kiosks").await, 1);
}

#[tokio::test]
async fn another_tenants_ids_are_answered_like_ids_that_do_not_exist() {
    let (world, other, entrance) = (World::new().await, World::new().await, Entrance::now().await);
    let (kiosk, _) = entrance.paired(&other).await;
    let device = entrance.begin(&world).await;
    let before = other.actions().await;
    let (site, absent_id) = (other.site.to_string(), uuid::Uuid::new_v4().to_string());
    let of_site = "/v1/sites/{site_id}/kiosks";
    let routes = [
        ("POST", of_site, &site, json!({ "name": "Mine", "pairing_code": device.code })),
        ("GET", of_site, &site, json!(null)),
        ("PATCH", "/v1/kiosks/{kiosk_id}", &kiosk, json!({ "name": "Mine" })),
        ("POST", "/v1/kiosks/{kiosk_id}/revoke", &kiosk, json!({})),
    ];

    for (method, route, foreign, body) in routes {
        let foreign = entrance.ask(&change(&world, method, route, foreign, &body)).await;
        for absent in [absent_id.as_str(), "nonsense"] {
            let absent = entrance.ask(&change(&world, method, route, absent, &body)).await;
            assert_eq!(foreign.problem(), "404 not_found", "{method} {route}");
            assert_eq!(foreign.without_request_id(), absent.without_request_id());
        }
    }
    assert_eq!((other.actions().await, world.actions().await.len()), (before, 0));
}

#[tokio::test]
async fn a_credential_of_one_site_neither_sees_nor_changes_kiosks_of_another() {
    let (world, entrance) = (World::new().await, Entrance::now().await);
    let elsewhere = world.another_site().await;
    let bound = bound_to(&world, elsewhere).await;
    let (kiosk, token) = entrance.paired(&world).await;

    for event in writes(&world, "0123ABCD", &kiosk).into_iter().chain([listing(&world)]) {
        assert_eq!(entrance.ask(&event.bearer(&bound)).await.problem(), "404 not_found");
    }

    assert_eq!(entrance.checks_in(&world, &token).await, 201);
}

#[tokio::test]
async fn malformed_requests_are_refused_by_place() {
    let (world, entrance) = (World::new().await, Entrance::now().await);
    let event = confirming(&world, "0123ABCD");
    for (body, problem) in [
        (json!({ "name": "Main entrance" }), "/pairing_code:missing"),
        (json!({ "pairing_code": "0123ABCD" }), "/name:missing"),
        (json!({ "name": "", "pairing_code": "0123ABCD" }), "/name:empty"),
        (json!({ "name": "x".repeat(201), "pairing_code": "0123ABCD" }), "/name:too_long"),
        (json!({ "name": "Main entrance", "pairing_code": "0123ABC" }), "/pairing_code:wrong_form"),
        (json!({ "name": "Main entrance", "pairing_code": "0123ABCU" }), "/pairing_code:wrong_form"),
        (json!({ "name": "Main entrance", "pairing_code": 12_345_678 }), "/pairing_code:wrong_type"),
        (json!({ "name": "Main entrance", "pairing_code": "0123ABCD", "state": "paired" }), "/state:unknown_field"),
    ] {
        assert_eq!(entrance.ask(&event.clone().json(&body)).await.problem(), format!("400 malformed {problem}"));
    }
    let without_key = event.clone().without_header("idempotency-key");
    assert_eq!(entrance.ask(&without_key).await.problem(), "400 malformed #idempotency-key:missing");
    let plain = event.header("content-type", "text/plain");
    assert_eq!(entrance.ask(&plain).await.problem(), "415 unsupported_media_type");
    for (query, place) in [("limit=201", "?limit:wrong_value"), ("page=2", "?page:unknown_parameter")] {
        let answer = entrance.ask(&listing(&world).query(query)).await;
        assert_eq!(answer.problem(), format!("400 malformed {place}"));
    }
}

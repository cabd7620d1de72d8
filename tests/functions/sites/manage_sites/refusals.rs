//! Who and what is refused, on every route.

use super::*;

#[tokio::test]
async fn no_or_a_bad_credential_is_401_on_every_route() {
    let world = World::new().await;
    let spoiled = crate::harness::refusals::spoiled(&world.token);

    for event in writes(&world).into_iter().chain(reads(&world)) {
        let without = send(&event.clone().without_header("authorization").text("{")).await;
        let bad = send(&event.bearer(&spoiled).text("{")).await;
        assert_eq!(
            (without.problem().as_str(), bad.problem().as_str()),
            ("401 unauthenticated", "401 unauthenticated")
        );
    }
}

#[tokio::test]
async fn a_credential_without_the_permission_is_403_and_recorded_on_every_route() {
    let world = World::new().await;
    let nothing_of_this = world.token_with(&["visit.check_in", "audit.read"]).await;
    let events: Vec<Event> = writes(&world).into_iter().chain(reads(&world)).collect();

    for event in &events {
        let answer = send(&event.clone().bearer(&nothing_of_this)).await;
        assert_eq!(answer.problem(), "403 forbidden", "{event:?}");
    }
    assert_eq!(world.actions().await, vec!["access.refused"; events.len()]);
}

#[tokio::test]
async fn another_tenants_ids_are_answered_like_ids_that_do_not_exist() {
    let (world, other) = (World::new().await, World::new().await);
    let (site, nda, absent_id) = (other.site.to_string(), other.nda.to_string(), uuid::Uuid::new_v4().to_string());
    let routes = [
        ("PATCH", "/v1/sites/{site_id}", &site, json!({ "name": "Mine" })),
        ("GET", "/v1/notices/{version_id}", &nda, json!(null)),
        ("POST", "/v1/notices/{version_id}/retire", &nda, json!({})),
    ];

    for (method, route, foreign, body) in routes {
        let foreign = send(&write(&world, method, route, &[foreign], &body)).await;
        for absent in [absent_id.as_str(), "nonsense"] {
            let absent = send(&write(&world, method, route, &[absent], &body)).await;
            assert_eq!(foreign.problem(), "404 not_found", "{method} {route}");
            assert_eq!(foreign.without_request_id(), absent.without_request_id());
        }
    }
    let mut body = visit_type(&world);
    body["site_id"] = json!(other.site);
    assert_eq!(post(&world, "/v1/visit-types", &body).await.problem(), "404 not_found");
    assert_eq!((other.actions().await.len(), world.actions().await.len()), (0, 0));
}

#[tokio::test]
async fn no_list_shows_what_is_another_tenants() {
    let (world, other) = (World::new().await, World::new().await);
    for event in writes(&other) {
        assert!(send(&event).await.status < 300);
    }

    for event in reads(&world) {
        let answer = send(&event).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert!(!answer.text.contains(&other.site.to_string()) && !answer.text.contains(&other.host.to_string()));
        assert!(!answer.text.contains("Hanna") && !answer.text.contains("Verschwiegenheit"));
    }
}

#[tokio::test]
async fn a_credential_of_one_site_changes_nothing_beyond_it() {
    let world = World::new().await;
    let elsewhere = world.another_site().await;
    let bound = world.token_with(&["site.manage", "host.manage", "notice.manage", "visit.read"]).await;
    let hash = shared::authn::sha256(bound.as_bytes());
    let bind = "UPDATE credentials SET site_id = $2 WHERE organization_id = $1 AND sha256 = $3";
    world.execute(bind, &[&world.organization, &elsewhere, &hash.as_slice()]).await;

    for event in writes(&world) {
        let answer = send(&event.bearer(&bound)).await;
        assert!(matches!(answer.status, 403 | 404), "{}", answer.text);
    }
    let sites = send(&Event::new("GET", "/v1/sites", &[]).bearer(&bound)).await;
    assert_eq!(sites.body["items"].as_array().unwrap().len(), 1);
    assert_eq!(sites.body["items"][0]["site_id"], json!(elsewhere));
    // Hosts and texts are of the whole organization: there the door itself refuses, and says so.
    assert_eq!(world.actions().await, ["access.refused"; 3]);
}

#[tokio::test]
async fn malformed_requests_are_refused_by_place() {
    let world = World::new().await;
    let [site, host, notice] = [site(), host(), notice()];
    let with = |body: &Value, name: &str, value: Value| {
        let mut body = body.clone();
        body[name] = value;
        body
    };
    for (route, body, problem) in [
        ("/v1/sites", with(&site, "name", json!("")), "/name:empty"),
        ("/v1/sites", with(&site, "name", json!("x".repeat(201))), "/name:too_long"),
        ("/v1/sites", with(&site, "locale", json!("german")), "/locale:wrong_form"),
        ("/v1/sites", with(&site, "time_zone", json!("Europe Berlin")), "/time_zone:wrong_form"),
        ("/v1/sites", with(&site, "requires_nda", json!("yes")), "/requires_nda:wrong_type"),
        ("/v1/sites", with(&site, "organization_id", json!("x")), "/organization_id:unknown_field"),
        ("/v1/hosts", with(&host, "email", json!("hanna")), "/email:wrong_form"),
        ("/v1/hosts", with(&host, "phone", json!("call me")), "/phone:wrong_form"),
        ("/v1/hosts", with(&host, "name", json!("a\u{0}b")), "/name:nul"),
        ("/v1/visit-types", with(&visit_type(&world), "applies_to", json!("dog")), "/applies_to:unknown_value"),
        ("/v1/visit-types", with(&visit_type(&world), "site_id", json!("x")), "/site_id:not_a_uuid"),
        ("/v1/notices", with(&notice, "kind", json!("poem")), "/kind:unknown_value"),
        ("/v1/notices", with(&notice, "text", json!("a\u{7}")), "/text:control_character"),
        ("/v1/notices", with(&notice, "text", json!("x".repeat(100_001))), "/text:too_long"),
    ] {
        assert_eq!(post(&world, route, &body).await.problem(), format!("400 malformed {problem}"));
    }
    let nothing = write(&world, "PATCH", "/v1/sites/{site_id}", &[&world.site.to_string()], &json!({}));
    assert_eq!(send(&nothing).await.problem(), "400 malformed :empty");
    for (query, place) in [
        ("limit=201", "?limit:wrong_value"),
        ("cursor=x", "?cursor:wrong_value"),
        ("page=2", "?page:unknown_parameter"),
    ] {
        assert_eq!(get(&world, "/v1/sites", &[], query).await.problem(), format!("400 malformed {place}"));
    }
}

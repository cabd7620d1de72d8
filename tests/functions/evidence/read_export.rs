//! `read-export` promises: a caller who may export sees how far the bundles of their organization are, and no others.

use serde_json::json;

use crate::harness::{
    Event, World, arrivals, exports,
    exports::{build, builder, request},
    refusals, stack,
};

async fn deps() -> read_export::Deps {
    let variables = stack::variables("fn_read_export", &[]);
    stack::connect::<read_export::Deps>(&variables).await
}

#[tokio::test]
async fn a_bundle_is_seen_from_the_wish_to_its_end() {
    let world = World::new().await;
    let export = request(&world, &json!({ "kind": "audit" })).await;

    let waiting = exports::read(&world, &export).await;
    build(&world, &builder(&[]).await).await;
    let built = exports::read(&world, &export).await;

    assert_eq!(
        (&waiting["state"], &waiting["progress"], &waiting["bytes"]),
        (&json!("waiting"), &json!(null), &json!(null))
    );
    assert_eq!((&built["state"], &built["progress"]), (&json!("built"), &json!({ "done": 1, "total": 1 })));
    assert!(built["bytes"].as_i64().unwrap() > 1000);
    assert_eq!(built["manifest_sha256"].as_str().unwrap().len(), 64);
    assert!(built["expires_at"].as_str() > built["built_at"].as_str());
}

#[tokio::test]
async fn jobs_are_listed_page_by_page_the_newest_first() {
    let world = World::new().await;
    let mut wanted = Vec::new();
    for _ in 0..3 {
        wanted.insert(0, request(&world, &json!({ "kind": "data" })).await);
    }
    let deps = deps().await;
    let mut seen = Vec::new();
    let mut query = "limit=2".to_owned();
    loop {
        let event = Event::new("GET", "/v1/jobs", &[]).bearer(&world.token).query(&query);
        let answer = event.send(&deps, read_export::handle).await;
        let items = answer.body["items"].as_array().unwrap();
        seen.extend(items.iter().map(|item| item["export_id"].as_str().unwrap().to_owned()));
        let Some(cursor) = answer.body["next_cursor"].as_str() else { break };
        query = format!("limit=2&cursor={cursor}");
    }
    assert_eq!(seen, wanted);
}

#[tokio::test]
async fn an_export_of_another_organization_is_answered_like_none() {
    let (world, other) = (World::new().await, World::new().await);
    let theirs = request(&other, &json!({ "kind": "data" })).await;
    let read = |id: &str| Event::new("GET", "/v1/exports/{export_id}", &[id]).bearer(&world.token);
    let absent = uuid::Uuid::new_v4().to_string();
    refusals::of_another_organization(&read(&theirs), &read(&absent), &read("x"), &deps().await, read_export::handle)
        .await;
}

#[tokio::test]
async fn a_credential_of_a_site_sees_evidence_of_its_site_only() {
    let world = World::new().await;
    let visit = arrivals::visit_of(&world, &arrivals::driver(&world)).await;
    let reason = "The auditor asks who signed on this day";
    let own = request(&world, &json!({ "kind": "evidence", "visit_id": visit, "reason": reason })).await;
    let all = request(&world, &json!({ "kind": "data" })).await;
    let elsewhere = world.another_site().await;
    let deps = deps().await;
    for (site, export, status) in [(world.site, &own, 200), (world.site, &all, 404), (elsewhere, &own, 404)] {
        world
            .execute(
                "UPDATE credentials SET site_id = $1 WHERE organization_id = $2 AND kind = 'api_token'",
                &[&site, &world.organization],
            )
            .await;
        let event = Event::new("GET", "/v1/exports/{export_id}", &[export]).bearer(&world.token);
        assert_eq!(event.send(&deps, read_export::handle).await.status, status);
    }
}

#[tokio::test]
async fn a_caller_without_the_permission_is_refused() {
    let world = World::new().await;
    let deps = deps().await;
    let event = Event::new("GET", "/v1/jobs", &[]).bearer(&world.token);
    refusals::without_a_credential(&world, &event, &deps, read_export::handle).await;
    let token = world.token_with(&["audit.read"]).await;
    refusals::without_the_permission(&world, &event, &token, &deps, read_export::handle).await;
    let unknown = event.again().query("state=built").send(&deps, read_export::handle).await;
    assert_eq!(unknown.problem(), "400 malformed ?state:unknown_parameter");
}

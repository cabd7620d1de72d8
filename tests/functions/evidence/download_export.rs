//! `download-export` promises: a link to a bundle goes to callers with the permission, and the log says so with the
//! digest.

use serde_json::json;

use crate::harness::{
    Event, World,
    exports::{build, builder, downloader, follow, link, request},
    refusals,
};

fn asking(world: &World, export: &str) -> Event {
    let key = uuid::Uuid::new_v4().to_string();
    Event::new("POST", "/v1/exports/{export_id}/download", &[export]).bearer(&world.token).idempotent(&key)
}

async fn built(world: &World) -> String {
    let export = request(world, &json!({ "kind": "audit" })).await;
    build(world, &builder(&[]).await).await;
    export
}

#[tokio::test]
async fn the_link_opens_the_bundle_and_the_log_says_so() {
    let world = World::new().await;
    let export = built(&world).await;

    let answer = link(&world, &export).await;

    assert_eq!(answer.status, 200, "{}", answer.text);
    let bytes = follow(answer.body["url"].as_str().unwrap()).await;
    assert_eq!(i64::try_from(bytes.len()).unwrap(), answer.body["bytes"].as_i64().unwrap());
    let entry = world.entries().await.pop().unwrap();
    assert_eq!((&entry["action"], &entry["target"]["id"]), (&json!("export.downloaded"), &json!(export)));
    assert_eq!(entry["diff"]["added"]["manifest_sha256"], answer.body["manifest_sha256"]);
}

#[tokio::test]
async fn the_link_is_valid_for_ten_minutes() {
    let world = World::new().await;
    let export = built(&world).await;
    let answer = link(&world, &export).await;
    assert!(answer.body["url"].as_str().unwrap().contains("X-Amz-Expires=600"), "{}", answer.text);
}

#[tokio::test]
async fn a_replay_shows_no_link_again() {
    let world = World::new().await;
    let event = asking(&world, &built(&world).await);
    let deps = downloader().await;

    let first = event.send(&deps, download_export::handle).await;
    let second = event.again().send(&deps, download_export::handle).await;

    assert_eq!(second.body["url"], json!(null));
    assert_eq!((second.status, &second.body["manifest_sha256"]), (200, &first.body["manifest_sha256"]));
    assert_eq!(world.actions().await.iter().filter(|action| *action == "export.downloaded").count(), 1);
}

#[tokio::test]
async fn what_is_not_built_has_no_link() {
    let world = World::new().await;
    let export = request(&world, &json!({ "kind": "audit" })).await;
    assert_eq!(link(&world, &export).await.problem(), "409 conflict :not_built");
    assert_eq!(world.actions().await, ["export.requested"]);
}

#[tokio::test]
async fn a_body_that_says_something_is_refused() {
    let world = World::new().await;
    let event = asking(&world, &built(&world).await).json(&json!({ "seconds": 86400 }));
    let answer = event.send(&downloader().await, download_export::handle).await;
    assert_eq!(answer.problem(), "400 malformed /seconds:unknown_field");
}

#[tokio::test]
async fn an_export_of_another_organization_is_answered_like_none() {
    let (world, other) = (World::new().await, World::new().await);
    let theirs = built(&other).await;
    refusals::of_another_organization(
        &asking(&world, &theirs),
        &asking(&world, &uuid::Uuid::new_v4().to_string()),
        &asking(&world, "x"),
        &downloader().await,
        download_export::handle,
    )
    .await;
}

#[tokio::test]
async fn a_caller_without_the_permission_is_refused() {
    let world = World::new().await;
    let event = asking(&world, &built(&world).await);
    let deps = downloader().await;
    refusals::without_a_credential(&world, &event, &deps, download_export::handle).await;
    let token = world.token_with(&["audit.read"]).await;
    refusals::without_the_permission(&world, &event, &token, &deps, download_export::handle).await;
}

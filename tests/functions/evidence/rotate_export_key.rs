//! `rotate-export-key` promises: a new key of the HMACs of bundles, shown once and kept sealed.

use serde_json::json;

use crate::harness::{
    Event, World,
    exports::{bundle, members, verify},
    refusals, stack,
};

async fn deps() -> rotate_export_key::Deps {
    let variables = stack::variables("fn_rotate_export_key", &[]);
    stack::connect::<rotate_export_key::Deps>(&variables).await
}

fn asking(world: &World) -> Event {
    let key = uuid::Uuid::new_v4().to_string();
    Event::new("POST", "/v1/export-keys", &[]).bearer(&world.token).idempotent(&key)
}

#[tokio::test]
async fn bundles_are_made_with_the_newest_key() {
    let world = World::new().await;
    let deps = deps().await;
    let old = asking(&world).send(&deps, rotate_export_key::handle).await;
    let new = asking(&world).send(&deps, rotate_export_key::handle).await;

    let made = bundle(&world, &json!({ "kind": "audit" })).await;

    let manifest: serde_json::Value = serde_json::from_slice(&members(&made)["manifest.json"]).unwrap();
    assert_eq!(manifest["hmac_key_id"], new.body["export_key_id"]);
    let with = async |key: &serde_json::Value| verify(&world, &made, &["--hmac-key", key.as_str().unwrap()]).await;
    assert_eq!(with(&new.body["key"]).await.0, 0);
    assert_eq!(with(&old.body["key"]).await.0, 1);
}

#[tokio::test]
async fn a_key_is_shown_once_and_stands_nowhere_in_the_clear() {
    let world = World::new().await;
    let deps = deps().await;
    let event = asking(&world);

    let first = event.send(&deps, rotate_export_key::handle).await;
    let second = event.again().send(&deps, rotate_export_key::handle).await;

    assert_eq!((first.status, second.status, &second.body["key"]), (201, 201, &json!(null)));
    let key = first.body["key"].as_str().unwrap();
    let rows = world.own_rows("SELECT encode(key_sealed, 'hex') FROM export_keys WHERE organization_id = $1").await;
    assert_eq!(rows.len(), 1);
    assert!(!rows[0].get::<_, String>(0).contains(key));
    let entry = world.entries().await.pop().unwrap();
    assert_eq!(
        (&entry["action"], &entry["target"]["id"]),
        (&json!("export_key.rotated"), &first.body["export_key_id"])
    );
    assert!(!entry.to_string().contains(key));
}

#[tokio::test]
async fn the_entry_names_the_key_whose_place_it_took() {
    let world = World::new().await;
    let deps = deps().await;
    let first = asking(&world).send(&deps, rotate_export_key::handle).await;
    asking(&world).send(&deps, rotate_export_key::handle).await;
    let entry = world.entries().await.pop().unwrap();
    assert_eq!(entry["diff"]["added"]["in_place_of"], first.body["export_key_id"]);
    let current = world.own_rows("SELECT 1 FROM export_keys WHERE organization_id = $1 AND retired_at IS NULL").await;
    assert_eq!(current.len(), 1);
}

#[tokio::test]
async fn a_caller_without_the_permission_is_refused() {
    let world = World::new().await;
    let deps = deps().await;
    refusals::without_a_credential(&world, &asking(&world), &deps, rotate_export_key::handle).await;
    let token = world.token_with(&["export.request"]).await;
    refusals::without_the_permission(&world, &asking(&world), &token, &deps, rotate_export_key::handle).await;
    let said = asking(&world).json(&json!({ "key": "00" })).send(&deps, rotate_export_key::handle).await;
    assert_eq!(said.problem(), "400 malformed /key:unknown_field");
    assert_eq!(world.count("export_keys").await, 0);
}

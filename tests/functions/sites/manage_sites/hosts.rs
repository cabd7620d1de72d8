//! Hosts.

use super::*;

#[tokio::test]
async fn a_host_has_a_key_and_stands_sealed_in_the_log() {
    let world = World::new().await;

    let created = post(&world, "/v1/hosts", &host()).await;

    assert_eq!(created.status, 201, "{}", created.text);
    assert_eq!((world.count("hosts").await, world.count("people").await), (2, 2));
    let entry = world.entries().await.remove(0);
    assert_eq!(entry["action"], "host.created");
    for field in ["name", "email", "phone"] {
        assert!(entry["diff"]["added"][field]["sealed"].is_string(), "{field}");
    }
    for typed in ["Hanna", "hanna@", "5678"] {
        assert!(!entry.to_string().contains(typed), "{typed}");
    }
    let listed = get(&world, "/v1/hosts", &[], "").await;
    assert_eq!(listed.body["items"][1], created.body);
}

#[tokio::test]
async fn hosts_are_not_merged_by_name_or_address() {
    let world = World::new().await;

    let (one, other) = (post(&world, "/v1/hosts", &host()).await, post(&world, "/v1/hosts", &host()).await);

    assert_ne!(one.body["host_id"], other.body["host_id"]);
    assert_ne!(one.body["person_id"], other.body["person_id"]);
}

#[tokio::test]
async fn a_name_is_enough() {
    let world = World::new().await;

    let created = post(&world, "/v1/hosts", &json!({ "name": "Hanna" })).await;

    assert_eq!((created.status, &created.body["locale"], &created.body["email"]), (201, &json!("en"), &Value::Null));
}

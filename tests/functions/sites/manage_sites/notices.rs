//! Notices.

use super::*;

#[tokio::test]
async fn a_text_is_kept_exactly_and_bound_by_its_hash() {
    let world = World::new().await;

    let published = post(&world, "/v1/notices", &notice()).await;

    assert_eq!(published.status, 201, "{}", published.text);
    let hash = shared::audit::hex(&shared::authn::sha256(text(&notice()["text"]).as_bytes()));
    assert_eq!(published.body["text_sha256"], json!(hash));
    let id = text(&published.body["version_id"]);
    let read = get(&world, "/v1/notices/{version_id}", &[id], "").await;
    assert_eq!((&read.body["text"], &read.body["text_sha256"]), (&notice()["text"], &json!(hash)));
    let stored = world
        .own_rows("SELECT encode(text_sha256, 'hex') FROM notices WHERE organization_id = $1 AND locale = 'de'")
        .await;
    assert_eq!(stored[0].get::<_, &str>(0), hash);
    assert_eq!(world.entries().await[0]["diff"]["added"]["text_sha256"], json!(hash));
}

#[tokio::test]
async fn versions_count_for_each_kind_and_language() {
    let world = World::new().await;
    let mut versions = Vec::new();
    for (kind, locale) in [("nda", "de"), ("nda", "de"), ("nda", "en"), ("privacy", "de")] {
        let mut body = notice();
        (body["kind"], body["locale"]) = (json!(kind), json!(locale));
        versions.push(post(&world, "/v1/notices", &body).await.body["version"].clone());
    }

    // The world has an English NDA already.
    assert_eq!(versions, [json!(1), json!(2), json!(2), json!(1)]);
    let listed = get(&world, "/v1/notices", &[], "kind=nda&locale=de").await;
    let listed = listed.body["items"].as_array().unwrap();
    assert_eq!(listed.len(), 2);
    assert!(listed.iter().all(|notice| notice.get("text").is_none()));
}

#[tokio::test]
async fn a_version_is_retired_once_and_stays_so() {
    let world = World::new().await;
    let id = world.nda.to_string();
    let retire = || write(&world, "POST", "/v1/notices/{version_id}/retire", &[&id], &json!({}));

    let (first, second) = (send(&retire()).await, send(&retire()).await);

    assert_eq!((first.status, second.status), (200, 200), "{} {}", first.text, second.text);
    assert!(first.body["retired_at"].is_string());
    assert_eq!(first.body, second.body);
    assert_eq!(world.actions().await, ["notice.retired"]);
}

//! A bundle that takes longer than an invocation has, or than a store usually takes.

use std::time::Duration;

use serde_json::json;

use crate::harness::{
    World,
    exports::{self, build_within, builder, download, request, verify},
    log::{seal, sealer},
    stack,
    tap::Tap,
};

/// Less than a worker needs to claim an export, begin an upload and read its first page, whatever the machine.
const HARDLY_ANY: Duration = Duration::from_millis(5);

async fn failures(world: &World) -> i32 {
    world.own_rows("SELECT failures FROM exports WHERE organization_id = $1").await[0].get(0)
}

#[tokio::test]
async fn a_long_log_goes_through_several_parts_and_invocations() {
    let world = World::new().await;
    world.write_entries(30_000).await;
    let export = request(&world, &json!({ "kind": "audit" })).await;
    assert!(seal(&world, &sealer(&[]).await).await);
    let deps = builder(&[]).await;
    let mut invocations = 0;
    while exports::read(&world, &export).await["state"] != "built" {
        build_within(&world, &deps, HARDLY_ANY).await;
        invocations += 1;
        assert!(invocations < 200, "{}", exports::read(&world, &export).await);
    }

    let made = download(&world, &export).await;

    assert!(invocations > 10, "it was made in {invocations}");
    assert!(made.len() > 12_000_000, "{} bytes", made.len());
    let (exit, report) = verify(&world, &made, &[]).await;
    assert_eq!((exit, &report["entries"]), (0, &json!(30_001)), "{report}");
    assert_eq!(failures(&world).await, 0);
}

/// A rule of the bucket ends uploads that are not completed.
#[tokio::test]
async fn an_upload_that_the_store_ended_is_begun_anew() {
    let world = World::new().await;
    world.write_entries(5_000).await;
    let export = request(&world, &json!({ "kind": "audit" })).await;
    assert!(seal(&world, &sealer(&[]).await).await);
    let deps = builder(&[]).await;
    let begun = loop {
        build_within(&world, &deps, HARDLY_ANY).await;
        let rows = world.own_rows("SELECT upload_id FROM exports WHERE organization_id = $1 AND upload_id > ''").await;
        if let [row] = rows.as_slice() {
            break row.get::<_, String>(0);
        }
    };
    assert_eq!(exports::read(&world, &export).await["state"], "waiting");
    let (bundles, key) = exports::in_the_bucket(&world, &export, &[]).await;
    bundles.abort(&key, &begun).await.unwrap();

    build_within(&world, &deps, Duration::from_secs(60)).await;
    assert_eq!(exports::read(&world, &export).await["state"], "waiting");
    assert_eq!(failures(&world).await, 1);
    world.execute("UPDATE exports SET not_before = NULL WHERE organization_id = $1", &[&world.organization]).await;
    build_within(&world, &deps, Duration::from_secs(60)).await;

    assert_eq!(exports::read(&world, &export).await["state"], "built");
    assert_eq!(verify(&world, &download(&world, &export).await, &[]).await.0, 0);
}

/// Parts are large, and making one object of them takes a store minutes: longer than any other call of ours may take.
#[tokio::test]
async fn a_store_that_takes_its_time_is_waited_for() {
    let world = World::new().await;
    let export = uuid::Uuid::new_v4().to_string();
    let (tap, url) = Tap::before_url(&stack::variable("AWS_ENDPOINT_URL_S3")).await;
    let (bundles, key) = exports::in_the_bucket(&world, &export, &[("AWS_ENDPOINT_URL_S3", &url)]).await;
    let upload = bundles.begin(&key).await.unwrap();
    let another = bundles.begin(&key).await.unwrap();
    let first = bundles.place_part(&key, &upload, 1, vec![7; 64]).await.unwrap();
    tap.delay(Duration::from_millis(5_500));

    let (completed, placed) = tokio::join!(
        bundles.complete(&key, &upload, std::slice::from_ref(&first)),
        bundles.place_part(&key, &another, 1, vec![7; 64]),
    );

    completed.expect("an object");
    placed.expect("a part");
    tap.delay(Duration::ZERO);
    assert_eq!(bundles.bytes_of(&key).await.unwrap(), Some(64));
}

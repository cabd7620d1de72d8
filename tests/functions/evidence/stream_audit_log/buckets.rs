//! What a bucket is given.

use super::*;
use crate::harness::{foreign_bucket::CustomersBucket, streams::streamer_later};

async fn create_bucket_stream(world: &World, bucket: &str) -> serde_json::Value {
    create_bucket_stream_of(world, bucket, "123456789012").await
}

async fn create_bucket_stream_of(world: &World, bucket: &str, account: &str) -> serde_json::Value {
    let body = json!({ "kind": "bucket", "bucket": bucket, "region": "us-east-1", "account": account });
    create(world, &body).await
}

async fn lines(bucket: &CustomersBucket) -> Vec<String> {
    let mut lines = Vec::new();
    for key in bucket.keys().await.iter().filter(|key| key.ends_with(".jsonl")) {
        lines.extend(bucket.object(key).await.lines().map(str::to_owned));
    }
    lines
}

#[tokio::test]
async fn a_bucket_gets_objects_whose_names_say_what_is_in_them() {
    let _others = ALONE.read().await;
    let (world, bucket, deps) = (World::sealed_by_hand().await, CustomersBucket::create().await, streamer(&[]).await);
    create_bucket_stream(&world, &bucket.0).await;
    world.write_entries(599).await;
    assert!(seal(&world, &sealer(&[]).await).await);

    stream(&world, &deps).await;

    let prefix = format!("doorbook/{}", world.organization);
    let named = [
        format!("{prefix}/checkpoints/00000000000000000600.note"),
        format!("{prefix}/entries/00000000000000000000-00000000000000000500.jsonl"),
        format!("{prefix}/entries/00000000000000000500-00000000000000000600.jsonl"),
    ];
    assert_eq!(bucket.keys().await, named);
    assert_eq!(verify(world.organization, &lines(&bucket).await).0, 600);
    assert_eq!(bucket.object(&named[0]).await, world.anchored().await[0].1, "the note as it is anchored");
}

#[tokio::test]
async fn a_repeated_delivery_overwrites_with_equal_bytes() {
    let _others = ALONE.read().await;
    let (world, bucket, deps) = (World::sealed_by_hand().await, CustomersBucket::create().await, streamer(&[]).await);
    let created = create_bucket_stream(&world, &bucket.0).await;
    world.write_entries(499).await;
    stream(&world, &deps).await;
    let before = lines(&bucket).await;

    change(&world, &created, REWIND, Some(json!({ "seq": 0 }))).await;
    stream(&world, &deps).await;

    let after = lines(&bucket).await;
    assert_eq!(&after[..500], &before[..], "what was there is what is there");
    assert_eq!((after.len(), verify(world.organization, &after).0), (501, 501), "the rewinding is an entry too");
}

#[tokio::test]
async fn a_bucket_that_is_not_there_is_named_so_and_waited_for() {
    let _others = ALONE.read().await;
    let (world, deps) = (World::sealed_by_hand().await, streamer(&[]).await);
    let mut bucket = CustomersBucket::create().await;
    create_bucket_stream(&world, &format!("{}-later", bucket.0)).await;

    stream(&world, &deps).await;
    assert_eq!(standing(&world).await, (0, 0, Some("no_such_bucket".to_owned())));

    bucket = CustomersBucket::named(format!("{}-later", bucket.0)).await;
    stream(&world, &streamer_later(51).await).await;
    assert_eq!(standing(&world).await, (1, 0, None));
    assert_eq!(verify(world.organization, &lines(&bucket).await).0, 1);
}

#[tokio::test]
async fn a_bucket_of_another_account_than_was_said_is_given_nothing() {
    let _others = ALONE.read().await;
    let (world, bucket, deps) = (World::sealed_by_hand().await, CustomersBucket::create().await, streamer(&[]).await);
    create_bucket_stream_of(&world, &bucket.0, "210987654321").await;

    stream(&world, &deps).await;

    assert_eq!(standing(&world).await, (0, 0, Some("access_denied".to_owned())));
    assert_eq!(bucket.keys().await, [""; 0]);
}

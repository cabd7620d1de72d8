//! `stream-audit-log` promises: a destination gets every entry and checkpoint, in order and at least once, whatever
//! crashes or loses an answer, and never a chain that is broken.

mod buckets;
mod collectors;
mod failures;

use serde_json::json;
use shared::{
    clock::Clock,
    runtime::{self, Fired},
};
use tokio::sync::RwLock;

use crate::harness::{
    World,
    collector::Collector,
    log::{seal, sealer},
    streams::{change, create, create_https, standing, stream, streamer, verify},
};

/// A tick over all organizations delivers the streams of every other test too: it is alone.
static ALONE: RwLock<()> = RwLock::const_new(());

const REWIND: &str = "/v1/audit-log/streams/{stream_id}/rewind";

#[tokio::test]
async fn delivers_every_entry_in_order_and_each_checkpoint_after_its_entries() {
    let _others = ALONE.read().await;
    let (world, collector, deps) = (World::sealed_by_hand().await, Collector::start().await, streamer(&[]).await);
    create_https(&world, &collector).await;
    world.write_entries(1200).await;
    assert!(seal(&world, &sealer(&[]).await).await);
    world.write_entries(9).await;

    assert_eq!(stream(&world, &deps).await, 5, "500, 500, 201, a checkpoint, 9");

    assert_eq!(verify(world.organization, &collector.lines()), (1210, vec![1201]));
    assert!(collector.lines()[1201].contains("checkpoint"), "it comes right behind the entry that it ends with");
    assert_eq!(standing(&world).await, (1210, 1201, None));
    assert_eq!(stream(&world, &deps).await, 0, "nothing new is no delivery");
}

#[tokio::test]
async fn a_checkpoint_of_what_was_delivered_before_is_delivered_alone() {
    let _others = ALONE.read().await;
    let (world, collector, deps) = (World::sealed_by_hand().await, Collector::start().await, streamer(&[]).await);
    create_https(&world, &collector).await;
    world.write_entries(20).await;
    stream(&world, &deps).await;
    assert!(seal(&world, &sealer(&[]).await).await);

    assert_eq!(stream(&world, &deps).await, 1);

    assert_eq!(verify(world.organization, &collector.lines()), (21, vec![21]));
    let note = serde_json::from_str::<serde_json::Value>(collector.lines().last().unwrap()).unwrap();
    let note = note["checkpoint"]["note"].as_str().unwrap().to_owned();
    assert!(World::read_note(&note, &world.log_key().await).is_some(), "the signed note, byte for byte");
}

#[tokio::test]
async fn a_delivery_is_bounded_by_bytes_and_by_count() {
    let _others = ALONE.read().await;
    let (world, collector, deps) = (World::sealed_by_hand().await, Collector::start().await, streamer(&[]).await);
    create_https(&world, &collector).await;
    world.write_long_entries(4, 200_000).await;

    stream(&world, &deps).await;

    let lines = |body: &str| body.lines().count();
    let counts: Vec<usize> = collector.deliveries().iter().map(|delivery| lines(&delivery.body)).collect();
    assert_eq!(counts, [3, 2], "the first entry is a short one");
    assert_eq!(verify(world.organization, &collector.lines()).0, 5);
}

#[tokio::test]
async fn a_rewound_stream_delivers_again_from_there() {
    let _others = ALONE.read().await;
    let (world, collector, deps) = (World::sealed_by_hand().await, Collector::start().await, streamer(&[]).await);
    let created = create_https(&world, &collector).await;
    world.write_entries(9).await;
    assert!(seal(&world, &sealer(&[]).await).await);
    stream(&world, &deps).await;
    let before = collector.lines().len();

    let rewound = change(&world, &created, REWIND, Some(json!({ "seq": 4 }))).await;
    assert_eq!((rewound.status, &rewound.body["next_seq"]), (200, &json!(4)), "{}", rewound.text);
    stream(&world, &deps).await;

    // The rewinding is an entry itself.
    assert_eq!(verify(world.organization, &collector.lines()), (11, vec![10, 10]));
    assert_eq!(collector.lines().len(), before + 6 + 1 + 1);
}

#[tokio::test]
async fn a_stream_may_begin_within_the_log() {
    let _others = ALONE.read().await;
    let (world, collector, deps) = (World::sealed_by_hand().await, Collector::start().await, streamer(&[]).await);
    world.write_entries(10).await;
    create(&world, &json!({ "kind": "https", "url": collector.url(), "from_seq": 7 })).await;

    stream(&world, &deps).await;

    let first: serde_json::Value = serde_json::from_str(&collector.lines()[0]).unwrap();
    assert_eq!((first["seq"].as_i64(), collector.lines().len()), (Some(7), 4));
    assert_eq!(standing(&world).await.0, 11);
}

#[tokio::test]
async fn streamers_at_once_deliver_in_order_and_nothing_twice() {
    let _others = ALONE.read().await;
    let (world, collector) = (World::sealed_by_hand().await, Collector::start().await);
    let deps = [streamer(&[]).await, streamer(&[]).await, streamer(&[]).await];
    create_https(&world, &collector).await;
    for _ in 0..5 {
        world.write_entries(40).await;
        let (one, two, three, ()) = tokio::join!(
            stream(&world, &deps[0]),
            stream(&world, &deps[1]),
            stream(&world, &deps[2]),
            world.write_entries(10)
        );
        assert!(one + two + three > 0);
    }
    stream(&world, &deps[0]).await;

    assert_eq!(verify(world.organization, &collector.lines()).0, 251);
    assert_eq!(collector.lines().len(), 251);
}

#[tokio::test]
async fn the_schedule_streams_and_rests_where_there_is_no_stream() {
    let _alone = ALONE.write().await;
    let (world, idle, collector, deps) =
        (World::sealed_by_hand().await, World::sealed_by_hand().await, Collector::start().await, streamer(&[]).await);
    create_https(&world, &collector).await;
    let tick = async || {
        let fired =
            Fired { event: json!({}), request_id: "test".to_owned(), remaining: std::time::Duration::from_secs(200) };
        runtime::sweep(Clock::System { offset_s: 0 }, &deps, stream_audit_log::sweep, fired).await.unwrap();
    };

    tick().await;
    assert_eq!(verify(world.organization, &collector.lines()).0, 1);
    let due = "SELECT due_at > now() + interval '10 minutes' FROM pending_work WHERE organization_id = $1 AND kind = 'stream'";
    assert!(idle.own_rows(due).await[0].get::<_, bool>(0), "no stream is active there");
    assert!(!world.own_rows(due).await[0].get::<_, bool>(0));

    // A stream that is set up does not wait for the end of the rest.
    let theirs = Collector::start().await;
    create_https(&idle, &theirs).await;
    tick().await;
    assert_eq!(theirs.lines().len(), 1);
}

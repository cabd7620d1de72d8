//! What is left when a part fails before or after it did what it was asked, and what a log that was tampered with comes to.

use super::*;
use crate::harness::{
    collector::Answer,
    stack,
    streams::{streamer_later, try_stream},
    tap::Tap,
};

const RESUME: &str = "/v1/audit-log/streams/{stream_id}/resume";
const PAUSE: &str = "/v1/audit-log/streams/{stream_id}/pause";

#[tokio::test]
async fn a_lost_answer_is_the_same_delivery_again() {
    let _others = ALONE.read().await;
    let (world, collector, deps) = (World::sealed_by_hand().await, Collector::start().await, streamer(&[]).await);
    create_https(&world, &collector).await;
    world.write_entries(9).await;
    collector.will(&[Answer::Lost]);
    stream(&world, &deps).await;
    // By then there is more, and yet the delivery is the one that was begun.
    world.write_entries(5).await;

    stream(&world, &streamer_later(51).await).await;

    let ids: Vec<String> = collector.deliveries().iter().map(|one| one.headers["webhook-id"].clone()).collect();
    assert_eq!((ids.len(), &ids[0]), (3, &ids[1]));
    assert_eq!(collector.deliveries()[0].body, collector.deliveries()[1].body);
    assert_eq!(verify(world.organization, &collector.lines()).0, 15);
    assert_eq!(standing(&world).await, (15, 0, None));
}

/// The answer came and the streamer was gone: its database goes away at every step in turn.
#[tokio::test]
async fn a_crash_between_delivery_and_acknowledgement_repeats_the_delivery() {
    let _others = ALONE.read().await;
    let variables = stack::variables("fn_stream_audit_log", &[]);
    for answers in 0..24 {
        let (world, collector) = (World::sealed_by_hand().await, Collector::start().await);
        create_https(&world, &collector).await;
        world.write_entries(9).await;
        let (tap, url) = Tap::before_url(variables.required("DATABASE_URL").unwrap()).await;
        let deps = streamer(&[("DATABASE_URL", &url)]).await;

        tap.lose_answers_after(answers);
        let ended = try_stream(&world, &deps).await;
        tap.close();
        world.write_entries(2).await;
        stream(&world, &streamer_later(61).await).await;

        assert_eq!(verify(world.organization, &collector.lines()).0, 12, "after {answers}, ended {ended:?}");
        assert_eq!(standing(&world).await.0, 12, "after {answers}");
    }
}

#[tokio::test]
async fn a_destination_that_fails_is_asked_less_and_less_often_and_resumed_at_once() {
    let _others = ALONE.read().await;
    let (world, collector) = (World::sealed_by_hand().await, Collector::start().await);
    let created = create_https(&world, &collector).await;
    collector.will(&[Answer::Status(500); 3]);
    let mut asked = Vec::new();
    for seconds in [0, 30, 51, 100, 152, 300] {
        stream(&world, &streamer_later(seconds).await).await;
        asked.push(collector.connections());
    }
    assert_eq!(asked, [1, 1, 2, 2, 3, 3], "50 s, 100 s, 200 s");
    assert_eq!(standing(&world).await.2.as_deref(), Some("server_error"));

    let resumed = change(&world, &created, RESUME, None).await;
    assert_eq!((resumed.status, &resumed.body["failure"]), (200, &json!(null)));
    stream(&world, &streamer(&[]).await).await;
    assert_eq!((standing(&world).await, collector.connections()), ((2, 0, None), 5));
}

#[tokio::test]
async fn a_paused_stream_gets_nothing_and_goes_on_where_it_was() {
    let _others = ALONE.read().await;
    let (world, collector, deps) = (World::sealed_by_hand().await, Collector::start().await, streamer(&[]).await);
    let created = create_https(&world, &collector).await;
    stream(&world, &deps).await;
    assert_eq!(change(&world, &created, PAUSE, None).await.body["state"], "paused");
    world.write_entries(5).await;

    assert_eq!((stream(&world, &deps).await, collector.lines().len()), (0, 1));

    change(&world, &created, RESUME, None).await;
    stream(&world, &deps).await;
    assert_eq!(verify(world.organization, &collector.lines()).0, 8);
}

/// A rewind while a delivery is under way prevails over its acknowledgement.
#[tokio::test]
async fn a_rewind_is_not_undone_by_a_delivery_under_way() {
    let _others = ALONE.read().await;
    let (world, collector, deps) = (World::sealed_by_hand().await, Collector::start().await, streamer(&[]).await);
    let created = create_https(&world, &collector).await;
    stream(&world, &deps).await;
    world.write_entries(5).await;
    collector.will(&[Answer::Never]);
    let rewinding = async {
        while collector.deliveries().len() < 2 {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        assert_eq!(change(&world, &created, REWIND, Some(json!({ "seq": 0 }))).await.status, 200);
    };
    tokio::join!(stream(&world, &deps), rewinding);

    assert_eq!(standing(&world).await, (0, 0, None), "neither moved on nor failing");
}

#[tokio::test]
async fn a_kms_that_fails_leaves_the_stream_where_it_was() {
    let _others = ALONE.read().await;
    let (world, collector) = (World::sealed_by_hand().await, Collector::start().await);
    create_https(&world, &collector).await;
    let (tap, url) = Tap::before_url(&stack::variable("AWS_ENDPOINT_URL_KMS")).await;
    let deps = streamer(&[("AWS_ENDPOINT_URL_KMS", &url)]).await;
    tap.close();

    assert_eq!(try_stream(&world, &deps).await, None, "a fault of ours, not the collector's");
    assert_eq!((standing(&world).await, collector.connections()), ((0, 0, None), 0));

    tap.open();
    let later = streamer_later(61).await;
    assert_eq!((stream(&world, &later).await, collector.lines().len()), (1, 1));
}

/// Each is something that only a superuser can do; of none of them anything is sent.
#[tokio::test]
async fn what_does_not_continue_what_was_delivered_is_not_sent() {
    let _others = ALONE.read().await;
    let deps = streamer(&[]).await;
    let all_anew = "UPDATE audit_log SET entry = replace(entry, '192.0.2.7', '192.0.2.8') WHERE organization_id = '{o}'; \
        UPDATE audit_log SET leaf = audit.leaf(entry) WHERE organization_id = '{o}'; \
        DO $$ DECLARE e record; l bytea := audit.genesis('{o}'); BEGIN \
          FOR e IN SELECT seq, leaf FROM audit_log WHERE organization_id = '{o}' ORDER BY seq LOOP \
            l := audit.link(l, e.leaf); \
            UPDATE audit_log SET link = l WHERE organization_id = '{o}' AND seq = e.seq; END LOOP; END $$";
    for tampering in [
        "UPDATE audit_log SET entry = replace(entry, '192.0.2.7', '192.0.2.8') WHERE organization_id = '{o}' AND seq = 9",
        "UPDATE audit_log SET link = sha256(link) WHERE organization_id = '{o}' AND seq = 9",
        "UPDATE audit_log SET leaf = sha256(leaf) WHERE organization_id = '{o}' AND seq = 9",
        "DELETE FROM audit_log WHERE organization_id = '{o}' AND seq = 8",
        // With every hash computed anew: only what was delivered before tells.
        all_anew,
    ] {
        let (world, collector) = (World::sealed_by_hand().await, Collector::start().await);
        create_https(&world, &collector).await;
        world.write_entries(6).await;
        stream(&world, &deps).await;
        world.write_entries(6).await;
        world.tamper(tampering).await;

        stream(&world, &deps).await;

        assert_eq!(standing(&world).await, (7, 0, Some("chain_broken".to_owned())), "{tampering}");
        assert_eq!(collector.lines().len(), 7);
        let marked = "SELECT 1 FROM log_breaks WHERE organization_id = $1 AND found_by = 'fn_stream_audit_log'";
        assert_eq!(world.own_rows(marked).await.len(), 1, "{tampering}");
    }
}

#[tokio::test]
async fn a_checkpoint_that_was_forged_is_not_sent() {
    let _others = ALONE.read().await;
    let (world, collector, deps) = (World::sealed_by_hand().await, Collector::start().await, streamer(&[]).await);
    create_https(&world, &collector).await;
    world.write_entries(6).await;
    assert!(seal(&world, &sealer(&[]).await).await);
    world.tamper("UPDATE log_checkpoints SET link = sha256(link) WHERE organization_id = '{o}'").await;

    stream(&world, &deps).await;

    assert_eq!(standing(&world).await, (7, 0, Some("chain_broken".to_owned())));
    assert_eq!(verify(world.organization, &collector.lines()), (7, vec![]));
}

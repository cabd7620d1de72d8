//! `seal-audit-log` promises: what it signs continues what it anchored, once for each size, whatever crashes or is
//! tampered with.

use std::time::Duration;

use serde_json::json;
use shared::{
    clock::Clock,
    runtime::{self, Fired},
    settings::AwsSettings,
    vault::Signer,
};

use crate::harness::{
    World,
    log::{self, seal, sealer},
    stack,
    tap::Tap,
};

mod tampering;

/// A log with so many entries, sealed.
async fn sealed(entries: i32) -> World {
    let world = World::new().await;
    world.write_entries(entries).await;
    assert!(seal(&world, &sealer(&[]).await).await);
    world
}

#[tokio::test]
async fn signs_what_the_entries_lead_to_and_anchors_it() {
    let world = sealed(300).await;
    world.write_entries(10).await;
    let deps = sealer(&[]).await;
    assert!(seal(&world, &deps).await);
    assert!(seal(&world, &deps).await, "nothing new is no failure");

    let key = world.log_key().await;
    let notes = world.anchored().await;
    assert_eq!(notes.iter().map(|(anchored, _)| anchored.size).collect::<Vec<_>>(), [300, 310]);
    for (anchored, note) in &notes {
        let checkpoint = World::read_note(note, &key).expect("our signature");
        let size = usize::try_from(anchored.size).unwrap();
        assert_eq!((checkpoint.root, checkpoint.chain), world.computed(size).await);
        assert_eq!(checkpoint.time.as_deref(), world.entries().await[size - 1]["at"].as_str());
    }
    let rows = world.own_rows("SELECT note FROM log_checkpoints WHERE organization_id = $1 ORDER BY size").await;
    let kept: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    assert_eq!(kept, notes.into_iter().map(|(_, note)| note).collect::<Vec<_>>());
}

#[tokio::test]
async fn sealers_at_once_leave_one_line_of_checkpoints() {
    let world = World::new().await;
    let deps = [sealer(&[]).await, sealer(&[]).await, sealer(&[]).await];
    for _ in 0..4 {
        world.write_entries(25).await;
        let (one, two, three, ()) = tokio::join!(
            seal(&world, &deps[0]),
            seal(&world, &deps[1]),
            seal(&world, &deps[2]),
            world.write_entries(15)
        );
        assert!(one && two && three);
    }

    let key = world.log_key().await;
    for (anchored, note) in world.anchored().await {
        let checkpoint = World::read_note(&note, &key).expect("our signature");
        let size = usize::try_from(anchored.size).unwrap();
        assert_eq!((checkpoint.root, checkpoint.chain), world.computed(size).await, "size {size}");
        assert!(!anchored.is_disturbed);
    }
}

/// Each part in turn refuses, and then loses an answer after it did what it was asked.
#[tokio::test]
async fn whatever_fails_the_next_sealer_takes_it_up() {
    for part in ["AWS_ENDPOINT_URL_KMS", "AWS_ENDPOINT_URL_S3"] {
        for answers in 0..5 {
            let world = sealed(20).await;
            world.write_entries(5).await;
            let (tap, url) = Tap::before_url(&stack::variable(part)).await;
            let deps = sealer(&[(part, &url)]).await;

            tap.lose_answers_after(answers);
            let was_sealed = seal(&world, &deps).await;
            tap.close();
            assert!(seal(&world, &sealer(&[]).await).await, "{part} after {answers}");

            let notes = world.anchored().await;
            let sizes: Vec<u64> = notes.iter().map(|(anchored, _)| anchored.size).collect();
            assert_eq!(sizes, [20, 25], "{part} after {answers}, sealed: {was_sealed}");
            assert_eq!(world.count("log_checkpoints").await, 2);
        }
    }
}

#[tokio::test]
async fn a_database_that_stays_away_leaves_an_anchor_that_is_adopted() {
    let world = sealed(20).await;
    world.write_entries(5).await;
    assert!(seal(&world, &sealer(&[]).await).await);
    // What a crash between anchor and row leaves.
    world.execute("DELETE FROM log_checkpoints WHERE organization_id = $1 AND size = 25", &[&world.organization]).await;
    world.write_entries(3).await;

    assert!(seal(&world, &sealer(&[]).await).await);

    let sizes: Vec<u64> = world.anchored().await.iter().map(|(anchored, _)| anchored.size).collect();
    assert_eq!(sizes, [20, 25, 28]);
    assert_eq!(world.count("log_checkpoints").await, 3);
}

/// A long sealing delays no request: it locks no head.
#[tokio::test]
async fn writers_do_not_wait_for_a_sealer() {
    let world = World::new().await;
    world.write_entries(50).await;
    let (tap, url) = Tap::before_url(&stack::variable("AWS_ENDPOINT_URL_S3")).await;
    tap.delay(Duration::from_millis(400));
    let deps = sealer(&[("AWS_ENDPOINT_URL_S3", &url)]).await;

    let writing = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        world.write_entries(5).await;
        std::time::Instant::now()
    };
    let sealing = async {
        assert!(seal(&world, &deps).await);
        std::time::Instant::now()
    };
    let (written, sealed) = tokio::join!(writing, sealing);

    assert!(written < sealed);
}

#[tokio::test]
async fn a_new_key_signs_once_beside_the_one_before_it() {
    let world = sealed(5).await;
    let variables = stack::variables("fn_seal_audit_log", &[]);
    let old = variables.required("LOG_KEY_ID").unwrap();
    // The other signing key of the stack stands for the one that the operator made.
    let new = log::create_signing_key().await;
    let rotated = sealer(&[("LOG_KEY_ID", &new), ("LOG_KEY_ID_RETIRING", old)]).await;
    for _ in 0..2 {
        world.write_entries(5).await;
        assert!(seal(&world, &rotated).await);
    }

    let signer = Signer::new(&AwsSettings::read(&variables).unwrap(), &new);
    let old_key = world.log_key().await;
    let new_key = shared::audit::note::VerifierKey::new(old_key.name(), signer.public_key().await.unwrap());
    let notes = world.anchored().await;
    let signed = |note: &str| [&old_key, &new_key].map(|key| World::read_note(note, key).is_some());
    let signatures: Vec<[bool; 2]> = notes.iter().map(|(_, note)| signed(note)).collect();
    assert_eq!(signatures, [[true, false], [true, true], [false, true]]);
}

#[tokio::test]
async fn a_silent_log_gets_one_heartbeat_a_day() {
    let world = sealed(3).await;
    let tomorrow = sealer(&[("CLOCK_OFFSET_SECONDS", "90000")]).await;

    assert!(seal(&world, &sealer(&[]).await).await, "a young log needs none");
    assert_eq!(world.count("audit_log").await, 3);
    assert!(seal(&world, &tomorrow).await);

    let entries = world.entries().await;
    assert_eq!((entries.len(), &entries[3]["action"]), (4, &json!("log.heartbeat")));
    assert_eq!(entries[3]["actor"], json!({ "kind": "system", "id": "seal-audit-log" }));
    assert_eq!(world.anchored().await.last().unwrap().0.size, 4);
}

#[tokio::test]
async fn the_schedule_seals_after_the_interval_of_the_plan() {
    let world = World::new().await;
    let deps = sealer(&[]).await;
    let clock = Clock::System { offset_s: 0 };
    let tick = async || {
        let fired = Fired { event: json!({}), request_id: "test".to_owned(), remaining: Duration::from_secs(100) };
        runtime::sweep(clock, &deps, seal_audit_log::sweep, fired).await.unwrap();
        world.anchored().await.len()
    };
    // Everybody else has just had a turn.
    let turns = "INSERT INTO pending_work SELECT organization_id, 'seal', now() + interval '1 hour' FROM directory
        WHERE organization_id <> $1 ON CONFLICT (organization_id, kind, mark_id) DO UPDATE SET due_at = excluded.due_at";
    world.execute(turns, &[&world.organization]).await;
    world.write_entries(3).await;
    assert_eq!(tick().await, 1);
    world.write_entries(3).await;
    assert_eq!(tick().await, 1, "the interval has not passed");
    let due =
        "UPDATE pending_work SET due_at = due_at - interval '16 minutes' WHERE organization_id = $1 AND kind = 'seal'";
    world.execute(due, &[&world.organization]).await;
    assert_eq!(tick().await, 2);
}

#[tokio::test]
async fn a_message_that_is_none_of_ours_comes_back() {
    let deps = sealer(&[]).await;
    let body = json!({
        "v": 1, "id": uuid::Uuid::new_v4(), "organization_id": uuid::Uuid::new_v4(), "kind": "outbox.nudge",
        "ref": uuid::Uuid::new_v4(), "request_id": "test", "traceparent": null,
    });
    let event = json!({ "Records": [{ "messageId": "one", "body": body.to_string() }] });
    let fired = Fired { event, request_id: "test".to_owned(), remaining: Duration::from_secs(10) };
    let clock = Clock::System { offset_s: 0 };
    let answer = runtime::work(clock, &deps, seal_audit_log::consume, seal_audit_log::sweep, fired).await.unwrap();
    assert_eq!(answer["batchItemFailures"], json!([{ "itemIdentifier": "one" }]));
}

//! `build-export` promises: a bundle that both verifiers hold to be true, made once however often it is interrupted, and nothing
//! in it that is not the organization's.

mod contents;
mod handing_over;
mod numbers;

use std::time::Duration;

use serde_json::{Value, json};
use shared::{access::Role, authn::session::Assurance};

use crate::harness::{
    Event, World, arrivals,
    exports::{self, build, build_within, builder, bundle, download, members, request, verify},
    leftovers,
    log::{seal, sealer},
    stack,
    tap::Tap,
};

const REASON: &str = "The auditor asks who signed on this day";

fn manifest(bundle: &[u8]) -> Value {
    serde_json::from_slice(&members(bundle)["manifest.json"]).unwrap()
}

#[tokio::test]
async fn the_whole_log_is_verified_by_both() {
    let world = World::new().await;
    world.write_entries(300).await;

    let made = bundle(&world, &json!({ "kind": "audit" })).await;

    let (exit, report) = verify(&world, &made, &["--org", &world.organization.to_string()]).await;
    assert_eq!(exit, 0, "{report}");
    assert_eq!((&report["entries"], &report["tree_size"]), (&json!(301), &json!(301)));
    let names: Vec<_> = members(&made).into_keys().collect();
    assert_eq!(
        names,
        [
            "VERIFY.md",
            "audit/checkpoint.note",
            "audit/entries.csv",
            "audit/entries.jsonl",
            "audit/links.txt",
            "manifest.hmac",
            "manifest.json",
            "manifest.sig"
        ]
    );
    let actions = world.actions().await;
    assert_eq!(actions[300..], ["export.requested", "export.built", "export.downloaded"]);
    let entry = &world.entries().await[301];
    let digest = shared::audit::hex(&shared::authn::sha256(&members(&made)["manifest.json"]));
    assert_eq!(entry["diff"]["added"]["manifest_sha256"], json!(digest));
}

#[tokio::test]
async fn the_manifest_names_who_asked_as_the_log_does() {
    let world = World::new().await;
    let member = world.member(Role::Owner).await;
    let session = world.session_of(member, &Role::Owner.words(), Assurance::SecondFactor).await;
    let key = uuid::Uuid::new_v4().to_string();
    let asking = Event::new("POST", "/v1/exports", &[]).idempotent(&key).json(&json!({ "kind": "audit" }));
    let asked = asking.in_session(&session).send(&exports::requester().await, request_export::handle).await;
    assert_eq!(asked.status, 202, "{}", asked.text);
    build(&world, &builder(&[]).await).await;
    let of_member = download(&world, asked.body["export_id"].as_str().unwrap()).await;
    let of_token = bundle(&world, &json!({ "kind": "audit" })).await;

    let named = [&of_member, &of_token].map(|made| manifest(made)["created_by"].clone());
    assert_eq!(named[0], json!({ "kind": "member", "id": member }));
    assert_eq!(named[1]["kind"], "api_token");
    let entries = world.entries().await;
    let asked = entries.iter().filter(|entry| entry["action"] == "export.requested").map(|entry| &entry["actor"]);
    assert!(asked.eq(named.iter()), "{named:?}");
}

#[tokio::test]
async fn a_log_of_one_entry_is_a_bundle_too() {
    let world = World::new().await;
    let made = bundle(&world, &json!({ "kind": "audit" })).await;
    let (exit, report) = verify(&world, &made, &[]).await;
    assert_eq!((exit, &report["entries"]), (0, &json!(1)), "{report}");
}

#[tokio::test]
async fn a_period_lies_between_two_checkpoints() {
    let world = World::new().await;
    let deps = sealer(&[]).await;
    for count in [600, 45, 20, 30] {
        world.write_entries(count).await;
        assert!(seal(&world, &deps).await);
    }
    let at = |seq: usize, entries: &[Value]| entries[seq]["at"].as_str().unwrap().to_owned();
    let entries = world.entries().await;
    let body = json!({ "kind": "audit", "from": at(646, &entries), "to": at(650, &entries) });

    let made = bundle(&world, &body).await;

    let (exit, report) = verify(&world, &made, &[]).await;
    assert_eq!(exit, 0, "{report}");
    assert_eq!((&report["first_seq"], &report["tree_size"]), (&json!(645), &json!(665)));
    assert!(members(&made).contains_key("audit/frontier.txt") && members(&made).contains_key("audit/previous.note"));
}

#[tokio::test]
async fn a_period_before_the_log_is_its_beginning() {
    let world = World::new().await;
    world.write_entries(5).await;
    assert!(seal(&world, &sealer(&[]).await).await);
    let body = json!({ "kind": "audit", "from": "2001-01-01T00:00:00Z", "to": "2001-02-01T00:00:00Z" });
    let made = bundle(&world, &body).await;
    let (exit, report) = verify(&world, &made, &[]).await;
    assert_eq!((exit, &report["tree_size"]), (0, &json!(5)), "{report}");
}

#[tokio::test]
async fn the_same_wish_made_again_is_the_same_to_the_byte() {
    let world = World::new().await;
    world.write_entries(50).await;
    let export = request(&world, &json!({ "kind": "audit" })).await;
    build(&world, &builder(&[]).await).await;
    let first = download(&world, &export).await;
    // As if the worker had died before it recorded what it made.
    world
        .execute(
            "UPDATE exports SET state = 'building', leased_until = now() - interval '1 second', bytes = NULL, manifest_sha256 = NULL, \
             built_at = NULL, expires_at = NULL, upload_id = 'gone' WHERE organization_id = $1",
            &[&world.organization],
        )
        .await;

    build_within(&world, &builder(&[]).await, Duration::from_secs(60)).await;

    assert_eq!(exports::read(&world, &export).await["state"], "built");
    assert!(download(&world, &export).await == first);
}

/// Each part in turn refuses, and then loses an answer after it did what it was asked.
#[tokio::test]
async fn whatever_fails_the_next_worker_makes_it_whole() {
    for part in ["AWS_ENDPOINT_URL_KMS", "AWS_ENDPOINT_URL_S3"] {
        for answers in 0..4 {
            let world = World::new().await;
            let visit = arrivals::visit_of(&world, &arrivals::visitor(&world)).await;
            let export = request(&world, &json!({ "kind": "evidence", "visit_id": visit, "reason": REASON })).await;
            assert!(seal(&world, &sealer(&[]).await).await);
            let (tap, url) = Tap::before_url(&stack::variable(part)).await;
            tap.lose_answers_after(answers);
            build_within(&world, &builder(&[(part, &url)]).await, Duration::from_secs(60)).await;
            tap.close();
            // What waits after a failure, waits no longer.
            world
                .execute("UPDATE exports SET not_before = NULL WHERE organization_id = $1", &[&world.organization])
                .await;

            build_within(&world, &builder(&[]).await, Duration::from_secs(60)).await;

            let export_now = exports::read(&world, &export).await;
            assert_eq!(export_now["state"], "built", "{part} after {answers}: {export_now}");
            assert_eq!(verify(&world, &download(&world, &export).await, &[]).await.0, 0, "{part} after {answers}");
            assert_eq!(world.actions().await.iter().filter(|action| *action == "export.built").count(), 1);
        }
    }
}

#[tokio::test]
async fn a_worker_that_lost_its_lease_records_nothing() {
    let world = World::new().await;
    world.write_entries(200).await;
    let export = request(&world, &json!({ "kind": "audit" })).await;
    assert!(seal(&world, &sealer(&[]).await).await);
    let (tap, url) = Tap::before_url(&stack::variable("AWS_ENDPOINT_URL_S3")).await;
    tap.delay(Duration::from_millis(300));
    let slow = builder(&[("AWS_ENDPOINT_URL_S3", &url)]).await;
    let quick = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let past = "UPDATE exports SET leased_until = now() - interval '1 second' WHERE organization_id = $1";
        world.execute(past, &[&world.organization]).await;
        build_within(&world, &builder(&[]).await, Duration::from_secs(60)).await;
    };
    tokio::join!(build_within(&world, &slow, Duration::from_secs(60)), quick);

    assert_eq!(world.actions().await.iter().filter(|action| *action == "export.built").count(), 1);
    assert_eq!(verify(&world, &download(&world, &export).await, &[]).await.0, 0);
}

#[tokio::test]
async fn a_log_that_does_not_lead_to_its_checkpoint_is_not_handed_out() {
    let world = World::new().await;
    world.write_entries(20).await;
    let export = request(&world, &json!({ "kind": "audit" })).await;
    assert!(seal(&world, &sealer(&[]).await).await);
    world
        .tamper("UPDATE audit_log SET entry = replace(entry, '192.0.2.7', '192.0.2.8') WHERE organization_id = '{o}' AND seq = 7")
        .await;

    build_within(&world, &builder(&[]).await, Duration::from_secs(60)).await;

    let export = exports::read(&world, &export).await;
    assert_eq!((&export["state"], &export["failure"]), (&json!("failed"), &json!("log_differs")));
    assert_eq!(world.actions().await.last().unwrap(), "export.failed");
    let marks = world.own_rows("SELECT cause, found_by FROM log_breaks WHERE organization_id = $1").await;
    assert_eq!((marks[0].get::<_, &str>(0), marks[0].get::<_, &str>(1)), ("entry_changed", "fn_build_export"));
}

#[tokio::test]
async fn the_schedule_finds_what_no_message_told() {
    let world = World::new().await;
    let export = request(&world, &json!({ "kind": "audit" })).await;
    assert!(seal(&world, &sealer(&[]).await).await);
    let deps = builder(&[]).await;
    // A tick of five years ago: the exports of the tests beside this one are not due for it.
    let clock = shared::clock::Clock::System { offset_s: -5 * 365 * 86_400 };
    let long_due =
        "UPDATE pending_work SET due_at = due_at - interval '10 years' WHERE organization_id = $1 AND kind = 'export'";
    world.execute(long_due, &[&world.organization]).await;
    let fired =
        shared::runtime::Fired { event: json!({}), request_id: "test".to_owned(), remaining: Duration::from_secs(60) };

    shared::runtime::sweep(clock, &deps, build_export::sweep, fired).await.unwrap();

    assert_eq!(exports::read(&world, &export).await["state"], "built");
    let marks = world.own_rows("SELECT 1 FROM pending_work WHERE organization_id = $1 AND kind = 'export'").await;
    assert!(marks.is_empty(), "nothing waits any more");
}

#[tokio::test]
async fn a_bundle_is_deleted_after_its_days() {
    let world = World::new().await;
    let export = request(&world, &json!({ "kind": "audit" })).await;
    build(&world, &builder(&[]).await).await;
    let url = exports::link(&world, &export).await.body["url"].as_str().unwrap().to_owned();

    leftovers::sweep(&world, 605_000).await;

    assert_eq!(exports::read(&world, &export).await["state"], "expired");
    assert_eq!(exports::link(&world, &export).await.problem(), "409 conflict :not_built");
    let followed = tokio::spawn(async move { exports::follow(&url).await }).await;
    assert!(followed.is_err(), "the bundle is still there");
}

#[tokio::test]
async fn what_fails_again_and_again_is_given_up_and_said() {
    let world = World::new().await;
    let export = request(&world, &json!({ "kind": "audit" })).await;
    assert!(seal(&world, &sealer(&[]).await).await);
    let (tap, url) = Tap::before_url(&stack::variable("AWS_ENDPOINT_URL_S3")).await;
    tap.close();
    let deps = builder(&[("AWS_ENDPOINT_URL_S3", &url)]).await;
    for failures in 1..=5 {
        build_within(&world, &deps, Duration::from_secs(60)).await;
        let row = world.own_rows("SELECT failures, state FROM exports WHERE organization_id = $1").await;
        assert_eq!(row[0].get::<_, &str>(1), if failures < 5 { "waiting" } else { "failed" }, "after {failures}");
        world.execute("UPDATE exports SET not_before = NULL WHERE organization_id = $1", &[&world.organization]).await;
    }

    assert_eq!(exports::read(&world, &export).await["failure"], "unavailable");
    assert_eq!(world.actions().await.last().unwrap(), "export.failed");
}

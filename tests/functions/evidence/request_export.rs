//! `request-export` promises: a request is taken up once, of a caller with the permission, and the log says who wants
//! what and why.

use serde_json::json;
use shared::{
    access::Role,
    authn::{session::Assurance, sha256},
};

use crate::harness::{
    Event, World, arrivals,
    exports::{asking, downloader, request, requester},
    refusals,
};

const REASON: &str = "The auditor asks who signed on this day";

#[tokio::test]
async fn a_wish_is_taken_up_with_its_entry() {
    let world = World::new().await;
    let body = json!({ "kind": "audit", "from": "2026-10-01T00:00:00Z" });

    let answer = asking(&world, &body).send(&requester().await, request_export::handle).await;

    assert_eq!(answer.status, 202, "{}", answer.text);
    assert_eq!((&answer.body["kind"], &answer.body["state"]), (&json!("audit"), &json!("waiting")));
    let entry = &world.entries().await[0];
    assert_eq!(entry["action"], "export.requested");
    assert_eq!(entry["target"], json!({ "kind": "export", "id": answer.body["export_id"] }));
    assert_eq!(entry["diff"]["added"], json!({ "kind": "audit", "from": "2026-10-01T00:00:00Z" }));
    let marks = world.own_rows("SELECT kind FROM pending_work WHERE organization_id = $1").await;
    assert_eq!(marks.iter().map(|row| row.get(0)).collect::<Vec<String>>(), ["export"]);
}

#[tokio::test]
async fn evidence_says_why_before_anything_is_opened() {
    let world = World::new().await;
    let visit = arrivals::visit_of(&world, &arrivals::driver(&world)).await;
    let body = json!({ "kind": "evidence", "visit_id": visit, "reason": REASON });

    let answer = asking(&world, &body).send(&requester().await, request_export::handle).await;

    assert_eq!(answer.status, 202, "{}", answer.text);
    let entries = world.entries().await;
    assert_eq!(world.actions().await, ["visit.checked_in", "export.requested", "visit.revealed"]);
    assert!(entries[1..].iter().all(|entry| entry["reason"] == REASON));
    assert_eq!(entries[2]["target"], json!({ "kind": "visit", "id": visit }));
    assert_eq!(entries[2]["diff"]["added"]["export_id"], answer.body["export_id"]);
}

#[tokio::test]
async fn what_does_not_belong_together_is_refused_by_place() {
    let world = World::new().await;
    let (deps, visit) = (requester().await, uuid::Uuid::new_v4());
    for (body, problem) in [
        (json!({}), "400 malformed /kind:missing"),
        (json!({ "kind": "everything" }), "400 malformed /kind:unknown_value"),
        (json!({ "kind": "evidence", "reason": REASON }), "400 malformed /visit_id:missing"),
        (json!({ "kind": "evidence", "visit_id": visit }), "400 malformed /reason:missing"),
        (json!({ "kind": "data", "visit_id": visit }), "400 malformed /visit_id:not_of_this_kind"),
        (json!({ "kind": "data", "from": "2026-10-01T00:00:00Z" }), "400 malformed /from:not_of_this_kind"),
        (
            json!({ "kind": "audit", "from": "2026-11-01T00:00:00Z", "to": "2026-10-01T00:00:00Z" }),
            "400 malformed /to:not_after_from",
        ),
        (
            json!({ "kind": "audit", "from": "2026-11-01T00:00:00Z", "to": "2026-11-01T00:00:00Z" }),
            "400 malformed /to:not_after_from",
        ),
        (json!({ "kind": "audit", "organization_id": visit }), "400 malformed /organization_id:unknown_field"),
    ] {
        let answer = asking(&world, &body).send(&deps, request_export::handle).await;
        assert_eq!(answer.problem(), problem, "{body}");
    }
    assert_eq!(world.count("exports").await, 0);
}

#[tokio::test]
async fn evidence_is_never_refused_for_what_a_visitor_typed() {
    let world = World::new().await;
    let deps = requester().await;
    let driver = arrivals::visit_of(&world, &arrivals::driver(&world)).await;
    let visitor = arrivals::visit_of(&world, &arrivals::visitor(&world)).await;
    for (visit, named) in [(&driver, "b072 rre2i55"), (&visitor, "VERA@example.com"), (&visitor, "+49 30 123456")] {
        let reason = format!("Asked about {named} by customs");
        let body = json!({ "kind": "evidence", "visit_id": visit, "reason": reason });
        let answer = asking(&world, &body).send(&deps, request_export::handle).await;
        assert_eq!(answer.status, 202, "{named}: {}", answer.text);
    }
    assert_eq!(world.count("exports").await, 3);
}

#[tokio::test]
async fn a_visit_of_another_organization_is_answered_like_none() {
    let (world, other) = (World::new().await, World::new().await);
    let theirs = arrivals::visit_of(&other, &arrivals::driver(&other)).await;
    let ask = |visit: String| asking(&world, &json!({ "kind": "evidence", "visit_id": visit, "reason": REASON }));
    let absent = ask(uuid::Uuid::new_v4().to_string());
    refusals::of_another_organization(
        &ask(theirs),
        &absent,
        &ask(uuid::Uuid::nil().to_string()),
        &requester().await,
        request_export::handle,
    )
    .await;
}

#[tokio::test]
async fn a_caller_without_the_permission_is_refused() {
    let world = World::new().await;
    let deps = requester().await;
    let event = asking(&world, &json!({ "kind": "data" }));
    refusals::without_a_credential(&world, &event, &deps, request_export::handle).await;
    let token = world.token_with(&["audit.read", "visit.read"]).await;
    refusals::without_the_permission(&world, &event, &token, &deps, request_export::handle).await;
    assert_eq!(world.count("exports").await, 0);
}

#[tokio::test]
async fn a_replay_is_the_same_export() {
    let world = World::new().await;
    let deps = requester().await;
    let event = asking(&world, &json!({ "kind": "data" }));

    let first = event.send(&deps, request_export::handle).await;
    let second = event.again().send(&deps, request_export::handle).await;

    assert_eq!(first.text, second.text);
    assert_eq!(second.headers["idempotency-replayed"], "true");
    assert_eq!((world.count("exports").await, world.count("audit_log").await), (1, 1));
}

#[tokio::test]
async fn a_stranger_in_an_open_session_exports_nothing() {
    let world = World::new().await;
    let session =
        world.session_of(world.member(Role::Owner).await, &Role::Owner.words(), Assurance::SecondFactor).await;
    let export = request(&world, &json!({ "kind": "audit" })).await;
    let key = || uuid::Uuid::new_v4().to_string();
    let asking = || Event::new("POST", "/v1/exports", &[]).idempotent(&key()).json(&json!({ "kind": "data" }));
    let taking = || Event::new("POST", "/v1/exports/{export_id}/download", &[&export]).idempotent(&key());
    let both = async || {
        let asked = asking().in_session(&session).send(&requester().await, request_export::handle).await;
        let taken = taking().in_session(&session).send(&downloader().await, download_export::handle).await;
        (asked.problem(), taken.problem())
    };
    assert_eq!(both().await, ("202 -".to_owned(), "409 conflict :not_built".to_owned()));

    let old =
        "UPDATE credentials SET created_at = now() - interval '10 minutes' WHERE organization_id = $1 AND sha256 = $2";
    world.execute(old, &[&world.organization, &sha256(session.as_bytes()).as_slice()]).await;

    assert_eq!(both().await, ("403 forbidden :not_fresh".to_owned(), "403 forbidden :not_fresh".to_owned()));
}

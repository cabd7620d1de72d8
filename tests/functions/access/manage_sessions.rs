//! `manage-sessions` promises: a member sees where they are signed in, ends what they like, and what has ended, by whatever
//! way, opens nothing, in a function that is warm too.

use serde_json::{Value, json};
use shared::{access::Role, authn::session::Assurance};

use crate::harness::{
    Event, World,
    desk::{Desk, PASSWORD},
    stack,
    tap::Tap,
};

const REVOKE: &str = "/v1/sessions/{session_id}/revoke";
const MINUTE_S: i64 = 60;

fn revoking(id: &str, session: &str) -> Event {
    Event::new("POST", REVOKE, &[id]).in_session(session).json(&json!({}))
}

async fn id(desk: &Desk, session: &str) -> String {
    desk.session(session).await.body["session_id"].as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn a_session_says_who_one_is_and_where() {
    let (world, desk) = (World::new().await, Desk::now().await);
    let (member, email, session) = world.signed_in(&desk, Role::FrontDesk).await;

    let own = desk.session(&session).await;

    assert_eq!(own.status, 200, "{}", own.text);
    let expected = json!({ "member_id": member, "name": "Member of the test", "email": email, "role": "front_desk", "has_second_factor": false });
    assert_eq!(own.body["member"], expected);
    assert_eq!(own.body["organization"]["organization_id"], json!(world.organization));
    assert_eq!(own.headers["cache-control"], "no-store");
    assert!(!own.text.contains(&session));
}

#[tokio::test]
async fn a_member_sees_their_own_sessions_and_ends_one_at_once() {
    let (world, desk) = (World::new().await, Desk::now().await);
    let (_, email, first) = world.signed_in(&desk, Role::Host).await;
    let second = desk.offer(&world, &email, PASSWORD).await.session().to_owned();
    let (_, _, strangers) = world.signed_in(&desk, Role::Host).await;

    let listed = desk.within(&first, "GET", "/v1/sessions", &Value::Null).await;
    let items = listed.body["items"].as_array().unwrap();
    let shown: Vec<_> = items.iter().map(|item| (item["is_own"].clone(), item["client"].clone())).collect();
    assert_eq!(shown, [(json!(true), json!("doorbook-tests")), (json!(false), json!("doorbook-tests"))]);

    let other = id(&desk, &second).await;
    for again in 0..2 {
        assert_eq!(desk.ask(&revoking(&other, &first)).await.status, 200, "{again}");
    }
    assert_eq!(desk.session(&second).await.problem(), "401 unauthenticated");
    let strangers = id(&desk, &strangers).await;
    assert_eq!(desk.ask(&revoking(&strangers, &first)).await.problem(), "404 not_found");
    assert_eq!(desk.ask(&revoking("nonsense", &first)).await.problem(), "404 not_found");
    let ended = world.actions().await.iter().filter(|action| *action == "session.ended").count();
    assert_eq!(ended, 1);
}

#[tokio::test]
async fn signing_out_takes_the_session_from_the_browser_and_from_the_door() {
    let (world, desk) = (World::new().await, Desk::now().await);
    let (member, _, session) = world.signed_in(&desk, Role::Host).await;

    let out = desk.ask(&Event::new("DELETE", "/v1/session", &[]).in_session(&session)).await;

    assert_eq!(out.status, 200, "{}", out.text);
    assert_eq!(out.cookie.as_deref(), Some("__Host-doorbook=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax"));
    assert_eq!(desk.session(&session).await.problem(), "401 unauthenticated");
    let last = world.entries().await.pop().unwrap();
    assert_eq!((&last["action"], &last["actor"]["id"]), (&json!("session.ended"), &json!(member)));
}

#[tokio::test]
async fn a_session_ends_after_thirty_minutes_unused_and_after_twelve_hours_used() {
    let (world, desk) = (World::new().await, Desk::now().await);
    let (member, _, session) = world.signed_in(&desk, Role::Host).await;
    let move_use = "UPDATE credentials SET last_used_at = last_used_at + $2 * interval '1 second' WHERE member_id = $1";

    assert_eq!(Desk::at(28 * MINUTE_S).await.session(&session).await.status, 200);
    // That was a use; from then on it is half an hour again.
    assert_eq!(Desk::at(57 * MINUTE_S).await.session(&session).await.status, 200);
    assert_eq!(Desk::at(89 * MINUTE_S).await.session(&session).await.problem(), "401 unauthenticated");
    // Used all the time, it ends all the same.
    world.execute(move_use, &[&member, &(10.8 * 3600.0)]).await;
    assert_eq!(Desk::at(12 * 60 * MINUTE_S - 2 * MINUTE_S).await.session(&session).await.status, 200);
    assert_eq!(Desk::at(12 * 60 * MINUTE_S + MINUTE_S).await.session(&session).await.problem(), "401 unauthenticated");
}

#[tokio::test]
async fn a_session_that_waits_for_its_second_factor_waits_a_quarter_of_an_hour() {
    let (world, desk) = (World::new().await, Desk::now().await);
    let (_, _, session) = world.signed_in(&desk, Role::Owner).await;

    assert_eq!(Desk::at(13 * MINUTE_S).await.session(&session).await.status, 200);
    assert_eq!(Desk::at(17 * MINUTE_S).await.session(&session).await.problem(), "401 unauthenticated");
}

#[tokio::test]
async fn a_session_opens_what_the_role_may_and_is_named_as_its_member() {
    let world = World::new().await;
    let member = world.member(Role::Auditor).await;
    let may: Vec<_> = Role::Auditor.permissions().map(shared::access::Permission::word).collect();
    let session = world.session_of(member, &may, Assurance::Password).await;
    let variables = stack::variables("fn_read_audit_log", &[]);
    let deps = stack::connect::<read_audit_log::Deps>(&variables).await;

    let event = Event::new("GET", "/v1/audit-log", &[]).in_session(&session);
    let answer = event.send(&deps, read_audit_log::handle).await;

    assert_eq!(answer.status, 200, "{}", answer.text);
    let entry = world.entries().await.pop().unwrap();
    assert_eq!(entry["actor"], json!({ "kind": "member", "id": member }));
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_and_no_credential_comes_first() {
    let (world, desk) = (World::new().await, Desk::now().await);
    let (_, _, session) = world.signed_in(&desk, Role::Host).await;
    for (method, route) in [("GET", "/v1/session"), ("DELETE", "/v1/session"), ("GET", "/v1/sessions")] {
        assert_eq!(desk.ask(&Event::new(method, route, &[]).query("x=y")).await.problem(), "401 unauthenticated");
    }
    let event = Event::new("GET", "/v1/session", &[]).in_session(&session).query("x=y");
    assert_eq!(desk.ask(&event).await.problem(), "400 malformed ?x:unknown_parameter");
    let event = Event::new("GET", "/v1/sessions", &[]).in_session(&session).query("limit=0");
    assert_eq!(desk.ask(&event).await.status, 400);
    let event = Event::new("DELETE", "/v1/session", &[]).in_session(&session).json(&json!({ "member_id": "x" }));
    assert_eq!(desk.ask(&event).await.problem(), "400 malformed /member_id:unknown_field");
}

/// The function behind a tap on the way to its database.
async fn tapped() -> (Tap, manage_sessions::Deps) {
    let variables = stack::variables("fn_manage_sessions", &[]);
    let (tap, url) = Tap::before_url(variables.required("DATABASE_URL").expect("a URL")).await;
    let told = stack::variables("fn_manage_sessions", &[("DATABASE_URL", &url)]);
    let deps = stack::connect::<manage_sessions::Deps>(&told).await;
    (tap, deps)
}

#[tokio::test]
async fn a_lost_answer_leaves_a_session_ended_once() {
    let (world, desk) = (World::new().await, Desk::now().await);
    let (_, email, own) = world.signed_in(&desk, Role::Host).await;
    let (tap, deps) = tapped().await;
    tap.close();
    let other = id(&desk, desk.offer(&world, &email, PASSWORD).await.session()).await;
    assert_eq!(revoking(&other, &own).send(&deps, manage_sessions::handle).await.problem(), "503 unavailable");
    for lost in 0..4 {
        let (tap, deps) = tapped().await;
        let other = id(&desk, desk.offer(&world, &email, PASSWORD).await.session()).await;
        tap.lose_one_answer_after(lost);
        let answer = revoking(&other, &own).send(&deps, manage_sessions::handle).await;
        assert_eq!(answer.status, 200, "{lost}: {}", answer.text);
        let target = |entry: &Value| entry["action"] == "session.ended" && entry["target"]["id"] == json!(other);
        assert_eq!(world.entries().await.iter().filter(|entry| target(entry)).count(), 1, "{lost}");
    }
}

//! The second step: codes and recovery codes are used up, sessions are rotated, and secrets outlive a rotation of theirs.

use serde_json::{Value, json};
use shared::access::Role;

use crate::harness::{
    World,
    desk::{Desk, PASSWORD},
    secrets::{RootSecret, kept},
    stack,
};

/// A member with a second factor, a recovery code of theirs, and a session that waits for it.
async fn waiting(world: &World, desk: &Desk) -> (String, shared::authn::totp::TotpSecret, Vec<String>, String) {
    let (_, email, session) = world.signed_in(desk, Role::Owner).await;
    let (secret, codes, _) = desk.enrol(&session).await;
    let answer = desk.offer(world, &email, PASSWORD).await;
    assert_eq!(answer.body["next"], "second_factor");
    (email, secret, codes, answer.session().to_owned())
}

#[tokio::test]
async fn a_right_code_makes_another_session_and_the_old_one_opens_nothing() {
    let (world, desk) = (World::new().await, Desk::now().await);
    let (_, secret, _, session) = waiting(&world, &desk).await;

    let wrong = desk.prove(&session, &desk.wrong_code(&secret)).await;
    let proven = desk.prove(&session, &desk.code(&secret, 0)).await;

    assert_eq!(wrong.problem(), "422 unprocessable /code:wrong");
    assert_eq!((proven.status, &proven.body["assurance"]), (200, &json!("second_factor")), "{}", proven.text);
    assert_ne!(proven.session(), session);
    assert_eq!(desk.session(&session).await.problem(), "401 unauthenticated");
    assert_eq!(desk.session(proven.session()).await.body["next"], Value::Null);
    let last = world.entries().await.pop().unwrap();
    assert_eq!((&last["action"], &last["diff"]["added"]["second_factor"]), (&json!("session.started"), &json!("totp")));
}

#[tokio::test]
async fn a_session_that_is_proven_again_lasts_no_longer_and_says_so() {
    let (world, desk) = (World::new().await, Desk::now().await);
    let (_, secret, _, session) = waiting(&world, &desk).await;
    let first = desk.prove(&session, &desk.code(&secret, 0)).await;
    let later = Desk::at(20 * 60).await;

    let again = later.prove(first.session(), &later.code(&secret, 0)).await;

    assert_eq!(again.body["expires_at"], first.body["expires_at"], "{}", again.text);
    assert_eq!(later.session(again.session()).await.body["expires_at"], first.body["expires_at"]);
}

#[tokio::test]
async fn a_code_is_taken_once_also_by_two_at_the_same_moment() {
    let (world, desk) = (World::new().await, Desk::now().await);
    let (email, secret, _, session) = waiting(&world, &desk).await;
    let other = desk.offer(&world, &email, PASSWORD).await;
    let (one, two) = (Desk::now().await, Desk::now().await);
    let code = desk.code(&secret, 0);

    let (first, second) = tokio::join!(one.prove(&session, &code), two.prove(other.session(), &code));

    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 422], "{} {}", first.text, second.text);
    let third = desk.offer(&world, &email, PASSWORD).await;
    assert_eq!(desk.prove(third.session(), &code).await.problem(), "422 unprocessable /code:wrong");
    // An earlier step's code is none any more, a later one's is.
    assert_eq!(desk.prove(third.session(), &desk.code(&secret, -1)).await.status, 422);
    assert_eq!(desk.prove(third.session(), &desk.code(&secret, 1)).await.status, 200);
}

#[tokio::test]
async fn a_recovery_code_is_taken_once_however_it_is_typed() {
    let (world, desk) = (World::new().await, Desk::now().await);
    let (email, _, codes, session) = waiting(&world, &desk).await;
    assert_eq!(codes.len(), 10);
    let offer = async |session: &str, code: &str| {
        desk.within(session, "POST", "/v1/session/second-factor", &json!({ "recovery_code": code })).await
    };

    let first = offer(&session, &codes[3].to_lowercase()).await;
    let again = desk.offer(&world, &email, PASSWORD).await;
    let second = offer(again.session(), &codes[3]).await;

    assert_eq!(first.status, 200, "{}", first.text);
    assert_eq!(second.problem(), "422 unprocessable /recovery_code:wrong");
    let (one, two) = (desk.offer(&world, &email, PASSWORD).await, desk.offer(&world, &email, PASSWORD).await);
    let (first, second) = tokio::join!(offer(one.session(), &codes[4]), offer(two.session(), &codes[4]));
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 422]);
}

#[tokio::test]
async fn exactly_one_proof_is_offered() {
    let (world, desk) = (World::new().await, Desk::now().await);
    let (_, _, codes, session) = waiting(&world, &desk).await;
    for (body, problem) in [
        (json!({}), "400 malformed :exactly_one"),
        (json!({ "code": "123456", "recovery_code": codes[0] }), "400 malformed :exactly_one"),
        (json!({ "code": "12345" }), "400 malformed /code:wrong_form"),
        (json!({ "code": 123_456 }), "400 malformed /code:wrong_type"),
        (json!({ "code": "123456", "member_id": "x" }), "400 malformed /member_id:unknown_field"),
    ] {
        let answer = desk.within(&session, "POST", "/v1/session/second-factor", &body).await;
        assert_eq!(answer.problem(), problem, "{body}");
    }
}

#[tokio::test]
async fn who_has_no_second_factor_can_prove_none() {
    let (world, desk) = (World::new().await, Desk::now().await);
    let (_, _, session) = world.signed_in(&desk, Role::Owner).await;

    assert_eq!(desk.prove(&session, "123456").await.problem(), "409 conflict :no_second_factor");
}

#[tokio::test]
async fn secrets_open_under_two_versions_and_are_sealed_under_the_newer_when_they_are_used() {
    let (world, desk) = (World::new().await, Desk::now().await);
    let (email, secret, _, session) = waiting(&world, &desk).await;
    let old = RootSecret::of_stack().text().await;
    let (rotated, replaced) = (RootSecret::new(&old).await, RootSecret::new(&kept(2, "y")).await);
    rotated.put(&kept(2, "y")).await;
    let rotating = Desk::told(0, &[("ROOT_SECRET_ID", &rotated.id), ("ROOT_SECRET_VERSION", "2")]).await;
    let after = Desk::told(0, &[("ROOT_SECRET_ID", &replaced.id), ("ROOT_SECRET_VERSION", "2")]).await;

    assert_eq!(after.prove(&session, &desk.code(&secret, 0)).await.problem(), "500 internal");
    assert_eq!(rotating.prove(&session, &desk.code(&secret, 0)).await.status, 200);

    let again = after.offer(&world, &email, PASSWORD).await;
    assert_eq!(after.prove(again.session(), &desk.code(&secret, 1)).await.status, 200);
}

#[tokio::test]
async fn a_password_that_is_too_short_to_be_enough_opens_nothing_by_itself() {
    let (world, desk) = (World::new().await, Desk::now().await);
    let (member, email) = world.account(Role::Host).await;
    // As it is chosen where a second factor is demanded; that demand is taken back before one is enrolled.
    let short: shared::authn::password::Password = serde_json::from_value(json!("kx9 vq2! fourty")).unwrap();
    let set = "UPDATE member_proofs SET password_phc = $3 WHERE organization_id = $1 AND member_id = $2";
    world.execute(set, &[&world.organization, &member, &short.hash().unwrap()]).await;
    assert_eq!(desk.offer(&world, &email, "kx9 vq2! fourty").await.body["next"], Value::Null, "fifteen are enough");
    let short: shared::authn::password::Password = serde_json::from_value(json!("kx9 vq2! fourt")).unwrap();
    world.execute(set, &[&world.organization, &member, &short.hash().unwrap()]).await;

    let waiting = desk.offer(&world, &email, "kx9 vq2! fourt").await;

    assert_eq!(waiting.body["next"], "enrolment", "{}", waiting.text);
    assert_eq!(desk.within(waiting.session(), "GET", "/v1/sessions", &Value::Null).await.problem(), "403 forbidden");
    let (_, _, whole) = desk.enrol(waiting.session()).await;
    assert_eq!(desk.within(&whole, "GET", "/v1/sessions", &Value::Null).await.status, 200);
}

#[tokio::test]
async fn a_function_without_its_secret_does_not_start_and_says_nothing_of_it() {
    let short = RootSecret::new(r#"{"version": 1, "secret": "canary-of-a-secret"}"#).await;
    let unversioned = RootSecret::new("canary-of-a-secret-that-is-long-enough-and-has-no-version").await;
    let other_version = RootSecret::new(&kept(2, "canary")).await;
    for id in ["no-such-secret", &short.id, &unversioned.id, &other_version.id] {
        let variables = stack::variables("fn_sign_in", &[("ROOT_SECRET_ID", id)]);
        let refusal = shared::wiring::connect::<sign_in::Deps>(&variables).await.err().expect("a refusal");
        let words = format!("{refusal:?}");
        assert!(words.starts_with("cannot start") && !words.contains("canary"), "{words}");
    }
}

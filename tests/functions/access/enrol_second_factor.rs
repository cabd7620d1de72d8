//! `enrol-second-factor` promises: a second factor counts from its first code on, is shown once, is sealed, and is not
//! touched by a stranger who finds a session open.

use serde_json::{Value, json};
use shared::access::Role;

use crate::harness::{
    Event, World,
    desk::{Desk, PASSWORD, typed},
    stack,
    tap::Tap,
};

const TOTP: &str = "/v1/session/totp";
const CONFIRM: &str = "/v1/session/totp/confirm";
const CODES: &str = "/v1/session/recovery-codes";

#[tokio::test]
async fn a_second_factor_counts_from_its_first_code_on() {
    let (world, desk) = (World::new().await, Desk::now().await);
    let (member, email, session) = world.signed_in(&desk, Role::Owner).await;

    let begun = desk.within(&session, "POST", TOTP, &json!({})).await;
    let secret = typed(begun.body["secret"].as_str().unwrap());
    let wrong = desk.within(&session, "POST", CONFIRM, &json!({ "code": desk.wrong_code(&secret) })).await;
    assert_eq!(wrong.problem(), "422 unprocessable /code:wrong");
    assert_eq!(desk.offer(&world, &email, PASSWORD).await.body["next"], "enrolment");

    let code = desk.code(&secret, 0);
    let confirmed = desk.within(&session, "POST", CONFIRM, &json!({ "code": code })).await;

    assert_eq!(confirmed.status, 200, "{}", confirmed.text);
    assert_eq!(desk.session(&session).await.problem(), "401 unauthenticated");
    assert_eq!(desk.session(confirmed.session()).await.body["member"]["has_second_factor"], true);
    assert_eq!(world.actions().await, ["session.opened", "session.opened", "second_factor.enrolled"]);
    let told = world.own_rows("SELECT member_id, kind FROM mails WHERE organization_id = $1").await;
    let told: Vec<(shared::id::MemberId, String)> = told.iter().map(|row| (row.get(0), row.get(1))).collect();
    assert_eq!(told, [(member, "second_factor_changed".to_owned())]);
    // The code that confirmed is used up.
    let waiting = desk.offer(&world, &email, PASSWORD).await;
    assert_eq!(desk.prove(waiting.session(), &code).await.status, 422);
}

#[tokio::test]
async fn secret_and_codes_are_shown_once_and_stand_nowhere_in_the_clear() {
    let (world, desk) = (World::new().await, Desk::now().await);
    let (_, _, session) = world.signed_in(&desk, Role::Owner).await;
    let (secret, codes, _) = desk.enrol(&session).await;

    let rows = "SELECT p::text || coalesce((SELECT string_agg(r::text, '') FROM recovery_codes AS r WHERE r.organization_id = $1), '')
      FROM member_proofs AS p WHERE organization_id = $1";
    let row: String = world.own_rows(rows).await[0].get(0);
    let hex: String = secret.bytes().expose_secret().iter().map(|byte| format!("{byte:02x}")).collect();
    let entries = json!(world.entries().await).to_string();
    for text in
        [hex, secret.base32().unwrap()].iter().chain(&codes).flat_map(|code| [code.clone(), code.replace('-', "")])
    {
        assert!(!row.contains(&text) && !entries.contains(&text), "{text}");
    }
    let count = "SELECT count(*) FROM recovery_codes WHERE organization_id = $1 AND length(code_hash) = 32";
    assert_eq!(world.own_rows(count).await[0].get::<_, i64>(0), 10);
}

#[tokio::test]
async fn an_awaited_secret_is_replaced_by_the_next_and_counts_for_nothing() {
    let (world, desk) = (World::new().await, Desk::now().await);
    let (_, _, session) = world.signed_in(&desk, Role::Owner).await;
    assert_eq!(
        desk.within(&session, "POST", CONFIRM, &json!({ "code": "123456" })).await.problem(),
        "409 conflict :no_enrolment_begun"
    );
    let first = desk.within(&session, "POST", TOTP, &json!({})).await;
    let first = typed(first.body["secret"].as_str().unwrap());
    let second = desk.within(&session, "POST", TOTP, &json!({})).await;
    let second = typed(second.body["secret"].as_str().unwrap());

    let old = desk.within(&session, "POST", CONFIRM, &json!({ "code": desk.code(&first, 0) })).await;
    let new = desk.within(&session, "POST", CONFIRM, &json!({ "code": desk.code(&second, 0) })).await;

    assert_eq!((old.status, new.status), (422, 200), "{} {}", old.text, new.text);
}

#[tokio::test]
async fn a_stranger_in_an_open_session_changes_no_second_factor() {
    let (world, desk) = (World::new().await, Desk::now().await);
    let (_, email, session) = world.signed_in(&desk, Role::Owner).await;
    let (secret, codes, whole) = desk.enrol(&session).await;
    // A quarter of an hour later it is still a session, and no fresh one.
    let later = Desk::at(900).await;
    for (method, route) in [("POST", TOTP), ("DELETE", TOTP), ("POST", CODES)] {
        let answer = later.within(&whole, method, route, &json!({})).await;
        let expected =
            if method == "DELETE" { "409 conflict :second_factor_required" } else { "403 forbidden :not_fresh" };
        assert_eq!(answer.problem(), expected, "{method} {route}");
    }
    // Who knows the password alone has a fresh one, and changes nothing either.
    let waiting = later.offer(&world, &email, PASSWORD).await;
    assert_eq!(later.within(waiting.session(), "POST", TOTP, &json!({})).await.problem(), "403 forbidden :not_fresh");
    assert_eq!(later.within(waiting.session(), "POST", CODES, &json!({})).await.problem(), "403 forbidden");

    let fresh = later.prove(&whole, &later.code(&secret, 0)).await;
    assert_eq!(fresh.status, 200, "{}", fresh.text);
    let replaced = later.within(fresh.session(), "POST", CODES, &json!({})).await;
    assert_eq!(replaced.status, 201, "{}", replaced.text);
    let old = later.offer(&world, &email, PASSWORD).await;
    let proof = json!({ "recovery_code": codes[0] });
    assert_eq!(later.within(old.session(), "POST", "/v1/session/second-factor", &proof).await.status, 422);
    let proof = json!({ "recovery_code": replaced.body["recovery_codes"][0] });
    assert_eq!(later.within(old.session(), "POST", "/v1/session/second-factor", &proof).await.status, 200);
}

#[tokio::test]
async fn a_new_second_factor_ends_every_other_session() {
    let (world, desk) = (World::new().await, Desk::now().await);
    let (_, email, session) = world.signed_in(&desk, Role::Host).await;
    let other = desk.offer(&world, &email, PASSWORD).await;

    let (_, _, whole) = desk.enrol(&session).await;

    assert_eq!(desk.session(other.session()).await.problem(), "401 unauthenticated");
    assert_eq!(desk.session(&whole).await.status, 200);
}

#[tokio::test]
async fn a_second_factor_is_given_up_unless_it_is_required() {
    let (world, desk) = (World::new().await, Desk::now().await);
    let (_, email, session) = world.signed_in(&desk, Role::Host).await;
    let (_, _, whole) = desk.enrol(&session).await;

    let given_up = desk.within(&whole, "DELETE", TOTP, &json!({})).await;
    assert_eq!(given_up.status, 200, "{}", given_up.text);
    assert_eq!(desk.within(&whole, "DELETE", TOTP, &json!({})).await.status, 200);
    assert_eq!(desk.offer(&world, &email, PASSWORD).await.body["next"], Value::Null);
    let dropped = world.actions().await.iter().filter(|action| *action == "second_factor.dropped").count();
    assert_eq!(dropped, 1);

    let (_, _, session) = world.signed_in(&desk, Role::Owner).await;
    let (_, _, whole) = desk.enrol(&session).await;
    assert_eq!(desk.within(&whole, "DELETE", TOTP, &json!({})).await.problem(), "409 conflict :second_factor_required");
}

#[tokio::test]
async fn only_members_in_a_session_are_heard() {
    let (world, desk) = (World::new().await, Desk::now().await);
    for (method, route, body) in [
        ("POST", TOTP, json!({})),
        ("POST", CONFIRM, json!({ "code": "123456" })),
        ("DELETE", TOTP, json!({})),
        ("POST", CODES, json!({})),
    ] {
        let event = Event::new(method, route, &[]).json(&body);
        assert_eq!(desk.ask(&event.clone().text("{")).await.problem(), "401 unauthenticated", "{route}");
        assert_eq!(desk.ask(&event.clone().bearer(&world.token)).await.problem(), "403 forbidden", "{route}");
        assert_eq!(desk.ask(&event.bearer(&world.kiosk)).await.problem(), "403 forbidden", "{route}");
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_by_place() {
    let (world, desk) = (World::new().await, Desk::now().await);
    let (_, _, session) = world.signed_in(&desk, Role::Owner).await;
    for (route, body, problem) in [
        (CONFIRM, json!({}), "400 malformed /code:missing"),
        (CONFIRM, json!({ "code": "1234567" }), "400 malformed /code:wrong_form"),
        (CONFIRM, json!({ "code": "123456", "role": "owner" }), "400 malformed /role:unknown_field"),
        (TOTP, json!({ "organization_id": world.organization }), "400 malformed /organization_id:unknown_field"),
    ] {
        assert_eq!(desk.within(&session, "POST", route, &body).await.problem(), problem, "{body}");
    }
}

/// The function behind a tap on the way to its database.
async fn tapped() -> (Tap, enrol_second_factor::Deps) {
    let variables = stack::variables("fn_enrol_second_factor", &[]);
    let (tap, url) = Tap::before_url(variables.required("DATABASE_URL").expect("a URL")).await;
    let told = stack::variables("fn_enrol_second_factor", &[("DATABASE_URL", &url)]);
    let deps = stack::connect::<enrol_second_factor::Deps>(&told).await;
    (tap, deps)
}

#[tokio::test]
async fn a_database_that_stays_away_leaves_all_or_nothing() {
    let (world, desk) = (World::new().await, Desk::now().await);
    let (_, _, session) = world.signed_in(&desk, Role::Owner).await;
    let begin = Event::new("POST", TOTP, &[]).in_session(&session).json(&json!({}));

    let (tap, deps) = tapped().await;
    tap.close();
    let failed = begin.send(&deps, enrol_second_factor::handle).await;
    assert_eq!((failed.problem().as_str(), &failed.body["secret"]), ("503 unavailable", &Value::Null));
    for lost in 0..4 {
        let (tap, deps) = tapped().await;
        tap.lose_one_answer_after(lost);
        let begun = begin.again().send(&deps, enrol_second_factor::handle).await;
        assert_eq!(begun.status, 201, "{lost}: {}", begun.text);
    }
}

#[tokio::test]
async fn a_stranger_in_an_open_session_enrols_no_first_second_factor() {
    let (world, desk) = (World::new().await, Desk::now().await);
    let (_, email, session) = world.signed_in(&desk, Role::Host).await;
    let later = Desk::at(900).await;

    assert_eq!(later.within(&session, "POST", TOTP, &json!({})).await.problem(), "403 forbidden :not_fresh");

    let anew = later.offer(&world, &email, PASSWORD).await;
    later.enrol(anew.session()).await;
}

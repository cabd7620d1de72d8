//! Attacks on signing in, each beside what goes through.

use std::sync::Arc;

use serde_json::{Value, json};
use shared::access::Role;
use tokio::task::JoinSet;

use crate::harness::{
    Event, World,
    desk::{Desk, PASSWORD, password_event},
    stack::CONSOLE_ORIGIN,
};

/// A little more, since a desk's time is moved on to the beginning of a step.
const HOUR_S: i64 = 3660;

#[tokio::test]
async fn a_planted_session_is_not_the_one_that_is_signed_in() {
    let (world, desk) = (World::new().await, Desk::now().await);
    let (_, _, planted) = world.signed_in(&desk, Role::Host).await;
    let (victim, email) = world.account(Role::Host).await;

    let answer = desk.ask(&password_event(&world.slug, &email, PASSWORD).in_session(&planted)).await;

    assert_ne!(answer.session(), planted);
    assert_ne!(desk.session(&planted).await.body["member"]["member_id"], json!(victim));
    assert_eq!(desk.session(answer.session()).await.body["member"]["member_id"], json!(victim));
}

#[tokio::test]
async fn what_another_site_makes_a_browser_send_changes_nothing() {
    let (world, desk) = (World::new().await, Desk::now().await);
    let (_, _, session) = world.signed_in(&desk, Role::Host).await;
    let (_, _, other) = world.signed_in(&desk, Role::Host).await;
    let own = Event::new("DELETE", "/v1/session", &[]).in_session(&session);
    let others = crate::harness::Event::new("DELETE", "/v1/session", &[]).in_session(&other);
    let token = shared::authn::session::forgery_token(&shared::secret::Secret::new(other.clone()));

    let (origin, proof) = ("403 forbidden #origin:not_the_console", "403 forbidden #x-csrf-token:wrong");
    for (forged, expected) in [
        (own.clone().without_header("origin"), origin),
        (own.clone().without_header("x-csrf-token"), proof),
        (own.clone().header("origin", "https://evil.example"), origin),
        (own.clone().header("origin", &format!("{CONSOLE_ORIGIN}.evil.example")), origin),
        (own.clone().header("origin", "null"), origin),
        (own.clone().header("x-csrf-token", ""), proof),
        (own.clone().header("x-csrf-token", &token), proof),
    ] {
        assert_eq!(desk.ask(&forged).await.problem(), expected, "{forged:?}");
    }
    // Reading needs neither, and changes nothing; and what comes from the console goes through.
    let bare = Event::new("GET", "/v1/session", &[]).in_session(&session);
    assert_eq!(desk.ask(&bare.without_header("origin").without_header("x-csrf-token")).await.status, 200);
    assert_eq!((desk.ask(&own).await.status, desk.ask(&others).await.status), (200, 200));
}

#[tokio::test]
async fn two_cookies_of_the_name_are_none_and_a_bearer_comes_first() {
    let (world, desk) = (World::new().await, Desk::now().await);
    let (_, _, session) = world.signed_in(&desk, Role::Host).await;
    let event = Event::new("GET", "/v1/session", &[]);
    let cookie = format!("__Host-doorbook={session}");

    let twice = event.clone().with_cookies(&[cookie.clone(), cookie.clone()]);
    assert_eq!(desk.ask(&twice).await.problem(), "401 unauthenticated");
    let beside = event.clone().with_cookies(&["theme=dark".to_owned(), cookie.clone()]);
    assert_eq!(desk.ask(&beside).await.status, 200);
    let both = event.with_cookies(&[cookie]).bearer(&world.token);
    assert_eq!(desk.ask(&both).await.problem(), "403 forbidden");
}

#[tokio::test]
async fn a_session_of_one_organization_sees_nothing_of_another() {
    let (ours, theirs, desk) = (World::new().await, World::new().await, Desk::now().await);
    let (_, _, session) = ours.signed_in(&desk, Role::Host).await;
    let (_, _, foreign) = theirs.signed_in(&desk, Role::Host).await;
    let id = desk.session(&foreign).await.body["session_id"].as_str().unwrap().to_owned();

    let revoke = "/v1/sessions/{session_id}/revoke";
    let theirs = desk.ask(&Event::new("POST", revoke, &[&id]).in_session(&session).json(&json!({}))).await;
    let absent = uuid::Uuid::new_v4().to_string();
    let absent = desk.ask(&Event::new("POST", revoke, &[&absent]).in_session(&session).json(&json!({}))).await;

    assert_eq!(theirs.problem(), "404 not_found");
    assert_eq!(theirs.without_request_id(), absent.without_request_id());
    assert_eq!(desk.session(&foreign).await.status, 200);
}

#[tokio::test]
async fn a_password_is_guessed_ten_times_and_then_four_times_an_hour_whatever_the_address() {
    let (world, desk) = (World::new().await, Desk::now().await);
    let (_, email) = world.account(Role::Host).await;
    let guess = async |desk: &Desk, from: usize| {
        let event =
            password_event(&world.slug, &email, "a guess that is wrong").sent_from(&format!("198.51.100.{from}"));
        desk.ask(&event).await
    };

    for from in 0..10 {
        assert_eq!(guess(&desk, from).await.problem(), "401 unauthenticated");
    }
    let eleventh = guess(&desk, 10).await;
    assert_eq!(eleventh.problem(), "429 throttled");
    let wait_s: i64 = eleventh.headers["retry-after"].parse().unwrap();
    assert!((890..=900).contains(&wait_s), "{wait_s}");
    // The right password does not get through either: a guess is not looked at.
    let right = desk.ask(&password_event(&world.slug, &email, PASSWORD).sent_from("198.51.100.11")).await;
    assert_eq!(right.problem(), "429 throttled");

    let later = Desk::at(HOUR_S).await;
    let mut taken = 0;
    while guess(&later, 20 + taken).await.status == 401 {
        taken += 1;
    }
    assert_eq!(taken, 4);
    // No account is locked: after a quarter of an hour the right password goes through.
    let even_later = Desk::at(2 * HOUR_S).await;
    let right = even_later.ask(&password_event(&world.slug, &email, PASSWORD).sent_from("198.51.100.99")).await;
    assert_eq!(right.status, 200, "{}", right.text);
}

#[tokio::test]
async fn guesses_at_the_same_moment_are_no_more_than_one_after_the_other() {
    let (world, desk) = (World::new().await, Desk::now().await);
    let (_, email) = world.account(Role::Host).await;
    let (desk, mut guessing) = (Arc::new(desk), JoinSet::new());
    for from in 0..20 {
        let event = password_event(&world.slug, &email, "a guess that is wrong");
        let (event, desk) = (event.sent_from(&format!("198.51.100.{from}")), Arc::clone(&desk));
        guessing.spawn(async move { desk.ask(&event).await.status });
    }

    let statuses = guessing.join_all().await;

    let count = |wanted: u16| statuses.iter().filter(|status| **status == wanted).count();
    assert_eq!((count(401), count(429)), (10, 10), "{statuses:?}");
}

#[tokio::test]
async fn strangers_cannot_use_up_the_guesses_from_an_address_that_the_member_is_known_by() {
    let (world, desk) = (World::new().await, Desk::now().await);
    let (_, email, _) = world.signed_in(&desk, Role::Host).await;
    let from = |address: &str, password: &str| password_event(&world.slug, &email, password).sent_from(address);
    for attempt in 0..11 {
        desk.ask(&from(&format!("198.51.100.{attempt}"), "a guess that is wrong")).await;
    }

    assert_eq!(desk.ask(&from("198.51.100.50", PASSWORD)).await.problem(), "429 throttled");
    assert_eq!(desk.ask(&from("203.0.113.7", PASSWORD)).await.status, 200);
}

#[tokio::test]
async fn accounts_that_are_not_there_are_throttled_like_those_that_are() {
    let (world, desk) = (World::new().await, Desk::now().await);
    let (_, email) = world.account(Role::Host).await;
    for address in [email.as_str(), "unknown@example.com"] {
        let mut statuses = Vec::new();
        for from in 0..12 {
            let event = password_event(&world.slug, address, "a guess that is wrong");
            statuses.push(desk.ask(&event.sent_from(&format!("192.0.2.{from}"))).await.status);
        }
        assert_eq!(statuses, [[401; 10].as_slice(), &[429; 2]].concat(), "{address}");
    }
}

#[tokio::test]
async fn six_digits_are_guessed_five_times_and_then_four_times_an_hour() {
    let (world, desk) = (World::new().await, Desk::now().await);
    let (_, email, session) = world.signed_in(&desk, Role::Owner).await;
    let (secret, _, _) = desk.enrol(&session).await;
    let waiting = async |desk: &Desk, from: &str| {
        let answer = desk.ask(&password_event(&world.slug, &email, PASSWORD).sent_from(from)).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.session().to_owned()
    };
    let guess = async |desk: &Desk, session: &str, from: &str, code: &str| {
        let event = Event::new("POST", "/v1/session/second-factor", &[]).in_session(session).sent_from(from);
        desk.ask(&event.json(&json!({ "code": code }))).await
    };

    let session = waiting(&desk, "198.51.100.1").await;
    for _ in 0..5 {
        assert_eq!(guess(&desk, &session, "198.51.100.1", &desk.wrong_code(&secret)).await.status, 422);
    }
    // Another session and another address begin no new count, and the right code does not get through either.
    let again = waiting(&desk, "198.51.100.2").await;
    let right = guess(&desk, &again, "198.51.100.2", &desk.code(&secret, 0)).await;
    assert_eq!(right.problem(), "429 throttled");
    let (later, mut taken) = (Desk::at(HOUR_S).await, 0);
    let session = waiting(&later, "198.51.100.3").await;
    while guess(&later, &session, "198.51.100.3", &later.wrong_code(&secret)).await.status == 422 {
        taken += 1;
    }
    assert_eq!(taken, 4);
    // The member, at the address where they enrolled, is not kept out.
    let own = waiting(&later, "203.0.113.7").await;
    assert_eq!(guess(&later, &own, "203.0.113.7", &later.code(&secret, 0)).await.status, 200);
}

#[tokio::test]
async fn an_address_that_is_wrong_too_often_is_refused_for_every_account() {
    let (world, desk) = (World::new().await, Desk::now().await);
    let (_, email) = world.account(Role::Host).await;
    let from = |email: &str| password_event(&world.slug, email, PASSWORD).sent_from("192.0.2.66");
    for attempt in 0..31 {
        // What the browser says of its address counts for nothing.
        let event =
            from(&format!("unknown-{attempt}@example.com")).header("x-forwarded-for", &format!("192.0.2.{attempt}"));
        let event = event.header("forwarded", &format!("for=192.0.2.{attempt}"));
        assert_eq!(desk.ask(&event).await.status, 401, "{attempt}");
    }

    let refused = desk.ask(&from(&email)).await;

    assert_eq!((refused.problem().as_str(), refused.headers["retry-after"].as_str()), ("429 throttled", "60"));
    assert_eq!(Desk::at(120).await.ask(&from(&email)).await.status, 200);
    assert_eq!(refused.body["errors"], Value::Null);
}

#[tokio::test]
async fn an_address_where_only_a_password_was_proven_brings_no_guesses_at_the_second_factor() {
    let (world, desk) = (World::new().await, Desk::now().await);
    let (_, email, session) = world.signed_in(&desk, Role::Host).await;
    let from = |address: &str| password_event(&world.slug, &email, PASSWORD).sent_from(address);
    for address in ["198.51.100.1", "198.51.100.2"] {
        assert_eq!(desk.ask(&from(address)).await.body["next"], Value::Null, "signed in, and the address is known");
    }
    let (secret, _, _) = desk.enrol(&session).await;
    let guess = async |address: &str, code: String| {
        let waiting = desk.ask(&from(address)).await;
        let event = Event::new("POST", "/v1/session/second-factor", &[]).in_session(waiting.session());
        desk.ask(&event.sent_from(address).json(&json!({ "code": code }))).await.status
    };

    for _ in 0..5 {
        assert_eq!(guess("198.51.100.1", desk.wrong_code(&secret)).await, 422);
    }

    assert_eq!(guess("198.51.100.2", desk.code(&secret, 0)).await, 429);
    assert_eq!(guess("203.0.113.7", desk.code(&secret, 0)).await, 200, "where it was proven");
}

#[tokio::test]
async fn a_wrong_device_or_guest_does_not_keep_out_the_company_behind_the_same_address() {
    let (world, desk) = (World::new().await, Desk::now().await);
    let (_, email, _) = world.signed_in(&desk, Role::Host).await;
    let forged = shared::authn::NewCredential::generate(
        shared::authn::CredentialKind::ApiToken,
        shared::authn::Realm::Test,
        world.organization,
    );
    let forged = forged.expect("a credential").text.expose_secret().clone();
    for attempt in 0..20 {
        let absent_id = password_event(&world.slug, &format!("unknown-{attempt}@example.com"), PASSWORD);
        assert_eq!(desk.ask(&absent_id).await.status, 401);
        assert_eq!(desk.ask(&Event::new("GET", "/v1/session", &[]).bearer(&forged)).await.status, 401);
    }

    assert_eq!(desk.offer(&world, &email, PASSWORD).await.status, 200);
    // It is bounded all the same.
    let failed = "UPDATE refused_sources SET failures = 301 WHERE organization_id = $1";
    world.execute(failed, &[&world.organization]).await;
    assert_eq!(desk.offer(&world, &email, PASSWORD).await.problem(), "429 throttled");
}

#[tokio::test]
async fn sharing_an_address_with_members_does_not_tell_who_has_an_account() {
    let (world, desk) = (World::new().await, Desk::now().await);
    let (_, known, _) = world.signed_in(&desk, Role::Host).await;
    let (_, unknown_here) = world.account(Role::Host).await;
    let mut seen = Vec::new();
    for address in [known.as_str(), &unknown_here, "unknown@example.com"] {
        let mut statuses = Vec::new();
        for from in ["203.0.113.7"; 11].iter().chain(&["198.51.100.1"; 11]) {
            let event = password_event(&world.slug, address, "a guess that is wrong").sent_from(from);
            statuses.push(desk.ask(&event).await.status);
        }
        seen.push(statuses);
    }

    assert_eq!(seen[0], [[401; 10].as_slice(), &[429], &[401; 10], &[429]].concat());
    assert!(seen.iter().all(|statuses| *statuses == seen[0]), "{seen:?}");
}

#[tokio::test]
async fn many_addresses_fill_no_log() {
    let (world, desk) = (World::new().await, Desk::now().await);
    for from in 0..70 {
        let event = password_event(&world.slug, &format!("unknown-{from}@example.com"), "a guess that is wrong");
        assert_eq!(desk.ask(&event.sent_from(&format!("198.51.100.{from}"))).await.status, 401);
    }

    let refusals = world.actions().await.iter().filter(|action| *action == "session.refused").count();
    assert!((60..=62).contains(&refusals), "{refusals}: sixty, and one more for each minute that passed");
}

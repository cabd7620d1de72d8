//! `sign-in` promises: who proves a password gets a session that is worth what was proven, and no answer tells whose
//! account there is.

mod attacks;
mod second_factor;

use serde_json::{Value, json};
use shared::{access::Role, authn::CredentialKind};
use tokio_postgres::types::ToSql;

use crate::harness::{
    World,
    desk::{Desk, PASSWORD, password_event},
    stack,
    tap::Tap,
};

/// The password of tests under weaker parameters than today's.
const WEAKER: &str = "$scrypt$ln=10,r=8,p=1$MDEyMzQ1Njc4OWFiY2RlZg$\
    7obkWe3T12+GnUvgI2VyRURsSQe3ujYtp7xULKoqnGouQdX/wasdGSs3lOGtlNUg56sTNFA7NMb5ARoqlIcEfw";

#[tokio::test]
async fn a_member_of_whom_no_second_factor_is_demanded_is_signed_in_at_once() {
    let (world, desk) = (World::new().await, Desk::now().await);
    let (member, email) = world.account(Role::Auditor).await;

    let answer = desk.offer(&world, &email.to_uppercase(), PASSWORD).await;

    assert_eq!((answer.status, &answer.body["next"]), (200, &Value::Null), "{}", answer.text);
    assert_eq!((&answer.body["member_id"], &answer.body["assurance"]), (&json!(member), &json!("password")));
    let cookie = answer.cookie.as_deref().unwrap();
    assert!(cookie.starts_with("__Host-doorbook=dbs_test_"), "{cookie}");
    assert!(cookie.ends_with("; Path=/; Max-Age=43200; Secure; HttpOnly; SameSite=Lax"), "{cookie}");
    assert!(!answer.text.contains(answer.session()));
    let own = desk.session(answer.session()).await;
    assert_eq!(own.body["permissions"], json!(["audit.read", "export.request", "visit.read"]));
    assert_eq!(own.body["csrf_token"], answer.body["csrf_token"]);
    let entry = world.entries().await.pop().unwrap();
    assert_eq!(entry["action"], "session.started");
    assert_eq!(entry["actor"], json!({ "kind": "member", "id": member }));
    assert_eq!((&entry["ip"], &entry["ua"]), (&json!("203.0.113.7"), &json!("doorbook-tests")));
    let seen = world.own_rows("SELECT 1 FROM members WHERE organization_id = $1 AND last_sign_in_at IS NOT NULL").await;
    assert_eq!(seen.len(), 1);
}

#[tokio::test]
async fn owners_and_admins_get_no_further_than_enrolment() {
    let (world, desk) = (World::new().await, Desk::now().await);
    for role in [Role::Owner, Role::Admin] {
        let (_, _, session) = world.signed_in(&desk, role).await;
        let own = desk.session(&session).await;
        assert_eq!((&own.body["next"], &own.body["permissions"]), (&json!("enrolment"), &json!([])));
        assert_eq!(desk.within(&session, "GET", "/v1/sessions", &Value::Null).await.problem(), "403 forbidden");

        let (_, _, session) = desk.enrol(&session).await;

        let own = desk.session(&session).await;
        assert_eq!((&own.body["next"], &own.body["assurance"]), (&Value::Null, &json!("second_factor")));
        let permissions: Vec<_> = role.permissions().collect();
        assert_eq!(own.body["permissions"], json!(permissions));
    }
}

#[tokio::test]
async fn where_the_organization_demands_it_everybody_enrols() {
    let (world, desk) = (World::new().await, Desk::now().await);
    let (_, email) = world.account(Role::Host).await;
    world
        .execute("UPDATE organizations SET requires_mfa = true WHERE organization_id = $1", &[&world.organization])
        .await;

    assert_eq!(desk.offer(&world, &email, PASSWORD).await.body["next"], "enrolment");
}

#[tokio::test]
async fn the_database_itself_refuses_a_whole_session_for_less_than_is_demanded() {
    let (world, desk) = (World::new().await, Desk::now().await);
    let (member, _) = world.account(Role::Owner).await;
    let now = desk.moment();
    let start = "SELECT app.start_session($1, $2, NULL, $1, sha256('x'), 'client', $3, $4, NULL, $5, $5)";
    world.execute("SELECT set_config('app.organization_id', $1, false)", &[&world.organization.to_string()]).await;
    let statement = world.database.prepare(start).await.unwrap();

    for (role, reach, proven, is_started) in [
        ("owner", vec!["session.open", "member.manage"], "password", false),
        ("admin", vec!["session.open"], "password", false),
        ("owner", vec!["session.open"], "password", true),
    ] {
        let parameters: [&(dyn ToSql + Sync); 5] = [&member, &role, &reach, &proven, &now];
        let started = world.database.execute_raw(&statement, parameters).await;
        assert_eq!(started.is_ok(), is_started, "{role} {reach:?} {proven} {started:?}");
    }
}

#[tokio::test]
async fn a_wrong_password_and_accounts_that_are_not_there_are_answered_alike() {
    let (world, desk) = (World::new().await, Desk::now().await);
    let (_, email) = world.account(Role::Host).await;
    let (gone, gone_email) = world.account(Role::Host).await;
    world.execute("UPDATE members SET state = 'deactivated' WHERE member_id = $1", &[&gone]).await;
    let without = world.member(Role::Host).await;

    let wrong = desk.offer(&world, &email, "purple elephants never wait").await;

    assert_eq!((wrong.problem().as_str(), &wrong.cookie), ("401 unauthenticated", &None));
    for (slug, email, password) in [
        (world.slug.as_str(), "unknown@example.com", PASSWORD),
        (&world.slug, &gone_email, PASSWORD),
        (&world.slug, &format!("{without}@example.com"), PASSWORD),
        ("no-such-organization", &email, PASSWORD),
    ] {
        let answer = desk.ask(&password_event(slug, email, password)).await;
        assert_eq!(answer.without_request_id(), wrong.without_request_id(), "{slug} {email}");
        assert_eq!(answer.headers.len(), wrong.headers.len());
    }
    // The positive control.
    assert_eq!(desk.offer(&world, &email, PASSWORD).await.status, 200);
}

#[tokio::test]
async fn failures_get_an_entry_as_often_as_is_useful_and_not_as_often_as_an_attacker_likes() {
    let (world, desk) = (World::new().await, Desk::now().await);
    let (member, email) = world.account(Role::Host).await;
    for attempt in 0..12 {
        let email = if attempt % 2 == 0 { email.clone() } else { format!("{attempt}@example.com") };
        assert_eq!(desk.offer(&world, &email, "wrong all the time").await.problem(), "401 unauthenticated");
    }

    let entries = world.entries().await;

    let told: Vec<_> = entries.iter().map(|entry| (&entry["action"], &entry["diff"]["added"]["failures"])).collect();
    assert_eq!(told, [(&json!("session.refused"), &json!(1)), (&json!("session.refused"), &json!(10))]);
    assert_eq!(entries[0]["diff"]["added"]["member_id"], json!(member));
    assert_eq!(entries[0]["actor"], json!({ "kind": "system", "id": "sign-in" }));
    assert!(!json!(entries).to_string().contains("@example.com"));
}

#[tokio::test]
async fn a_hash_with_weaker_parameters_is_made_anew_at_the_next_sign_in() {
    let (world, desk) = (World::new().await, Desk::now().await);
    let (member, email) = world.account(Role::Host).await;
    world.execute("UPDATE member_proofs SET password_phc = $2 WHERE member_id = $1", &[&member, &WEAKER]).await;

    assert_eq!(desk.offer(&world, &email, "not the password at all").await.problem(), "401 unauthenticated");
    assert_eq!(desk.offer(&world, &email, PASSWORD).await.status, 200);

    let rows = world.own_rows("SELECT password_phc FROM member_proofs WHERE organization_id = $1").await;
    let phc: String = rows[0].get(0);
    assert!(phc.starts_with("$scrypt$ln=14,r=16,p=1$"), "{phc}");
    assert_eq!(desk.offer(&world, &email, PASSWORD).await.status, 200);
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_by_place() {
    let (world, desk) = (World::new().await, Desk::now().await);
    let event = password_event(&world.slug, "ada@example.com", PASSWORD);
    for (body, problem) in [
        (r#"{"slug": "#, "400 malformed /slug:not_json"),
        (r#"{"slug": "a-b", "email": "a@b", "password": "x", "role": "owner"}"#, "400 malformed /role:unknown_field"),
        (
            r#"{"slug": "a-b", "email": "a@b", "password": "x", "organization_id": "x"}"#,
            "400 malformed /organization_id:unknown_field",
        ),
        (r#"{"slug": "a-b", "email": "a", "password": "x"}"#, "400 malformed /email:wrong_form"),
        (r#"{"slug": "a-b", "email": "a@b", "password": 7}"#, "400 malformed /password:wrong_type"),
        (r#"{"slug": "a-b", "email": "a@b"}"#, "400 malformed /password:missing"),
    ] {
        assert_eq!(desk.ask(&event.clone().text(body)).await.problem(), problem, "{body}");
    }
    let other = event.clone().header("content-type", "text/plain");
    assert_eq!(desk.ask(&other).await.problem(), "415 unsupported_media_type");
}

#[tokio::test]
async fn a_kind_of_credential_that_belongs_elsewhere_opens_no_session() {
    let (world, desk) = (World::new().await, Desk::now().await);
    let (member, _, session) = world.signed_in(&desk, Role::Host).await;
    let link = world.link_of(member, CredentialKind::MemberInvitation).await;
    let event = crate::harness::Event::new("GET", "/v1/session", &[]);

    for swapped in [world.token.as_str(), &world.kiosk, &link] {
        assert_eq!(desk.ask(&event.clone().in_session(swapped)).await.problem(), "401 unauthenticated");
    }
    assert_eq!(desk.ask(&event.clone().bearer(&session)).await.problem(), "401 unauthenticated");
    assert_eq!(desk.ask(&event.clone().bearer(&world.token)).await.problem(), "403 forbidden");
    // The positive control.
    assert_eq!(desk.ask(&event.in_session(&session)).await.status, 200);
}

/// The function behind a tap on the way to its database.
async fn tapped() -> (Tap, sign_in::Deps) {
    let variables = stack::variables("fn_sign_in", &[]);
    let (tap, url) = Tap::before_url(variables.required("DATABASE_URL").expect("a URL")).await;
    let deps = stack::connect::<sign_in::Deps>(&stack::variables("fn_sign_in", &[("DATABASE_URL", &url)])).await;
    (tap, deps)
}

#[tokio::test]
async fn a_database_that_stays_away_is_503_and_a_lost_answer_is_asked_again() {
    let world = World::new().await;
    let (_, email) = world.account(Role::Host).await;
    let event = password_event(&world.slug, &email, PASSWORD);

    let (tap, deps) = tapped().await;
    tap.close();
    assert_eq!(event.again().send(&deps, sign_in::handle).await.problem(), "503 unavailable");
    for lost in 0..4 {
        let (tap, deps) = tapped().await;
        tap.lose_one_answer_after(lost);
        let answer = event.again().send(&deps, sign_in::handle).await;
        assert_eq!(answer.status, 200, "{lost}: {}", answer.text);
        assert_eq!(Desk::now().await.session(answer.session()).await.status, 200);
    }
}

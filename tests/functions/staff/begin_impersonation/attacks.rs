//! Attacks on coming in, each beside what goes through.

use shared::{
    authn::hand_off::{HandOff, HandOffKeys, Passage},
    clock::Clock,
};
use tokio::task::JoinSet;

use super::*;
use crate::harness::{
    Event,
    secrets::{RootSecret, kept},
    stack,
    staff::{ask_told, session},
};

const UNAUTHENTICATED: &str = "401 unauthenticated";

#[tokio::test]
async fn a_token_opens_once_also_when_two_come_at_the_same_moment() {
    let (staff, customer) = (Staff::of(Role::Admin).await, World::new().await);
    let id = staff.request(&customer, Role::Owner).await;
    let event = coming_in(&staff.token(&customer, &id).await);
    let mut racers = JoinSet::new();
    for _ in 0..4 {
        let event = event.again();
        racers.spawn(async move { ask(&event).await });
    }

    let answers = racers.join_all().await;

    let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 401, 401, 401]);
    assert_eq!(ask(&event.again()).await.problem(), UNAUTHENTICATED);
    let opened = customer.actions().await.iter().filter(|action| *action == "impersonation.opened").count();
    assert_eq!(opened, 1);
    let sessions = "SELECT 1 FROM credentials WHERE organization_id = $1 AND kind = 'impersonation'";
    assert_eq!(customer.own_rows(sessions).await.len(), 1);
}

#[tokio::test]
async fn a_token_that_was_replaced_opens_nothing() {
    let (staff, customer) = (Staff::of(Role::Admin).await, World::new().await);
    let id = staff.request(&customer, Role::Owner).await;
    let (older, newer) = (staff.token(&customer, &id).await, staff.token(&customer, &id).await);

    assert_eq!(ask(&coming_in(&older)).await.problem(), UNAUTHENTICATED);
    assert_eq!(ask(&coming_in(&newer)).await.status, 200);
}

#[tokio::test]
async fn a_token_ends_after_five_minutes() {
    let (staff, customer) = (Staff::of(Role::Admin).await, World::new().await);
    let late = staff.request(&customer, Role::Owner).await;
    let late = staff.token(&customer, &late).await;
    assert_eq!(ask_at(5 * MINUTE_S, &coming_in(&late)).await.problem(), UNAUTHENTICATED);

    let timely = staff.request(&customer, Role::Owner).await;
    let timely = staff.token(&customer, &timely).await;
    assert_eq!(ask_at(5 * MINUTE_S - 30, &coming_in(&timely)).await.status, 200);
}

#[tokio::test]
async fn a_token_of_another_deployment_opens_nothing() {
    let (staff, customer) = (Staff::of(Role::Admin).await, World::new().await);
    let id = staff.request(&customer, Role::Owner).await;
    let other = RootSecret::new(&kept(1, "x")).await.id;
    let foreign = ask_told(&[("ROOT_SECRET_ID", &other)], &staff.going_over(&customer, &id)).await;
    let foreign = coming_in(foreign.body["token"].as_str().unwrap());

    assert_eq!(ask(&foreign).await.problem(), UNAUTHENTICATED);
    // The positive control: where that secret is at home, the same token opens.
    assert_eq!(ask_told(&[("ROOT_SECRET_ID", &other)], &foreign.again()).await.status, 200);
}

#[tokio::test]
async fn a_token_from_before_a_rotation_opens_during_it_and_not_after_it() {
    let (staff, customer) = (Staff::of(Role::Admin).await, World::new().await);
    let replaced = RootSecret::new(&kept(2, "y")).await;
    let rotated = RootSecret::new(&RootSecret::of_stack().text().await).await;
    rotated.put(&kept(2, "y")).await;
    let mut tokens = Vec::new();
    for _ in 0..2 {
        let id = staff.request(&customer, Role::Owner).await;
        tokens.push(coming_in(&staff.token(&customer, &id).await));
    }

    let after = [("ROOT_SECRET_ID", replaced.id.as_str()), ("ROOT_SECRET_VERSION", "2")];
    assert_eq!(ask_told(&after, &tokens[0]).await.problem(), UNAUTHENTICATED);
    let rotating = [("ROOT_SECRET_ID", rotated.id.as_str()), ("ROOT_SECRET_VERSION", "2")];
    assert_eq!(ask_told(&rotating, &tokens[1]).await.status, 200);
}

/// The token of a passage that our own secret signs, as an attacker could who had it.
async fn signed(passage: Passage, id: &str) -> String {
    let id: uuid::Uuid = id.parse().expect("an id");
    stack::connect::<HandOffKeys>(&stack::variables("fn_begin_impersonation", &[]))
        .await
        .sign(&HandOff::new(id.into(), passage, Clock::System { offset_s: 0 }.now()))
        .expect("a token")
}

#[tokio::test]
async fn a_signed_token_that_says_more_than_was_asked_for_opens_nothing() {
    let (staff, customer) = (Staff::of(Role::Admin).await, World::new().await);
    let id = staff.request(&customer, Role::FrontDesk).await;
    staff.token(&customer, &id).await;
    let hand_off: String =
        customer.own_rows("SELECT hand_off_id::text FROM impersonations WHERE organization_id = $1").await[0].get(0);
    let own = "SELECT credential_id FROM credentials WHERE organization_id = $1 AND kind = 'session'";
    let own: uuid::Uuid = staff.operator.own_rows(own).await[0].get(0);
    let stranger = Staff::of(Role::Admin).await;
    let passage = |role: Role, reason: &str| Passage {
        staff: staff.member.uuid().into(),
        staff_organization: staff.operator.organization,
        staff_session: own.into(),
        organization: customer.organization,
        impersonation: id.parse().unwrap(),
        role,
        reason: reason.to_owned(),
    };

    for said in [
        passage(Role::Owner, REASON),
        passage(Role::FrontDesk, "Another reason than the customer was told"),
        Passage { staff: stranger.member.uuid().into(), ..passage(Role::FrontDesk, REASON) },
        Passage { staff_session: uuid::Uuid::new_v4().into(), ..passage(Role::FrontDesk, REASON) },
        Passage { staff_organization: stranger.operator.organization, ..passage(Role::FrontDesk, REASON) },
        Passage { organization: stranger.operator.organization, ..passage(Role::FrontDesk, REASON) },
        Passage { impersonation: uuid::Uuid::new_v4().into(), ..passage(Role::FrontDesk, REASON) },
    ] {
        assert_eq!(ask(&coming_in(&signed(said, &hand_off).await)).await.problem(), UNAUTHENTICATED);
    }
    let another = uuid::Uuid::new_v4().to_string();
    let passport = signed(passage(Role::FrontDesk, REASON), &another).await;
    assert_eq!(ask(&coming_in(&passport)).await.problem(), UNAUTHENTICATED);
    // The positive control.
    let passport = signed(passage(Role::FrontDesk, REASON), &hand_off).await;
    assert_eq!(ask(&coming_in(&passport)).await.status, 200);
}

#[tokio::test]
async fn a_token_and_its_session_fit_nowhere_else() {
    let (staff, customer) = (Staff::of(Role::Admin).await, World::new().await);
    let id = staff.request(&customer, Role::Owner).await;
    let token = staff.token(&customer, &id).await;
    let visits = Event::new("GET", "/v1/visits", &[]);
    assert_eq!(ask(&visits.clone().in_session(&token)).await.problem(), UNAUTHENTICATED);
    assert_eq!(ask(&visits.clone().bearer(&token)).await.problem(), UNAUTHENTICATED);
    let opened = staff.come_in(&customer, id).await;
    for swapped in [&opened.session, &staff.session, &customer.token] {
        assert_eq!(ask(&coming_in(swapped)).await.problem(), UNAUTHENTICATED);
    }

    // An impersonation comes in its cookie alone, and from the console where it changes something.
    assert_eq!(ask(&visits.bearer(&opened.session)).await.problem(), UNAUTHENTICATED);
    for (forged, what) in [
        (opened.making_a_site().without_header("x-csrf-token"), "#x-csrf-token:wrong"),
        (opened.making_a_site().without_header("origin"), "#origin:not_the_console"),
        (opened.making_a_site().header("origin", "https://evil.example"), "#origin:not_the_console"),
    ] {
        assert_eq!(ask(&forged).await.problem(), format!("403 forbidden {what}"));
    }
    assert_eq!(ask(&opened.making_a_site()).await.status, 201);
}

#[tokio::test]
async fn the_staff_who_asked_must_be_unchanged_when_the_token_is_used() {
    let customer = World::new().await;
    for change in [
        "UPDATE credentials SET revoked_at = now() WHERE organization_id = $1 AND kind = 'session'",
        "UPDATE credentials SET last_used_at = now() - interval '31 minutes' WHERE organization_id = $1 AND kind = 'session'",
        "UPDATE credentials SET assurance = 'password' WHERE organization_id = $1 AND kind = 'session'",
        "UPDATE members SET state = 'deactivated' WHERE organization_id = $1",
        "UPDATE members SET role = 'owner' WHERE organization_id = $1",
        "UPDATE staff SET dismissed_at = now() WHERE organization_id = $1",
    ] {
        let staff = Staff::of(Role::Admin).await;
        let id = staff.request(&customer, Role::Owner).await;
        let token = staff.token(&customer, &id).await;

        assert_eq!(staff.operator.execute(change, &[&staff.operator.organization]).await, 1, "{change}");

        assert_eq!(ask(&coming_in(&token)).await.problem(), UNAUTHENTICATED, "{change}");
    }
    let staff = Staff::of(Role::Admin).await;
    let id = staff.request(&customer, Role::Owner).await;
    staff.come_in(&customer, id).await;
}

#[tokio::test]
async fn another_session_of_the_same_member_does_not_carry_the_token() {
    let (staff, customer) = (Staff::of(Role::Admin).await, World::new().await);
    let id = staff.request(&customer, Role::Owner).await;
    let token = staff.token(&customer, &id).await;
    let end = "UPDATE credentials SET revoked_at = now() WHERE organization_id = $1 AND kind = 'session'";
    staff.operator.execute(end, &[&staff.operator.organization]).await;
    let again =
        session(&staff.operator, staff.member, Role::Admin, shared::authn::session::Assurance::SecondFactor).await;

    assert_eq!(ask(&coming_in(&token).in_session(&again)).await.problem(), UNAUTHENTICATED);

    let newer = ask(&staff.going_over(&customer, &id).in_session(&again)).await;
    assert_eq!(ask(&coming_in(newer.body["token"].as_str().unwrap())).await.status, 200);
}

#[tokio::test]
async fn an_address_that_brings_used_tokens_again_and_again_is_held_off() {
    let (staff, customer) = (Staff::of(Role::Admin).await, World::new().await);
    let id = staff.request(&customer, Role::Owner).await;
    let used = coming_in(&staff.token(&customer, &id).await);
    assert_eq!(ask(&used).await.status, 200);
    let from = |event: &Event| event.again().sent_from("192.0.2.77");
    for attempt in 0..31 {
        assert_eq!(ask(&from(&used)).await.problem(), UNAUTHENTICATED, "{attempt}");
    }

    let fresh = staff.request(&customer, Role::Owner).await;
    let fresh = coming_in(&staff.token(&customer, &fresh).await);

    assert_eq!(ask(&from(&fresh)).await.problem(), "429 throttled");
    assert_eq!(ask(&fresh.again().sent_from("192.0.2.78")).await.status, 200);
    let entries = customer.entries().await;
    let refused: Vec<_> = entries.iter().filter(|entry| entry["action"] == "session.refused").collect();
    let told: Vec<_> = refused.iter().map(|entry| entry["diff"]["added"]["failures"].clone()).collect();
    assert_eq!(told, [json!(1), json!(10), json!(30)]);
    assert!(refused.iter().all(|entry| entry["target"]["id"] == json!(id)));
}

//! What is refused, and what fails.

use super::*;
use crate::harness::{refusals, stack, tap::Tap};

async fn deps(changes: &[(&str, &str)]) -> manage_impersonations::Deps {
    let variables = stack::variables("fn_manage_impersonations", changes);
    stack::connect::<manage_impersonations::Deps>(&variables).await
}

#[tokio::test]
async fn malformed_bodies_are_refused_by_place() {
    let (staff, customer) = (Staff::of(Role::Admin).await, World::new().await);
    let id = staff.request(&customer, Role::Owner).await;
    for (event, body, problem) in [
        (letting_in(&customer, &id, true), r#"{"restricted": "#, "/restricted:not_json"),
        (letting_in(&customer, &id, true), "{}", "/restricted:missing"),
        (letting_in(&customer, &id, true), r#"{"restricted": "yes"}"#, "/restricted:wrong_type"),
        (letting_in(&customer, &id, true), r#"{"restricted": true, "role": "owner"}"#, "/role:unknown_field"),
        (ending(&customer, &id), r#"{"ended_by": "staff"}"#, "/ended_by:unknown_field"),
        (requiring(&customer, true), r#"{"requires_approval": 1}"#, "/requires_approval:wrong_type"),
        (
            requiring(&customer, true),
            r#"{"organization_id": "x"}"#,
            "/organization_id:unknown_field /requires_approval:missing",
        ),
    ] {
        assert_eq!(ask(&event.text(body)).await.problem(), format!("400 malformed {problem}"), "{body}");
    }
    for query in ["limit=0", "cursor=zzz", "state=open"] {
        assert_eq!(list(&customer, query).await.status, 400, "{query}");
    }
    assert_eq!(state(&customer, &id, 0).await, "approved");
}

#[tokio::test]
async fn no_or_a_bad_credential_is_401_on_every_route() {
    let (staff, customer) = (Staff::of(Role::Admin).await, World::new().await);
    let id = staff.request(&customer, Role::Owner).await;
    for event in routes(&customer, &id) {
        refusals::without_a_credential(&customer, &event, &deps(&[]).await, manage_impersonations::handle).await;
    }
}

#[tokio::test]
async fn a_credential_without_the_permission_is_403_and_recorded() {
    let (staff, customer) = (Staff::of(Role::Admin).await, World::new().await);
    let id = staff.request(&customer, Role::Owner).await;
    let other = customer.token_with(&["member.manage", "audit.read"]).await;
    for event in routes(&customer, &id) {
        let deps = deps(&[]).await;
        refusals::without_the_permission(&customer, &event, &other, &deps, manage_impersonations::handle).await;
    }
}

#[tokio::test]
async fn another_organization_neither_sees_nor_ends_it() {
    let (staff, customer, stranger) = (Staff::of(Role::Admin).await, World::new().await, World::new().await);
    let opened = staff.open(&customer, Role::Owner).await;
    let absent_id = uuid::Uuid::new_v4().to_string();
    // The operator itself sees nothing of it either, but what its own log says.
    for other in [&stranger, &staff.operator] {
        let ids = [opened.id.as_str(), &absent_id, "nonsense"];
        for events in [
            ids.map(|id| reading(other, id)),
            ids.map(|id| letting_in(other, id, true)),
            ids.map(|id| ending(other, id)),
        ] {
            let [theirs, absent, no_id] = &events;
            let deps = deps(&[]).await;
            refusals::of_another_organization(theirs, absent, no_id, &deps, manage_impersonations::handle).await;
        }
        assert_eq!(list(other, "").await.body["items"], json!([]));
        assert_eq!(ask(&requiring(other, true)).await.status, 200);
    }
    assert_eq!(ask(&opened.reading("/v1/visits")).await.status, 200);
    assert_eq!(state(&customer, &staff.request(&customer, Role::Owner).await, 0).await, "approved");
}

#[tokio::test]
async fn a_change_without_a_key_is_refused_and_a_replay_gives_the_first_answer() {
    let (staff, customer) = (Staff::of(Role::Admin).await, World::new().await);
    let id = staff.request(&customer, Role::Owner).await;
    for event in [letting_in(&customer, &id, true), requiring(&customer, true), ending(&customer, &id)] {
        let without = ask(&event.again().without_header("idempotency-key")).await;
        assert_eq!(without.problem(), "400 malformed #idempotency-key:missing");
        let (first, again) = (ask(&event).await, ask(&event.again()).await);
        assert_eq!((first.status, &first.body), (200, &again.body), "{}", first.text);
        assert_eq!(again.headers["idempotency-replayed"], "true");
    }
}

#[tokio::test]
async fn a_lost_answer_of_the_record_is_found_and_given() {
    let (staff, customer) = (Staff::of(Role::Admin).await, World::new().await);
    let id = staff.request(&customer, Role::Owner).await;
    let variables = stack::variables("fn_manage_impersonations", &[]);
    let (tap, url) = Tap::before_url(variables.required("DATABASE_URL").unwrap()).await;
    let deps = deps(&[("DATABASE_URL", &url)]).await;
    let before = customer.actions().await.len();
    for (event, action) in [
        (letting_in(&customer, &id, true), "impersonation.approved"),
        (requiring(&customer, true), "impersonation_policy.changed"),
        (ending(&customer, &id), "impersonation.ended"),
    ] {
        tap.lose_one_answer_after(1);
        let answer = event.send(&deps, manage_impersonations::handle).await;
        assert_eq!(answer.status, 200, "{action}: {}", answer.text);
        assert_eq!(customer.actions().await.last().map(String::as_str), Some(action));
    }
    assert_eq!(customer.actions().await.len(), before + 3);
}

#[tokio::test]
async fn a_part_that_stays_away_leaves_nothing_and_a_retry_executes() {
    let variables = stack::variables("fn_manage_impersonations", &[]);
    for part in ["DATABASE_URL", "AWS_ENDPOINT_URL_KMS"] {
        let (staff, customer) = (Staff::of(Role::Admin).await, World::new().await);
        let opened = staff.open(&customer, Role::Owner).await;
        let (tap, url) = Tap::before_url(variables.required(part).unwrap()).await;
        let deps = deps(&[(part, &url)]).await;
        let event = ending(&customer, &opened.id);
        tap.close();

        let failed = event.send(&deps, manage_impersonations::handle).await;

        assert_eq!(failed.problem(), "503 unavailable", "{part}");
        assert_eq!(ask(&opened.reading("/v1/visits")).await.status, 200);
        tap.open();
        assert_eq!(event.again().send(&deps, manage_impersonations::handle).await.status, 200);
        assert_eq!(ask(&opened.reading("/v1/visits")).await.problem(), "401 unauthenticated");
    }
}

#[tokio::test]
async fn two_who_end_and_let_in_at_once_leave_it_ended() {
    for _ in 0..4 {
        let (staff, customer) = (Staff::of(Role::Owner).await, World::new().await);
        let opened = staff.open(&customer, Role::Owner).await;
        let (end, approve) = (ending(&customer, &opened.id), letting_in(&customer, &opened.id, true));
        let ending = tokio::spawn(async move { ask(&end).await });
        let approving = tokio::spawn(async move { ask(&approve).await });

        let (ended, approved) = (ending.await.unwrap(), approving.await.unwrap());

        assert_eq!(ended.status, 200, "{}", ended.text);
        assert!(matches!(approved.status, 200 | 409), "{}", approved.text);
        assert_eq!(state(&customer, &opened.id, 0).await, "ended");
        assert_eq!(ask(&opened.reading("/v1/visits")).await.problem(), "401 unauthenticated");
    }
}

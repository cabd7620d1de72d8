//! Two organizations are two transactions: whatever is lost between them opens nothing, and a retry completes it.

use super::*;
use crate::harness::{stack, staff::ask_told, tap::Tap};

async fn tapped(part: &'static str) -> (Tap, request_impersonation::Deps) {
    let variables = stack::variables("fn_request_impersonation", &[]);
    let (tap, url) = Tap::before_url(variables.required(part).unwrap()).await;
    let told = stack::variables("fn_request_impersonation", &[(part, &url)]);
    let deps = stack::connect::<request_impersonation::Deps>(&told).await;
    (tap, deps)
}

/// How often each log speaks of requests.
async fn requests(worlds: [&World; 2]) -> [usize; 2] {
    let mut counts = [0; 2];
    for (count, world) in counts.iter_mut().zip(worlds) {
        *count = world.actions().await.iter().filter(|action| *action == "impersonation.requested").count();
    }
    counts
}

#[tokio::test]
async fn a_request_is_made_once_whichever_answer_is_lost() {
    for lost in 0..8 {
        let (staff, customer) = (Staff::of(Role::Admin).await, World::new().await);
        let (event, (tap, deps)) = (staff.asking(&customer, Role::Owner), tapped("DATABASE_URL").await);
        tap.lose_one_answer_after(lost);

        let answer = event.send(&deps, request_impersonation::handle).await;

        assert_eq!(answer.status, 201, "{lost}: {}", answer.text);
        assert_eq!(requests([&customer, &staff.operator]).await, [1, 1], "{lost}");
        assert_eq!(customer.count("impersonations").await, 1);
    }
}

#[tokio::test]
async fn what_fails_between_the_two_is_completed_by_a_retry_and_asked_for_once() {
    let (staff, customer) = (Staff::of(Role::Admin).await, World::new().await);
    let event = staff.asking(&customer, Role::Owner);
    // KMS seals the answer that is kept, after the customer's side: without it the operator's record fails.
    let (tap, deps) = tapped("AWS_ENDPOINT_URL_KMS").await;
    tap.close();

    let failed = event.send(&deps, request_impersonation::handle).await;

    assert_eq!(failed.problem(), "503 unavailable");
    assert_eq!(requests([&customer, &staff.operator]).await, [1, 0]);
    assert_eq!(ask(&event.again()).await.status, 201);
    assert_eq!(requests([&customer, &staff.operator]).await, [1, 1]);
    assert_eq!(customer.count("impersonations").await, 1);
}

#[tokio::test]
async fn a_retry_with_other_words_is_another_request_and_both_logs_agree() {
    let (staff, customer) = (Staff::of(Role::Admin).await, World::new().await);
    let event = staff.asking(&customer, Role::Owner);
    let (tap, deps) = tapped("AWS_ENDPOINT_URL_KMS").await;
    tap.close();
    assert_eq!(event.send(&deps, request_impersonation::handle).await.problem(), "503 unavailable");

    let reason = "The reader of badges at the back gate shows nothing";
    let other = event.again().json(&json!({ "slug": customer.slug, "role": "auditor", "reason": reason }));
    let answer = ask(&other).await;

    assert_eq!(answer.status, 201, "{}", answer.text);
    for world in [&customer, &staff.operator] {
        let entries = world.entries().await;
        let entry = entries.iter().rfind(|entry| entry["action"] == "impersonation.requested").expect("an entry");
        assert_eq!((&entry["target"]["id"], &entry["reason"]), (&answer.body["impersonation_id"], &json!(reason)));
        assert_eq!(entry["diff"]["added"]["role"], "auditor");
    }
}

#[tokio::test]
async fn a_token_that_was_never_shown_opens_nothing_and_another_takes_its_place() {
    let (staff, customer) = (Staff::of(Role::Admin).await, World::new().await);
    let id = staff.request(&customer, Role::Owner).await;
    let event = staff.going_over(&customer, &id);
    let (tap, deps) = tapped("AWS_ENDPOINT_URL_KMS").await;
    tap.close();

    let failed = event.send(&deps, request_impersonation::handle).await;

    assert_eq!(failed.problem(), "503 unavailable");
    assert!(!failed.text.contains("v4.public"));
    assert!(!staff.operator.actions().await.contains(&"impersonation.handed_off".to_owned()));
    staff.come_in(&customer, id).await;
}

#[tokio::test]
async fn a_hand_off_is_recorded_once_whichever_answer_is_lost() {
    for lost in 0..8 {
        let (staff, customer) = (Staff::of(Role::Admin).await, World::new().await);
        let id = staff.request(&customer, Role::Owner).await;
        let (event, (tap, deps)) = (staff.going_over(&customer, &id), tapped("DATABASE_URL").await);
        tap.lose_one_answer_after(lost);

        let answer = event.send(&deps, request_impersonation::handle).await;

        assert_eq!(answer.status, 201, "{lost}: {}", answer.text);
        let actions = staff.operator.actions().await;
        assert_eq!(actions.iter().filter(|action| *action == "impersonation.handed_off").count(), 1, "{lost}");
        staff.come_in(&customer, id).await;
    }
}

#[tokio::test]
async fn a_database_that_stays_away_leaves_nothing() {
    let (staff, customer) = (Staff::of(Role::Admin).await, World::new().await);
    let (event, (tap, deps)) = (staff.asking(&customer, Role::Owner), tapped("DATABASE_URL").await);
    tap.close();

    let failed = event.send(&deps, request_impersonation::handle).await;

    assert_eq!((failed.problem().as_str(), customer.count("impersonations").await), ("503 unavailable", 0));
    assert_eq!(ask_told(&[], &event.again()).await.status, 201);
}

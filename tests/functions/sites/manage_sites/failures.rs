//! What is left when a part fails before or after it did what it was asked, and when a caller repeats itself.

use super::*;
use crate::harness::tap::Tap;

async fn database_tap() -> (Tap, manage_sites::Deps) {
    let variables = stack::variables("fn_manage_sites", &[]);
    let (tap, url) = Tap::before_url(variables.required("DATABASE_URL").expect("a URL")).await;
    (tap, deps(&[("DATABASE_URL", &url)]).await)
}

#[tokio::test]
async fn a_replay_is_the_first_answer_and_changes_nothing() {
    let world = World::new().await;
    for event in writes(&world) {
        let (first, second) = (send(&event).await, send(&event.again()).await);
        assert!(first.status < 300, "{}", first.text);
        assert_eq!((second.status, second.headers["idempotency-replayed"].as_str()), (first.status, "true"));
        assert_eq!(first.body, second.body);
    }
    assert_eq!(world.actions().await.len(), 6);
}

#[tokio::test]
async fn a_lost_answer_of_the_record_is_found_and_given() {
    let world = World::new().await;
    let (tap, deps) = database_tap().await;
    for event in writes(&world) {
        let before = world.actions().await.len();
        tap.lose_one_answer_after(1);

        let answer = event.send(&deps, manage_sites::handle).await;

        assert!(answer.status < 300, "{}", answer.text);
        assert_eq!(answer.headers.get("idempotency-replayed").map(String::as_str), Some("true"), "{event:?}");
        assert_eq!(world.actions().await.len(), before + 1);
    }
}

#[tokio::test]
async fn a_database_that_stays_away_leaves_nothing_and_a_retry_executes() {
    let world = World::new().await;
    let (tap, deps) = database_tap().await;
    let event = write(&world, "POST", "/v1/sites", &[], &site());
    tap.close();

    let failed = event.send(&deps, manage_sites::handle).await;

    assert_eq!((failed.problem().as_str(), world.count("sites").await), ("503 unavailable", 1));
    tap.open();
    assert_eq!(event.again().send(&deps, manage_sites::handle).await.status, 201);
}

#[tokio::test]
async fn a_kms_that_fails_leaves_nothing_and_a_retry_executes() {
    for answers_are_lost in [false, true] {
        let world = World::new().await;
        let (tap, url) = Tap::before_url(&stack::variable("AWS_ENDPOINT_URL_KMS")).await;
        let deps = deps(&[("AWS_ENDPOINT_URL_KMS", &url)]).await;
        let event = write(&world, "POST", "/v1/hosts", &[], &host());
        if answers_are_lost {
            tap.lose_answers_after(0)
        } else {
            tap.close()
        }

        let failed = event.send(&deps, manage_sites::handle).await;

        assert_eq!((failed.problem().as_str(), world.count("hosts").await), ("503 unavailable", 1));
        assert_eq!(world.count("answers").await, 0);
        tap.open();
        assert_eq!(event.again().send(&deps, manage_sites::handle).await.status, 201);
    }
}

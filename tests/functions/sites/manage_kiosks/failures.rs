//! What is left when a part fails before or after it did what it was asked, and when a caller repeats itself.

use super::*;
use crate::harness::{stack, tap::Tap};

async fn deps(changes: &[(&str, &str)]) -> manage_kiosks::Deps {
    let variables = stack::variables("fn_manage_kiosks", changes);
    stack::connect::<manage_kiosks::Deps>(&variables).await
}

async fn database_tap() -> (Tap, manage_kiosks::Deps) {
    let variables = stack::variables("fn_manage_kiosks", &[]);
    let (tap, url) = Tap::before_url(variables.required("DATABASE_URL").expect("a URL")).await;
    (tap, deps(&[("DATABASE_URL", &url)]).await)
}

#[tokio::test]
async fn a_replay_is_the_first_answer_and_changes_nothing() {
    let (world, entrance) = (World::new().await, Entrance::now().await);
    let (kiosk, _) = entrance.paired(&world).await;
    let device = entrance.begin(&world).await;
    let before = world.actions().await.len();

    for event in writes(&world, &device.code, &kiosk) {
        let (first, second) = (entrance.ask(&event).await, entrance.ask(&event.again()).await);
        assert!(first.status < 300, "{}", first.text);
        assert_eq!((second.status, second.headers["idempotency-replayed"].as_str()), (first.status, "true"));
        assert_eq!(first.body, second.body);
    }

    assert_eq!((world.actions().await.len(), world.count("kiosks").await), (before + 3, 2));
}

#[tokio::test]
async fn a_lost_answer_of_the_record_is_found_and_given() {
    let (world, entrance) = (World::new().await, Entrance::now().await);
    let (kiosk, _) = entrance.paired(&world).await;
    let device = entrance.begin(&world).await;
    let (tap, deps) = database_tap().await;

    for event in writes(&world, &device.code, &kiosk) {
        let before = world.actions().await.len();
        tap.lose_one_answer_after(1);
        let answer = event.send(&deps, manage_kiosks::handle).await;
        assert!(answer.status < 300, "{}", answer.text);
        assert_eq!(answer.headers.get("idempotency-replayed").map(String::as_str), Some("true"), "{event:?}");
        assert_eq!(world.actions().await.len(), before + 1);
    }

    assert_eq!(entrance.fetch(&device).await.body["state"], "paired");
}

#[tokio::test]
async fn a_database_that_stays_away_leaves_nothing_and_a_retry_executes() {
    let (world, entrance) = (World::new().await, Entrance::now().await);
    let device = entrance.begin(&world).await;
    let (tap, deps) = database_tap().await;
    let event = confirming(&world, &device.code);
    tap.close();

    let failed = event.send(&deps, manage_kiosks::handle).await;

    assert_eq!((failed.problem().as_str(), world.count("kiosks").await), ("503 unavailable", 0));
    tap.open();
    assert_eq!(event.again().send(&deps, manage_kiosks::handle).await.status, 201);
}

#[tokio::test]
async fn a_kms_that_fails_leaves_the_code_as_it_was_and_a_retry_executes() {
    for answers_are_lost in [false, true] {
        let (world, entrance) = (World::new().await, Entrance::now().await);
        let device = entrance.begin(&world).await;
        let (tap, url) = Tap::before_url(&stack::variable("AWS_ENDPOINT_URL_KMS")).await;
        let deps = deps(&[("AWS_ENDPOINT_URL_KMS", &url)]).await;
        let event = confirming(&world, &device.code);
        if answers_are_lost {
            tap.lose_answers_after(0)
        } else {
            tap.close()
        }

        let failed = event.send(&deps, manage_kiosks::handle).await;

        assert_eq!((failed.problem().as_str(), world.count("kiosks").await), ("503 unavailable", 0));
        assert_eq!(world.count("answers").await, 0);
        tap.open();
        assert_eq!(event.again().send(&deps, manage_kiosks::handle).await.status, 201);
        assert_eq!(entrance.fetch(&device).await.body["state"], "paired");
    }
}

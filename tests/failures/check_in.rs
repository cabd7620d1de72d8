//! What `check-in` does when a part fails before or after it did what it was asked.

use serde_json::{Value, json};

use crate::harness::{Event, World, pictures, stack, tap::Tap};

async fn deps(changes: &[(&str, &str)]) -> check_in::Deps {
    let variables = stack::variables("fn_check_in", changes);
    stack::connect::<check_in::Deps>(&variables).await
}

fn arrival(world: &World) -> Event {
    let body = json!({ "type": "visitor", "site_id": world.site, "name": "Vera Visitor", "photo": pictures::jpeg() });
    Event::new("POST", "/v1/visits", &[]).bearer(&world.token).idempotent("key-1").json(&body)
}

/// Nothing of the arrival is there, and the same key executes once the part is back.
async fn nothing_is_left_and_a_retry_executes(world: &World, event: &Event, deps: &check_in::Deps) {
    assert_eq!((world.count("visits").await, world.count("answers").await), (0, 0));
    assert_eq!(world.actions().await, [""; 0]);
    let retried = event.again().send(deps, check_in::handle).await;
    assert_eq!(retried.status, 201, "{}", retried.text);
    assert_eq!(world.count("visits").await, 1);
}

async fn a_part_that_fails(variable: &'static str) {
    for answers_are_lost in [false, true] {
        let world = World::new().await;
        let (tap, url) = Tap::before_url(&stack::variable(variable)).await;
        let deps = deps(&[(variable, &url)]).await;
        let event = arrival(&world);
        if answers_are_lost {
            tap.lose_answers_after(0)
        } else {
            tap.close()
        }

        let failed = event.send(&deps, check_in::handle).await;

        assert_eq!(failed.problem(), "503 unavailable", "{variable}, answers lost: {answers_are_lost}");
        assert_eq!(failed.headers["retry-after"], "1");
        tap.open();
        nothing_is_left_and_a_retry_executes(&world, &event, &deps).await;
    }
}

#[tokio::test]
async fn a_kms_that_fails_leaves_nothing_and_a_retry_executes() {
    a_part_that_fails("AWS_ENDPOINT_URL_KMS").await;
}

#[tokio::test]
async fn a_bucket_that_fails_leaves_nothing_reachable_and_a_retry_executes() {
    a_part_that_fails("AWS_ENDPOINT_URL_S3").await;
}

async fn database_tap() -> (Tap, String) {
    let variables = stack::variables("fn_check_in", &[]);
    Tap::before_url(variables.required("DATABASE_URL").expect("a URL")).await
}

#[tokio::test]
async fn a_lost_answer_of_the_record_is_found_and_given() {
    let world = World::new().await;
    let (tap, url) = database_tap().await;
    let deps = deps(&[("DATABASE_URL", &url)]).await;
    // The admission is answered; the record commits, and its answer is lost.
    tap.lose_one_answer_after(1);

    let answer = arrival(&world).send(&deps, check_in::handle).await;

    assert_eq!(answer.status, 201, "{}", answer.text);
    assert_eq!(answer.headers["idempotency-replayed"], "true");
    let visits = world.own_rows("SELECT visit_id::text FROM visits WHERE organization_id = $1").await;
    assert_eq!(visits.len(), 1);
    assert_eq!(answer.body["visit_id"], Value::String(visits[0].get(0)));
    assert_eq!(world.actions().await, ["visit.checked_in"]);
}

#[tokio::test]
async fn a_lost_answer_of_the_admission_is_asked_again() {
    let world = World::new().await;
    let (tap, url) = database_tap().await;
    let deps = deps(&[("DATABASE_URL", &url)]).await;
    tap.lose_one_answer_after(0);

    let answer = arrival(&world).send(&deps, check_in::handle).await;

    assert_eq!(answer.status, 201, "{}", answer.text);
    assert_eq!(world.count("visits").await, 1);
}

#[tokio::test]
async fn a_database_that_stays_away_is_503_and_a_retry_executes() {
    let world = World::new().await;
    let (tap, url) = database_tap().await;
    let deps = deps(&[("DATABASE_URL", &url)]).await;
    let event = arrival(&world);
    tap.close();

    let failed = event.send(&deps, check_in::handle).await;

    assert_eq!(failed.problem(), "503 unavailable");
    tap.open();
    nothing_is_left_and_a_retry_executes(&world, &event, &deps).await;
}

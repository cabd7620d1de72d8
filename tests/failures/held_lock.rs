//! What a session costs others that holds what they wait for: the head of an organization's log.

use std::time::{Duration, Instant};

use tokio_postgres::Client;

use crate::{
    harness::{Event, World, postgres, stack},
    isolation::database::run,
};

/// Longest that a caller waits who is refused: three attempts, each of which waits two seconds for the lock. The rest is
/// for a busy machine.
const REFUSED_WITHIN: Duration = Duration::from_secs(10);

/// A login as the role of a check-in, which writes an entry and does not commit.
async fn hold_the_head_of(world: &World, settings: &str) -> Client {
    let holder = postgres::as_role("fn_check_in").await;
    let hold = format!(
        r#"{settings} BEGIN; SELECT set_config('app.organization_id', '{}', true);
        INSERT INTO audit_log (draft) VALUES ('{{"actor": {{"kind": "system", "id": "holder"}}, "ip": null, "ua": null,
          "action": "visit.checked_in", "target": {{"kind": "visit", "id": "x"}}, "reason": null,
          "diff": {{"added": {{}}, "removed": {{}}, "changed": {{}}}}, "request_id": "r"}}')"#,
        world.organization
    );
    run(&holder, &hold).await;
    holder
}

fn arrival(world: &World) -> Event {
    let body = serde_json::json!({ "type": "visitor", "site_id": world.site, "name": "Vera Visitor" });
    Event::new("POST", "/v1/visits", &[]).bearer(&world.token).idempotent("key-1").json(&body)
}

#[tokio::test]
async fn a_session_that_holds_the_log_and_does_nothing_is_ended_and_the_arrival_goes_on() {
    let world = World::new().await;
    let deps = stack::connect::<check_in::Deps>(&stack::variables("fn_check_in", &[])).await;
    let holder = hold_the_head_of(&world, "").await;

    let answer = arrival(&world).send(&deps, check_in::handle).await;

    assert_eq!(answer.status, 201, "{}", answer.text);
    assert!(holder.batch_execute("COMMIT").await.is_err(), "the session that held the log is over");
    assert_eq!(world.actions().await, ["visit.checked_in"]);
}

/// A session may lift its own limits. Then the limits of the sessions that wait for it bound the harm.
#[tokio::test]
async fn a_session_that_holds_the_log_on_purpose_costs_a_caller_a_503_and_no_claim() {
    let world = World::new().await;
    let deps = stack::connect::<check_in::Deps>(&stack::variables("fn_check_in", &[])).await;
    let holder = hold_the_head_of(&world, "SET idle_in_transaction_session_timeout = 0;").await;
    let began = Instant::now();

    let refused = arrival(&world).send(&deps, check_in::handle).await;

    assert_eq!((refused.problem().as_str(), refused.headers["retry-after"].as_str()), ("503 unavailable", "1"));
    assert!(began.elapsed() < REFUSED_WITHIN, "{:?}", began.elapsed());
    assert_eq!((world.count("visits").await, world.count("answers").await), (0, 0));
    run(&holder, "ROLLBACK").await;
    let retried = arrival(&world).send(&deps, check_in::handle).await;
    assert_eq!(retried.status, 201, "{}", retried.text);
}

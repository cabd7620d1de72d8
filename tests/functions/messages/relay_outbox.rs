//! `relay-outbox` promises: every event becomes ready, one that is not ready always has its mark, and a batch is relayed as
//! a batch.

use std::time::Duration;

use serde_json::{Value, json};
use shared::{
    clock::Clock,
    runtime::{self, Fired},
};
use tokio::sync::Mutex;

use crate::harness::{World, arrivals, counting_proxy::CountingProxy, stack, tap::Tap};

/// A sweep takes up the events of every organization, those of the test beside it too.
static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());

const CLOCK: Clock = Clock::System { offset_s: 0 };
/// Far enough that the marks of this test are not due for the sweep of another.
const AHEAD_S: &str = "31536000";

async fn deps(changes: &[(&str, &str)]) -> relay_outbox::Deps {
    let variables = stack::variables("fn_relay_outbox", changes);
    stack::connect::<relay_outbox::Deps>(&variables).await
}

/// One tick of the schedule.
async fn tick(deps: &relay_outbox::Deps) -> Value {
    fire(deps, json!({}), Duration::from_secs(60)).await.expect("a tick")
}

async fn fire(deps: &relay_outbox::Deps, event: Value, remaining: Duration) -> shared::Result<Value> {
    let fired = Fired { event, request_id: "test".to_owned(), remaining };
    runtime::work(CLOCK, deps, relay_outbox::consume, relay_outbox::sweep, fired).await
}

fn nudge(world: &World) -> Value {
    json!({
        "v": 1, "id": uuid::Uuid::new_v4(), "organization_id": world.organization, "kind": "outbox.nudge",
        "ref": world.organization, "request_id": "test", "traceparent": null,
    })
}

fn batch(bodies: &[String]) -> Value {
    let record = |(at, body): (usize, &String)| json!({ "messageId": format!("m-{at}"), "body": body, "eventSource": "aws:sqs" });
    json!({ "Records": bodies.iter().enumerate().map(record).collect::<Vec<_>>() })
}

async fn waiting(world: &World) -> i64 {
    world.own_rows("SELECT count(*) FROM outbox WHERE organization_id = $1 AND ready_at IS NULL").await[0].get(0)
}

async fn marks(world: &World) -> i64 {
    world.own_rows("SELECT count(*) FROM pending_work WHERE organization_id = $1 AND kind = 'outbox'").await[0].get(0)
}

async fn emit(world: &World, count: i64) {
    let sql = "INSERT INTO outbox (organization_id, event_id, kind, subject_kind, subject_id, request_id, occurred_at)
        SELECT $1::uuid, gen_random_uuid(), 'visitor.checked_in', 'visit', gen_random_uuid(), 'test', now() + interval '300 days'
        FROM generate_series(1, $2::bigint)";
    world.execute(sql, &[&world.organization, &count]).await;
}

#[tokio::test]
async fn a_nudge_makes_the_events_of_its_organization_ready() {
    let _alone = ONE_AT_A_TIME.lock().await;
    let world = World::new().await;
    arrivals::visit_of(&world, &arrivals::visitor(&world)).await;
    assert_eq!((waiting(&world).await, marks(&world).await), (2, 1));
    let (deps, event) = (deps(&[]).await, batch(&[nudge(&world).to_string()]));

    let answer = fire(&deps, event.clone(), Duration::from_secs(20)).await.unwrap();
    let again = fire(&deps, event, Duration::from_secs(20)).await.unwrap();

    assert_eq!((&answer, &again), (&json!({ "batchItemFailures": [] }), &json!({ "batchItemFailures": [] })));
    assert_eq!((waiting(&world).await, marks(&world).await), (0, 1));
}

/// A busy organization keeps its mark; a tick that finds nothing waiting takes it away, and the next event sets a new one.
#[tokio::test]
async fn a_mark_goes_with_the_first_tick_that_finds_nothing() {
    let _alone = ONE_AT_A_TIME.lock().await;
    let world = World::new().await;
    let deps = deps(&[]).await;
    arrivals::visit_of(&world, &arrivals::visitor(&world)).await;

    tick(&deps).await;
    let after_work = (waiting(&world).await, marks(&world).await);
    tick(&deps).await;
    let after_nothing = (waiting(&world).await, marks(&world).await);
    arrivals::visit_of(&world, &arrivals::driver(&world)).await;

    assert_eq!((after_work, after_nothing), ((0, 1), (0, 0)));
    assert_eq!((waiting(&world).await, marks(&world).await), (1, 1));
}

/// Ten check-ins and their ten messages cost what one costs: three round trips, one transaction.
#[tokio::test]
async fn the_relay_of_a_batch_is_a_batch() {
    let _alone = ONE_AT_A_TIME.lock().await;
    let (world, other) = (World::new().await, World::new().await);
    let direct = stack::variables("fn_relay_outbox", &[]);
    let (proxy, url) =
        CountingProxy::before_url(direct.required("DATABASE_URL").unwrap(), Duration::from_millis(50)).await;
    let deps = deps(&[("DATABASE_URL", &url), ("CLOCK_OFFSET_SECONDS", AHEAD_S)]).await;
    for _ in 0..10 {
        emit(&world, 1).await;
    }
    emit(&other, 1).await;
    let bodies: Vec<String> = (0..10).map(|_| nudge(&world).to_string()).chain([nudge(&other).to_string()]).collect();
    let before = proxy.round_trips();

    let answer = fire(&deps, batch(&bodies), Duration::from_secs(20)).await.unwrap();

    assert_eq!(answer, json!({ "batchItemFailures": [] }));
    assert_eq!((waiting(&world).await, waiting(&other).await), (0, 0));
    assert_eq!(proxy.round_trips() - before, 2 * 3, "three for each organization");
    let transactions = "SELECT count(DISTINCT xmin::text) FROM outbox WHERE organization_id = $1";
    assert_eq!(world.own_rows(transactions).await[0].get::<_, i64>(0), 1);
}

/// Messages that ask for the same fail together, and all of them come back.
#[tokio::test]
async fn a_batch_that_fails_comes_back_whole() {
    let _alone = ONE_AT_A_TIME.lock().await;
    let world = World::new().await;
    emit(&world, 2).await;
    let variables = stack::variables("fn_relay_outbox", &[]);
    let (tap, url) = Tap::before_url(variables.required("DATABASE_URL").unwrap()).await;
    let deps = deps(&[("DATABASE_URL", &url), ("CLOCK_OFFSET_SECONDS", AHEAD_S)]).await;
    tap.close();
    let event = batch(&[nudge(&world).to_string(), nudge(&world).to_string()]);

    let failed = fire(&deps, event.clone(), Duration::from_secs(20)).await.unwrap();

    let both = json!([{ "itemIdentifier": "m-0" }, { "itemIdentifier": "m-1" }]);
    assert_eq!(failed, json!({ "batchItemFailures": both }));
    assert_eq!((waiting(&world).await, marks(&world).await), (2, 1));
    tap.open();
    fire(&deps, event, Duration::from_secs(20)).await.unwrap();
    assert_eq!(waiting(&world).await, 0);
}

#[tokio::test]
async fn the_schedule_finds_what_no_nudge_told() {
    let _alone = ONE_AT_A_TIME.lock().await;
    let world = World::new().await;
    arrivals::visit_of(&world, &arrivals::driver(&world)).await;

    let deps = deps(&[]).await;

    let outcome = tick(&deps).await;

    assert!(outcome["done"].as_u64().unwrap() >= 1, "{outcome}");
    assert_eq!((waiting(&world).await, marks(&world).await), (0, 1));
    tick(&deps).await;
    assert_eq!((waiting(&world).await, marks(&world).await), (0, 0));
}

#[tokio::test]
async fn a_message_that_is_none_of_ours_comes_back_and_the_others_do_not() {
    let _alone = ONE_AT_A_TIME.lock().await;
    let world = World::new().await;
    arrivals::visit_of(&world, &arrivals::driver(&world)).await;
    let changed = |name: &str, value: Value| {
        let mut message = nudge(&world);
        message[name] = value;
        message.to_string()
    };
    let bodies = [
        "not json".to_owned(),
        changed("kind", json!("outbox.empty")),
        nudge(&world).to_string(),
        changed("v", json!(2)),
        changed("name", json!("Vera Visitor")),
    ];

    let answer = fire(&deps(&[]).await, batch(&bodies), Duration::from_secs(20)).await.unwrap();

    let failed: Vec<&str> = answer["batchItemFailures"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["itemIdentifier"].as_str().unwrap())
        .collect();
    assert_eq!(failed, ["m-0", "m-1", "m-3", "m-4"]);
    assert_eq!(waiting(&world).await, 0);
}

#[tokio::test]
async fn more_than_a_page_is_taken_up_page_by_page() {
    let _alone = ONE_AT_A_TIME.lock().await;
    let world = World::new().await;
    emit(&world, 2 * relay_outbox::PAGE + 1).await;

    let event = batch(&[nudge(&world).to_string()]);
    fire(&deps(&[("CLOCK_OFFSET_SECONDS", AHEAD_S)]).await, event, Duration::from_secs(20)).await.unwrap();

    assert_eq!((waiting(&world).await, marks(&world).await), (0, 1));
}

#[tokio::test]
async fn a_crash_between_two_pages_leaves_the_mark() {
    let _alone = ONE_AT_A_TIME.lock().await;
    let world = World::new().await;
    emit(&world, relay_outbox::PAGE + 1).await;
    let variables = stack::variables("fn_relay_outbox", &[]);
    let (tap, url) = Tap::before_url(variables.required("DATABASE_URL").unwrap()).await;
    let deps = deps(&[("DATABASE_URL", &url), ("CLOCK_OFFSET_SECONDS", AHEAD_S)]).await;
    // BEGIN, the page, COMMIT; then the line is dead.
    tap.lose_answers_after(3);
    let event = batch(&[nudge(&world).to_string()]);

    let failed = fire(&deps, event.clone(), Duration::from_secs(20)).await.unwrap();

    assert_eq!(failed, json!({ "batchItemFailures": [{ "itemIdentifier": "m-0" }] }));
    assert_eq!((waiting(&world).await, marks(&world).await), (1, 1));
    tap.open();
    fire(&deps, event, Duration::from_secs(20)).await.unwrap();
    assert_eq!((waiting(&world).await, marks(&world).await), (0, 1));
}

#[tokio::test]
async fn without_time_nothing_is_begun() {
    let _alone = ONE_AT_A_TIME.lock().await;
    let world = World::new().await;
    arrivals::visit_of(&world, &arrivals::driver(&world)).await;

    let outcome = fire(&deps(&[]).await, json!({}), Duration::ZERO).await.unwrap();

    assert_eq!(outcome, json!({ "organizations": 0, "done": 0, "failed": 0 }));
    assert_eq!((waiting(&world).await, marks(&world).await), (1, 1));
}

#[tokio::test]
async fn a_database_that_stays_away_fails_the_tick_and_loses_nothing() {
    let _alone = ONE_AT_A_TIME.lock().await;
    let world = World::new().await;
    arrivals::visit_of(&world, &arrivals::driver(&world)).await;
    let variables = stack::variables("fn_relay_outbox", &[]);
    let (tap, url) = Tap::before_url(variables.required("DATABASE_URL").unwrap()).await;
    let deps = deps(&[("DATABASE_URL", &url)]).await;
    tap.close();

    let failed = fire(&deps, json!({}), Duration::from_secs(20)).await;

    assert!(failed.is_err());
    assert_eq!((waiting(&world).await, marks(&world).await), (1, 1));
}

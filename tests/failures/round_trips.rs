//! What a request costs on the way to the database, counted and not timed.

use std::time::Duration;

use serde_json::json;

use crate::harness::{Event, World, counting_proxy::CountingProxy, listed, stack};

/// Longer than a client takes to send what it sends at once, on a machine that is busy.
const DELAY: Duration = Duration::from_millis(50);

async fn deps_behind_a_proxy() -> (CountingProxy, check_in::Deps) {
    let direct = stack::variables("fn_check_in", &[]);
    let (proxy, url) = CountingProxy::before_url(direct.required("DATABASE_URL").expect("a URL"), DELAY).await;
    let variables = stack::variables("fn_check_in", &[("DATABASE_URL", &url)]);
    (proxy, stack::connect::<check_in::Deps>(&variables).await)
}

fn arrival(world: &World, key: &str) -> Event {
    let body = json!({
        "type": "driver", "site_id": world.site, "name": "Dora Driver", "licence_number": "B072-RRE 2I55",
        "carrier": "Sample Haulage", "bills_of_lading": ["BOL-1"], "host_id": world.host,
    });
    Event::new("POST", "/v1/visits", &[]).bearer(&world.token).idempotent(key).json(&body)
}

#[tokio::test]
async fn a_warm_check_in_costs_two_round_trips() {
    let world = World::new().await;
    let (proxy, deps) = deps_behind_a_proxy().await;
    // The first one also unwraps the tenant's key.
    assert_eq!(arrival(&world, "key-1").send(&deps, check_in::handle).await.status, 201);
    let before = proxy.round_trips();

    let answer = arrival(&world, "key-2").send(&deps, check_in::handle).await;

    assert_eq!(answer.status, 201, "{}", answer.text);
    assert_eq!((proxy.round_trips() - before, proxy.connections()), (2, 1));
}

#[tokio::test]
async fn a_check_in_before_a_watchlist_costs_one_more() {
    let world = World::new().await;
    listed::list(&world, "deny", &json!({ "company": "Sample Haulage" })).await;
    let (proxy, deps) = deps_behind_a_proxy().await;
    assert_eq!(arrival(&world, "key-1").send(&deps, check_in::handle).await.status, 201);
    let before = proxy.round_trips();

    let answer = arrival(&world, "key-2").send(&deps, check_in::handle).await;

    assert_eq!(answer.body["hold_reasons"], json!(["watchlist"]), "{}", answer.text);
    assert_eq!((proxy.round_trips() - before, proxy.connections()), (3, 1));
}

#[tokio::test]
async fn a_replay_costs_one_round_trip() {
    let world = World::new().await;
    let (proxy, deps) = deps_behind_a_proxy().await;
    let event = arrival(&world, "key-1");
    assert_eq!(event.send(&deps, check_in::handle).await.status, 201);
    let before = proxy.round_trips();

    let answer = event.again().send(&deps, check_in::handle).await;

    assert_eq!(answer.headers["idempotency-replayed"], "true");
    assert_eq!(proxy.round_trips() - before, 1);
}

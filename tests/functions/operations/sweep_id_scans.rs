//! `sweep-id-scans` promises: a scan that no check-in cites is gone after its hour, key, images and rows, and is counted.

use std::time::Duration;

use serde_json::json;
use shared::{
    Result,
    clock::Clock,
    objects::{ObjectKey, ObjectReader},
    runtime::{self, Fired},
    schedule::{Outcome, Tick},
};

use crate::harness::{Event, World, arrivals, pictures, stack};

/// One organization: a sweep of all at another moment would take the scans of every test beside it.
struct One<'w> {
    deps: sweep_id_scans::Deps,
    world: &'w World,
}

async fn sweep_one(one: &One<'_>, tick: &Tick) -> Result<Outcome> {
    let work = tick.work(&one.deps.db, one.world.organization);
    let done = sweep_id_scans::sweep_one(&one.deps, tick, &work).await?;
    Ok(Outcome { organizations: 1, done, failed: 0 })
}

fn fired() -> Fired {
    Fired { event: json!({}), request_id: "test".to_owned(), remaining: Duration::from_secs(60) }
}

/// Sweeps a world some seconds from now; how many scans were destroyed.
async fn sweep(world: &World, offset_s: i64) -> u64 {
    let one = One { deps: stack::connect(&stack::variables("fn_sweep_id_scans", &[])).await, world };
    runtime::sweep(Clock::System { offset_s }, &one, sweep_one, fired()).await.expect("a tick that ends well").done
}

#[tokio::test]
async fn a_tick_sweeps_every_organization_and_ends_well() {
    let deps = stack::connect(&stack::variables("fn_sweep_id_scans", &[])).await;

    let outcome = runtime::sweep(Clock::System { offset_s: 0 }, &deps, sweep_id_scans::sweep, fired()).await.unwrap();

    assert_eq!(outcome.failed, 0, "{outcome:?}");
}

/// Scans a picture, and gives its object's id.
async fn scan_picture(world: &World) -> uuid::Uuid {
    let deps: scan_id::Deps = stack::connect(&stack::variables("fn_scan_id", &[])).await;
    let event = Event::new("POST", "/v1/id-scans", &[]).bearer(&world.token).idempotent("picture");
    let body = json!({ "site_id": world.site, "front": pictures::jpeg() });
    assert_eq!(event.json(&body).send(&deps, scan_id::handle).await.status, 201);
    world.own_rows("SELECT object_id FROM id_scan_objects WHERE organization_id = $1").await[0].get(0)
}

#[tokio::test]
async fn a_scan_that_no_check_in_cites_is_gone_after_its_hour() {
    let world = World::new().await;
    let object = scan_picture(&world).await;
    arrivals::scan(&world, arrivals::LICENCE_TEXT).await;
    let persons =
        "SELECT count(*) FROM people WHERE organization_id = $1 AND kind = 'document' AND wrapped_key IS NOT NULL";

    assert_eq!((sweep(&world, 0).await, world.count("id_scans").await), (0, 2), "within the hour they stay");
    assert_eq!(sweep(&world, 3700).await, 2);

    assert_eq!((world.count("id_scans").await, world.count("id_scan_objects").await), (0, 0));
    assert_eq!(world.own_rows(persons).await[0].get::<_, i64>(0), 0, "their keys are destroyed");
    let reader: ObjectReader = stack::connect(&stack::variables("fn_reveal_visit", &[])).await;
    let key = ObjectKey::new(world.organization, object.into());
    assert_eq!(reader.fetch_sealed(&key).await.unwrap_err().code().name(), "not_found");
    let entry = world.entries().await.pop().unwrap();
    assert_eq!(entry["action"], "id_scans.destroyed");
    assert_eq!(entry["diff"]["added"], json!({ "scans": 2, "rule": "not_cited_within_an_hour" }));
}

#[tokio::test]
async fn a_scan_that_a_check_in_cited_stays() {
    let world = World::new().await;
    arrivals::held(&world).await;

    assert_eq!(sweep(&world, 3700).await, 0);

    assert_eq!(world.count("id_scans").await, 1);
    assert_eq!(world.actions().await, ["id_scan.recorded", "visit.held"]);
}

#[tokio::test]
async fn an_organization_without_scans_gets_no_entry() {
    let world = World::new().await;

    assert_eq!((sweep(&world, 3700).await, sweep(&world, 3700).await), (0, 0));

    assert_eq!(world.entries().await.len(), 0);
}

//! `sweep-retention` promises: what identity documents say is gone after the site's period, wherever it stood; a legal hold
//! keeps it.

use std::time::Duration;

use serde_json::json;
use shared::{
    Result,
    clock::Clock,
    objects::{ObjectKey, ObjectReader},
    runtime::{self, Fired},
    schedule::{Outcome, Tick},
};

use crate::harness::{Event, World, arrivals, event::Answer, pictures, stack, tap::Tap};

/// 90 days, and a minute.
const PERIOD_S: i64 = 90 * 86_400 + 60;
const REASON: &str = "The customs office asked us to keep this document";

/// One organization: a sweep of all at another moment would take the documents of every test beside it.
struct One<'w> {
    deps: sweep_retention::Deps,
    world: &'w World,
}

async fn sweep_one(one: &One<'_>, tick: &Tick) -> Result<Outcome> {
    let work = tick.work(&one.deps.db, one.world.organization);
    let done = sweep_retention::sweep_one(&one.deps, tick, &work).await?;
    Ok(Outcome { organizations: 1, done, failed: 0 })
}

fn fired() -> Fired {
    Fired { event: json!({}), request_id: "test".to_owned(), remaining: Duration::from_secs(60) }
}

/// Sweeps a world some seconds from now; how much was destroyed.
async fn sweep(world: &World, offset_s: i64) -> u64 {
    try_sweep(world, offset_s, &[]).await.expect("a tick that ends well").done
}

async fn try_sweep(world: &World, offset_s: i64, changes: &[(&str, &str)]) -> Result<Outcome> {
    let one = One { deps: stack::connect(&stack::variables("fn_sweep_retention", changes)).await, world };
    runtime::sweep(Clock::System { offset_s }, &one, sweep_one, fired()).await
}

/// A driver on site whose document was scanned with its picture.
async fn driver_with_document(world: &World) -> String {
    let deps: scan_id::Deps = stack::connect(&stack::variables("fn_scan_id", &[])).await;
    let text = json!({ "kind": "barcode", "text": arrivals::LICENCE_TEXT.replace("DAQE6L1110", "DAQB072RR2") });
    let body = json!({ "site_id": world.site, "front": pictures::jpeg(), "device_text": text });
    let event = Event::new("POST", "/v1/id-scans", &[]).bearer(&world.token).idempotent("scan").json(&body);
    let scanned = event.send(&deps, scan_id::handle).await;
    let mut driver = arrivals::driver(world);
    driver["id_scan_id"] = scanned.body["id_scan_id"].clone();
    arrivals::visit_of(world, &driver).await
}

async fn reveal(world: &World, visit: &str) -> Answer {
    let deps: reveal_visit::Deps = stack::connect(&stack::variables("fn_reveal_visit", &[])).await;
    let fields = ["licence_number", "document_number", "document_front"];
    let body = json!({ "fields": fields, "reason": REASON });
    let key = uuid::Uuid::new_v4().to_string();
    let event = Event::new("POST", "/v1/visits/{visit_id}/reveal", &[visit]).bearer(&world.token).idempotent(&key);
    event.json(&body).send(&deps, reveal_visit::handle).await
}

async fn hold(world: &World, method: &'static str, visit: &str) {
    let deps: manage_retention::Deps = stack::connect(&stack::variables("fn_manage_retention", &[])).await;
    let event =
        Event::new(method, "/v1/visits/{visit_id}/legal-hold", &[visit]).bearer(&world.token).idempotent(method);
    let answer = event.json(&json!({ "reason": REASON })).send(&deps, manage_retention::handle).await;
    assert!([200, 201].contains(&answer.status), "{}", answer.text);
}

/// Persons whose keys are there, by their kind.
async fn keys(world: &World) -> Vec<String> {
    let sql = "SELECT kind FROM people WHERE organization_id = $1 AND wrapped_key IS NOT NULL AND kind <> 'host' ORDER BY kind";
    world.own_rows(sql).await.iter().map(|row| row.get(0)).collect()
}

#[tokio::test]
async fn a_tick_sweeps_every_organization_and_ends_well() {
    let deps = stack::connect(&stack::variables("fn_sweep_retention", &[])).await;

    let outcome = runtime::sweep(Clock::System { offset_s: 0 }, &deps, sweep_retention::sweep, fired()).await.unwrap();

    assert_eq!(outcome.failed, 0, "{outcome:?}");
}

#[tokio::test]
async fn numbers_and_images_are_gone_after_the_period_and_the_key_that_opens_what_is_left() {
    let world = World::new().await;
    let visit = driver_with_document(&world).await;
    let object: uuid::Uuid =
        world.own_rows("SELECT object_id FROM id_scan_objects WHERE organization_id = $1").await[0].get(0);
    let before = reveal(&world, &visit).await;
    assert_eq!(before.body["values"]["licence_number"], arrivals::LICENCE_NUMBER, "{}", before.text);
    assert_eq!((sweep(&world, 0).await, keys(&world).await), (0, vec!["document".to_owned(), "driver".to_owned()]));

    assert_eq!(sweep(&world, PERIOD_S).await, 2, "a scan and a number");

    assert_eq!(keys(&world).await, ["driver"], "what the driver said themselves can be opened still");
    assert_eq!((world.count("id_scans").await, world.count("id_scan_objects").await), (1, 0), "the verdicts stay");
    let left = &world
        .own_rows(
            "SELECT i.values_sealed IS NULL AND i.number_index IS NULL AND v.licence_number_sealed IS NULL
            AND v.licence_number_index IS NULL AND v.licence_purged_at IS NOT NULL AND i.verdicts <> '{}'
        FROM id_scans AS i JOIN visits AS v USING (organization_id, visit_id) WHERE organization_id = $1",
        )
        .await[0];
    assert!(left.get::<_, bool>(0));
    let reader: ObjectReader = stack::connect(&stack::variables("fn_reveal_visit", &[])).await;
    let key = ObjectKey::new(world.organization, object.into());
    assert_eq!(reader.fetch_sealed(&key).await.unwrap_err().code().name(), "not_found");
    let after = reveal(&world, &visit).await;
    let nothing = json!({ "licence_number": null, "document_number": null, "document_front": null });
    assert_eq!((after.status, &after.body["values"]), (200, &nothing), "{}", after.text);
    let entries = world.entries().await;
    let entry = entries.iter().find(|entry| entry["action"] == "documents.purged").expect("an entry");
    let counted = json!({ "id_scans": 1, "licence_numbers": 1, "rule": "document_retention_hours", "document_retention_hours": 2160 });
    assert_eq!((&entry["diff"]["added"], &entry["target"]["id"]), (&counted, &json!(world.site)));
}

#[tokio::test]
async fn where_the_bucket_fails_the_key_and_the_rows_are_gone_all_the_same() {
    let world = World::new().await;
    driver_with_document(&world).await;
    let (tap, url) = Tap::before_url(&stack::variable("AWS_ENDPOINT_URL_S3")).await;
    tap.close();

    assert!(try_sweep(&world, PERIOD_S, &[("AWS_ENDPOINT_URL_S3", &url)]).await.is_err());

    assert_eq!((keys(&world).await, world.count("id_scan_objects").await), (vec!["driver".to_owned()], 0));
    assert_eq!(sweep(&world, PERIOD_S).await, 0, "nothing is counted twice");
    assert_eq!(world.actions().await.iter().filter(|action| *action == "documents.purged").count(), 1);
}

#[tokio::test]
async fn the_number_in_the_log_is_sealed_by_the_key_that_goes() {
    let world = World::new().await;
    arrivals::visit_of(&world, &arrivals::driver(&world)).await;

    let row = &world
        .own_rows("SELECT licence_person_id::text, person_id::text FROM visits WHERE organization_id = $1")
        .await[0];

    let (holder, person): (String, String) = (row.get(0), row.get(1));
    let added = &world.entries().await[0]["diff"]["added"];
    assert_eq!((&added["licence_person_id"], &added["person_id"]), (&json!(holder), &json!(person)));
    assert_ne!(holder, person);
    // Two envelopes of one key name the same key.
    let key_of = |value: &str| added[value]["sealed"].as_str().expect("sealed")[..22].to_owned();
    assert_eq!(key_of("carrier"), key_of("tractor_plate"));
    assert_ne!(key_of("carrier"), key_of("licence_number"));
}

#[tokio::test]
async fn a_legal_hold_keeps_documents_until_it_is_released() {
    let world = World::new().await;
    let visit = driver_with_document(&world).await;
    hold(&world, "POST", &visit).await;

    assert_eq!((sweep(&world, PERIOD_S).await, world.count("id_scan_objects").await), (0, 1));
    hold(&world, "DELETE", &visit).await;

    assert_eq!((sweep(&world, PERIOD_S).await, world.count("id_scan_objects").await), (2, 0));
}

#[tokio::test]
async fn a_site_that_keeps_documents_for_an_hour_has_none_after_it() {
    let world = World::new().await;
    driver_with_document(&world).await;
    let sql = "UPDATE sites SET document_retention_hours = 1 WHERE organization_id = $1";
    world.execute(sql, &[&world.organization.uuid()]).await;

    assert_eq!((sweep(&world, 3500).await, sweep(&world, 3700).await), (0, 2));
    assert_eq!(sweep(&world, 3700).await, 0, "what is destroyed is not counted again");
}

#[tokio::test]
async fn a_key_stays_while_it_seals_what_is_not_due() {
    let world = World::new().await;
    driver_with_document(&world).await;
    let sql = "UPDATE visits SET created_at = created_at + interval '30 minutes' WHERE organization_id = $1";
    world.execute(sql, &[&world.organization.uuid()]).await;

    assert_eq!((sweep(&world, PERIOD_S).await, keys(&world).await.len()), (1, 2), "the scan alone is due");
    assert_eq!((sweep(&world, PERIOD_S + 1800).await, keys(&world).await.len()), (1, 1));
}

#[tokio::test]
async fn a_number_that_the_drivers_own_key_seals_is_gone_and_the_key_stays() {
    let world = World::new().await;
    arrivals::visit_of(&world, &arrivals::driver(&world)).await;
    let sql = "UPDATE visits SET licence_person_id = NULL WHERE organization_id = $1";
    world.execute(sql, &[&world.organization.uuid()]).await;

    assert_eq!(sweep(&world, PERIOD_S).await, 1);

    assert!(keys(&world).await.contains(&"driver".to_owned()), "a version before this one sealed it so");
    let gone = "SELECT licence_number_sealed IS NULL FROM visits WHERE organization_id = $1";
    assert!(world.own_rows(gone).await[0].get::<_, bool>(0));
}

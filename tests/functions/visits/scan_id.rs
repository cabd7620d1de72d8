//! `scan-id` promises: a document is read within the request, its values are answered once, and stand nowhere in the clear.

use std::time::Duration;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

use crate::harness::{Event, World, event::Answer, pictures, refusals, stack};

/// The specimen of ICAO Doc 9303, part 4.
pub(super) const MRZ: &str =
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10";
const LICENCES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/vectors/licences");

async fn deps(changes: &[(&str, &str)]) -> scan_id::Deps {
    stack::connect(&stack::variables("fn_scan_id", changes)).await
}

fn scan(world: &World, key: &str, body: &Value) -> Event {
    Event::new("POST", "/v1/id-scans", &[]).bearer(&world.token).idempotent(key).json(body)
}

pub(super) async fn send(event: &Event) -> Answer {
    event.send(&deps(&[]).await, scan_id::handle).await
}

fn device_text(world: &World, kind: &str, text: &str) -> Value {
    json!({ "site_id": world.site, "device_text": { "kind": kind, "text": text } })
}

pub(super) fn picture(name: &str) -> String {
    BASE64_STANDARD.encode(std::fs::read(format!("{LICENCES}/{name}.jpg")).expect("the vectors are there"))
}

/// A sample licence: the base64 of its back, and what stands on it.
fn licence() -> (String, Value) {
    let expected = std::fs::read_to_string(format!("{LICENCES}/expected.json")).expect("the vectors are there");
    let expected: Value = serde_json::from_str(&expected).unwrap();
    (picture("licence-1-00-back"), expected)
}

pub(super) fn field<'a>(answer: &'a Answer, name: &str) -> &'a Value {
    let fields = answer.body["fields"].as_array().expect("fields");
    fields.iter().find(|field| field["field"] == name).map_or(&Value::Null, |field| &field["value"])
}

#[tokio::test]
async fn reads_the_back_of_a_licence_and_says_where_each_field_stood() {
    let world = World::new().await;
    let (back, expected) = licence();

    let answer = send(&scan(&world, "key-1", &json!({ "site_id": world.site, "back": back }))).await;

    assert_eq!(answer.status, 201, "{}", answer.text);
    let number = field(&answer, "document_number").as_str().expect("a number");
    assert!(expected.to_string().contains(number), "{number}");
    assert_eq!(answer.body["documents"][0]["source"], "barcode");
    assert_eq!(answer.body["documents"][0]["is_device_text"], false);
    assert_eq!(answer.body["needs_manual_entry"], false);
    let stood: Vec<&Value> = answer.body["fields"].as_array().unwrap().iter().map(|field| &field["stood_at"]).collect();
    assert!(stood.contains(&&json!("DAQ")), "{stood:?}");
    assert_eq!((world.count("id_scans").await, world.count("id_scan_objects").await), (1, 1));
    assert_eq!(world.actions().await, ["id_scan.recorded"]);
}

#[tokio::test]
async fn a_replay_shows_no_value() {
    let world = World::new().await;
    let event = scan(&world, "key-1", &device_text(&world, "mrz", MRZ));

    let first = send(&event).await;
    let second = send(&event.again()).await;

    assert_eq!((first.status, second.status), (201, 201), "{}", first.text);
    assert_eq!(field(&first, "family_name"), "ERIKSSON");
    assert_eq!(field(&second, "family_name"), &Value::Null);
    assert_eq!(first.body["id_scan_id"], second.body["id_scan_id"]);
    assert_eq!(second.headers["idempotency-replayed"], "true");
    assert!(!second.text.contains("ERIKSSON") && !second.text.contains("L898902C3"), "{}", second.text);
    assert_eq!(world.count("id_scans").await, 1);
}

#[tokio::test]
async fn no_value_stands_in_the_clear() {
    let world = World::new().await;
    let (back, _) = licence();
    let answer = send(&scan(&world, "key-1", &json!({ "site_id": world.site, "back": back }))).await;
    send(&scan(&world, "key-2", &device_text(&world, "mrz", MRZ))).await;

    let rows = world.own_rows("SELECT s::text FROM id_scans AS s WHERE organization_id = $1").await;
    let rows: String = rows.iter().map(|row| row.get::<_, String>(0)).collect();
    let entries = json!(world.entries().await).to_string();
    let fields = answer.body["fields"].as_array().unwrap().iter();
    let values =
        fields.filter(|field| !["card_type", "country", "issuer", "sex"].contains(&field["field"].as_str().unwrap()));
    let values: Vec<&str> =
        values.filter_map(|field| field["value"].as_str()).filter(|value| value.len() > 3).collect();
    assert!(values.len() > 3, "{values:?}");
    for value in values.into_iter().chain(["ERIKSSON", "L898902C3", "1974-08-12"]) {
        assert!(!rows.contains(value) && !entries.contains(value), "{value}");
    }
    assert_eq!(world.entries().await.remove(1)["diff"]["added"]["sources"], json!(["mrz"]));
}

#[tokio::test]
async fn the_other_side_comes_from_the_same_credential_and_confirms_what_the_device_said() {
    let world = World::new().await;
    let (back, _) = licence();
    let by_image = send(&scan(&world, "key-1", &json!({ "site_id": world.site, "back": back }))).await;
    let number = field(&by_image, "document_number").as_str().unwrap().to_owned();
    let text = format!("@\n\u{1e}\rANSI 636000100002DL00410020DLDAQ{number}\nDCSSAMPLE\n\rZ");
    let first = send(&scan(&world, "key-2", &device_text(&world, "barcode", &text))).await;
    assert_eq!(first.status, 201, "{}", first.text);
    assert_eq!(first.body["documents"][0]["is_device_text"], true);
    assert!(first.body["warnings"].as_array().unwrap().contains(&json!("device_text_unconfirmed")));

    let other = json!({ "id_scan_id": first.body["id_scan_id"], "back": back });
    let theirs = world.token_with(&["visit.check_in"]).await;
    assert_eq!(send(&scan(&world, "key-3", &other).bearer(&theirs)).await.problem(), "404 not_found");
    let second = send(&scan(&world, "key-4", &other)).await;

    assert_eq!(second.status, 201, "{}", second.text);
    assert_eq!(second.body["id_scan_id"], first.body["id_scan_id"]);
    assert_eq!(second.body["expires_at"], first.body["expires_at"]);
    assert_eq!(second.body["documents"][0]["is_device_text"], false);
    assert_eq!(send(&scan(&world, "key-5", &other)).await.problem(), "422 unprocessable /back:scanned_already");
    let later = deps(&[("CLOCK_OFFSET_SECONDS", "3700")]).await;
    let front = json!({ "id_scan_id": first.body["id_scan_id"], "front": pictures::jpeg() });
    let late = scan(&world, "key-6", &front).send(&later, scan_id::handle).await;
    assert_eq!(late.problem(), "404 not_found");
    assert_eq!(world.count("id_scans").await, 2);
}

#[tokio::test]
async fn what_cannot_be_read_is_a_verdict_and_no_failure() {
    let world = World::new().await;
    for (key, body, why) in [
        (
            "key-1",
            json!({ "site_id": world.site, "front": pictures::jpeg() }),
            json!(["needs_manual_entry", "nothing_found"]),
        ),
        ("key-2", device_text(&world, "barcode", "4 006381 333931"), json!(["not_aamva"])),
        ("key-3", device_text(&world, "mrz", "no zone at all"), json!(["no_mrz"])),
    ] {
        let answer = send(&scan(&world, key, &body).remaining(Duration::from_secs(20))).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        assert_eq!((&answer.body["needs_manual_entry"], &answer.body["not_read"]), (&json!(true), &why));
        assert_eq!(answer.body["warnings"], json!(["needs_manual_entry"]));
    }
}

#[tokio::test]
async fn the_sites_age_limit_and_calendar_decide_what_is_warned_of() {
    let world = World::new().await;
    world
        .execute("UPDATE sites SET id_check_age_min = 60 WHERE organization_id = $1", &[&world.organization.uuid()])
        .await;

    let answer = send(&scan(&world, "key-1", &device_text(&world, "mrz", MRZ))).await;

    let warnings = answer.body["warnings"].as_array().unwrap();
    for warning in ["expired", "under_age", "specimen"] {
        assert!(warnings.contains(&json!(warning)), "{warnings:?}");
    }
}

#[tokio::test]
async fn malformed_bodies_are_refused_by_place() {
    let world = World::new().await;
    let site = json!(world.site);
    let long = "x".repeat(4097);
    let cases = [
        (json!({ "site_id": site }), "400 malformed /front:missing"),
        (json!({ "front": pictures::jpeg() }), "400 malformed /site_id:missing"),
        (json!({ "site_id": site, "back": "not base64!" }), "400 malformed /back:not_base64"),
        (json!({ "site_id": site, "front": "aGVsbG8=" }), "400 malformed /front:not_an_image"),
        (device_text(&world, "mrz", ""), "400 malformed /device_text/text:empty"),
        (device_text(&world, "mrz", &long), "400 malformed /device_text/text:too_long"),
        (device_text(&world, "face", "x"), "400 malformed /device_text/kind:unknown_value"),
        (json!({ "site_id": site, "number": "x" }), "400 malformed /number:unknown_field"),
    ];
    for (body, problem) in cases {
        assert_eq!(send(&scan(&world, "key-1", &body)).await.problem(), problem);
    }
    assert_eq!((world.count("id_scans").await, world.count("answers").await), (0, 0));
}

#[tokio::test]
async fn refuses_without_a_credential_before_anything_else() {
    let (world, deps) = (World::new().await, deps(&[]).await);
    let event = scan(&world, "key-1", &device_text(&world, "mrz", MRZ));
    refusals::without_a_credential(&world, &event, &deps, scan_id::handle).await;
}

#[tokio::test]
async fn refuses_without_the_permission_and_records_it() {
    let (world, deps) = (World::new().await, deps(&[]).await);
    let event = scan(&world, "key-1", &device_text(&world, "mrz", MRZ));
    let token = world.token_with(&["visit.read"]).await;
    refusals::without_the_permission(&world, &event, &token, &deps, scan_id::handle).await;
}

#[tokio::test]
async fn another_tenants_site_and_scan_are_not_found() {
    let (world, other) = (World::new().await, World::new().await);
    let theirs = send(&scan(&other, "key-1", &device_text(&other, "mrz", MRZ))).await;

    let at_their_site = send(&scan(&world, "key-1", &device_text(&other, "mrz", MRZ))).await;
    let to_their_scan = json!({ "id_scan_id": theirs.body["id_scan_id"], "front": pictures::jpeg() });
    let to_their_scan = send(&scan(&world, "key-2", &to_their_scan)).await;

    assert_eq!((at_their_site.problem(), to_their_scan.problem()), ("404 not_found".into(), "404 not_found".into()));
    assert_eq!(world.count("id_scans").await, 0);
}

#[tokio::test]
async fn a_kiosk_scans_at_its_own_site_alone() {
    let world = World::new().await;
    let elsewhere = world.another_site().await;
    let mut body = device_text(&world, "mrz", MRZ);
    body["site_id"] = Value::Null;

    let own = send(&scan(&world, "key-1", &body).bearer(&world.kiosk)).await;
    body["site_id"] = json!(elsewhere);
    let foreign = send(&scan(&world, "key-2", &body).bearer(&world.kiosk)).await;

    assert_eq!((own.status, &own.body["site_id"]), (201, &json!(world.site)), "{}", own.text);
    assert_eq!(foreign.problem(), "404 not_found");
}

#[tokio::test]
async fn without_the_bucket_nothing_is_written_and_a_retry_scans() {
    let world = World::new().await;
    let event = scan(&world, "key-1", &json!({ "site_id": world.site, "front": pictures::jpeg() }));
    let broken = deps(&[("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")]).await;

    let refused = event.send(&broken, scan_id::handle).await;
    let retried = send(&event.again()).await;

    assert_eq!((refused.status, retried.status), (503, 201), "{} {}", refused.text, retried.text);
    assert_eq!((world.count("id_scans").await, world.count("people").await > 0), (1, true));
}

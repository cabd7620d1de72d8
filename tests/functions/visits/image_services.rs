//! A scan for which AWS is asked: printed text where no barcode and no zone is read, faces where a site and a visitor want it,
//! and neither beyond the month's budget.

use std::time::Duration;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use uuid::Uuid;

use super::scan_id::{field, picture, send};
use crate::harness::{Event, World, arrivals, event::Answer, pictures, stack};

fn scan(world: &World, body: &Value) -> Event {
    let mut body = body.clone();
    body["site_id"] = json!(world.site);
    let key = Uuid::new_v4().to_string();
    let event = Event::new("POST", "/v1/id-scans", &[]).bearer(&world.token).idempotent(&key).json(&body);
    event.remaining(Duration::from_secs(20))
}

/// A photo of the demonstration, which is like no document.
fn photo() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../infra/local/src/demo/photo.jpg");
    BASE64_STANDARD.encode(std::fs::read(path).expect("a photo"))
}

/// Scans while a service fails so, or sees that.
async fn send_to(event: &Event, service: &str, wanted: &str) -> Answer {
    let endpoint = format!("{}/faults/{}/{wanted}", stack::variable(service), Uuid::new_v4());
    let variables = stack::variables("fn_scan_id", &[(service, endpoint.as_str())]);
    event.send(&stack::connect::<scan_id::Deps>(&variables).await, scan_id::handle).await
}

/// Calls that were taken of the month's budget.
async fn calls(world: &World) -> i32 {
    let rows = world.own_rows("SELECT used FROM image_service_calls WHERE organization_id = $1").await;
    rows.first().map_or(0, |row| row.get(0))
}

/// Lets the site compare faces, and gives the id of the text that a visitor accepts.
async fn compare_faces(world: &World) -> Uuid {
    let sql = "UPDATE sites SET id_check_face_min = 90 WHERE organization_id = $1";
    world.execute(sql, &[&world.organization.uuid()]).await;
    let sql = "INSERT INTO notices (organization_id, version_id, kind, locale, version, title, text, published_at) \
        VALUES ($1, $2, 'face', 'en', 1, 'Faces', 'We compare your face with your document.', now())";
    let version = Uuid::new_v4();
    world.execute(sql, &[&world.organization.uuid(), &version]).await;
    version
}

/// A front with a photo. The device read the barcode, so that no print is asked for.
fn with_face(front: &str, photo: &str, notice: Uuid) -> Value {
    let text = json!({ "kind": "barcode", "text": arrivals::LICENCE_TEXT });
    json!({ "front": front, "device_text": text, "face": { "photo": photo, "notice_version_id": notice } })
}

#[tokio::test]
async fn the_front_of_a_licence_is_read_by_its_print_and_counts_one_call() {
    let world = World::new().await;

    let answer = send(&scan(&world, &json!({ "front": picture("licence-1-00-front") }))).await;

    assert_eq!((answer.status, &answer.body["needs_manual_entry"]), (201, &json!(false)), "{}", answer.text);
    assert_eq!(answer.body["documents"][0]["source"], "printed");
    assert!(
        field(&answer, "document_number").is_string() && field(&answer, "family_name").is_string(),
        "{}",
        answer.text
    );
    assert_eq!(calls(&world).await, 1);
}

#[tokio::test]
async fn the_zone_of_a_document_that_the_service_does_not_know_is_found_in_plain_text() {
    let world = World::new().await;
    let event = scan(&world, &json!({ "front": picture("licence-1-03-passport") }));

    let answer = send_to(&event, "AWS_ENDPOINT_URL_TEXTRACT", "unknown-document").await;

    let document = &answer.body["documents"][0];
    assert_eq!((&document["source"], &document["kind"]), (&json!("mrz"), &json!("TD3")), "{}", answer.text);
    assert_eq!((&document["is_device_text"], calls(&world).await), (&json!(false), 2), "one for each way of reading");
}

#[tokio::test]
async fn where_a_barcode_is_read_no_service_is_asked() {
    let world = World::new().await;

    let answer = send(&scan(&world, &json!({ "back": picture("licence-1-00-back") }))).await;

    assert_eq!((answer.status, calls(&world).await), (201, 0), "{}", answer.text);
}

#[tokio::test]
async fn a_service_that_is_gone_leaves_it_to_a_person() {
    let world = World::new().await;
    let event = scan(&world, &json!({ "front": pictures::jpeg() }));

    let answer = send_to(&event, "AWS_ENDPOINT_URL_TEXTRACT", "unavailable").await;

    assert_eq!((answer.status, &answer.body["needs_manual_entry"]), (201, &json!(true)), "{}", answer.text);
    assert_eq!(answer.body["not_read"], json!(["nothing_found", "service_unavailable"]));
}

#[tokio::test]
async fn beyond_the_months_budget_no_service_is_asked() {
    let world = World::new().await;
    let sql = "INSERT INTO image_service_calls VALUES ($1, date_trunc('month', now() AT TIME ZONE 'UTC'), 3000)";
    world.execute(sql, &[&world.organization.uuid()]).await;
    let notice = compare_faces(&world).await;

    let face = json!({ "photo": pictures::jpeg(), "notice_version_id": notice });
    let answer = send(&scan(&world, &json!({ "front": pictures::jpeg(), "face": face }))).await;

    assert_eq!((answer.status, &answer.body["needs_manual_entry"]), (201, &json!(true)), "{}", answer.text);
    assert_eq!(answer.body["not_read"], json!(["budget_used", "nothing_found"]));
    assert_eq!(answer.body["face"], json!({ "verdict": "absent", "reason": "unavailable" }));
    assert_eq!(calls(&world).await, 3000);
}

#[tokio::test]
async fn a_face_is_compared_where_the_site_says_so_and_the_visitor_accepted() {
    let world = World::new().await;
    let front = photo();
    let off = send(&scan(&world, &with_face(&front, &front, world.nda.uuid()))).await;
    let notice = compare_faces(&world).await;
    let not_a_face_text = send(&scan(&world, &with_face(&front, &front, world.nda.uuid()))).await;
    let without_front = json!({ "back": front, "face": { "photo": front, "notice_version_id": notice } });
    let without_front = send(&scan(&world, &without_front)).await;

    let answer = send(&scan(&world, &with_face(&front, &front, notice))).await;

    assert_eq!((off.status, not_a_face_text.status), (404, 404), "{}", off.text);
    assert_eq!(without_front.problem(), "400 malformed /front:missing");
    assert_eq!(answer.body["face"], json!({ "verdict": "match", "reason": "score" }), "{}", answer.text);
    assert_eq!(world.count("id_scan_objects").await, 1, "the photo is compared and not kept");
    let entry = world.entries().await.pop().unwrap();
    let added = &entry["diff"]["added"];
    assert_eq!((&added["face"], &added["face_notice_version_id"]), (&json!("match.score"), &json!(notice)));
    let turn_off = "UPDATE sites SET id_check_face_min = NULL WHERE organization_id = $1";
    world.execute(turn_off, &[&world.organization.uuid()]).await;
    let answer = send(&scan(&world, &with_face(&front, &front, notice))).await;
    assert_eq!(answer.problem(), "422 unprocessable /face:not_turned_on");
    let retire = "UPDATE notices SET retired_at = now() WHERE version_id = $1";
    world.execute(retire, &[&notice]).await;
    world
        .execute("UPDATE sites SET id_check_face_min = 90 WHERE organization_id = $1", &[&world.organization.uuid()])
        .await;
    let answer = send(&scan(&world, &with_face(&front, &front, notice))).await;
    assert_eq!(answer.problem(), "422 unprocessable /face/notice_version_id:retired");
}

#[tokio::test]
async fn every_doubt_about_a_face_holds_the_badge_and_says_why() {
    let world = World::new().await;
    let notice = compare_faces(&world).await;
    let front = photo();
    let wanted = ["several-faces", "no-face", "small-face", "blurred-face", "unavailable"];

    let mut found = Vec::new();
    for wanted in wanted {
        let event = scan(&world, &with_face(&front, &front, notice));
        let answer = send_to(&event, "AWS_ENDPOINT_URL_REKOGNITION", wanted).await;
        let body = json!({ "type": "visitor", "site_id": world.site, "name": "Ivan Novak", "id_scan_id": answer.body["id_scan_id"] });
        let receipt = arrivals::arrive(&world, &body).await;
        let reason = answer.body["face"]["reason"].as_str().expect("a reason").to_owned();
        found.push((reason, receipt["state"].as_str().expect("a state").to_owned()));
    }

    let said = |reason: &str, state: &str| (reason.to_owned(), state.to_owned());
    let expected = [
        said("several_faces", "held"),
        said("no_face", "held"),
        said("small", "held"),
        said("blurred", "held"),
        said("unavailable", "on_site"),
    ];
    assert_eq!(found, expected);
}

#[tokio::test]
async fn another_face_is_held_and_the_desk_sees_the_score() {
    let world = World::new().await;
    let notice = compare_faces(&world).await;
    let event = scan(&world, &with_face(&picture("licence-1-00-front"), &photo(), notice));

    let answer = send(&event).await;
    let body = json!({ "type": "visitor", "site_id": world.site, "name": "Ivan Novak", "id_scan_id": answer.body["id_scan_id"] });
    let receipt = arrivals::arrive(&world, &body).await;

    assert_eq!((&receipt["state"], &receipt["hold_reasons"]), (&json!("held"), &json!(["id_check"])), "{receipt}");
    let reader: read_visit::Deps = stack::connect(&stack::variables("fn_read_visit", &[])).await;
    let visit = receipt["visit_id"].as_str().unwrap();
    let read = Event::new("GET", "/v1/visits/{visit_id}", &[visit]).bearer(&world.token);
    let face = &read.send(&reader, read_visit::handle).await.body["id_check"]["face"];
    assert_eq!(
        (&face["verdict"], &face["reason"], &face["min"]),
        (&json!("mismatch"), &json!("other_person"), &json!(90))
    );
    let entry = world.entries().await.pop().unwrap();
    assert!(entry["diff"]["added"]["id_check"].as_array().unwrap().contains(&json!("face.mismatch")), "{entry}");
}

#[tokio::test]
async fn of_two_scans_at_once_the_last_call_of_a_month_is_given_to_one() {
    let world = World::new().await;
    let sql = "INSERT INTO image_service_calls VALUES ($1, date_trunc('month', now() AT TIME ZONE 'UTC'), 2999)";
    world.execute(sql, &[&world.organization.uuid()]).await;
    let body = json!({ "front": pictures::jpeg() });

    let (one, other) = (scan(&world, &body), scan(&world, &body));
    let (one, other) = tokio::join!(send(&one), send(&other));

    let refused =
        [&one, &other].map(|answer| answer.body["not_read"].as_array().unwrap().contains(&json!("budget_used")));
    assert!(refused.contains(&true), "{} {}", one.text, other.text);
    assert_eq!((one.status, other.status, calls(&world).await), (201, 201, 3000));
}

#[tokio::test]
async fn a_face_on_another_document_than_the_barcode_holds_the_badge() {
    let world = World::new().await;
    let notice = compare_faces(&world).await;
    let front = picture("licence-1-01-front");
    let mut body = with_face(&front, &front, notice);
    body["device_text"] = Value::Null;
    body["back"] = json!(picture("licence-1-00-back"));

    let answer = send(&scan(&world, &body)).await;

    assert_eq!(answer.body["face"], json!({ "verdict": "match", "reason": "score" }), "{}", answer.text);
    assert_eq!(answer.body["verdicts"]["document_number"]["verdict"], "mismatch", "{}", answer.text);
    let name = format!("{} {}", field(&answer, "given_name"), field(&answer, "family_name")).replace('"', "");
    let body =
        json!({ "type": "visitor", "site_id": world.site, "name": name, "id_scan_id": answer.body["id_scan_id"] });
    assert_eq!(arrivals::arrive(&world, &body).await["state"], "held");
}

//! `scan-id` for a visit promises: a document is compared with what the visitor said, and opened by a reveal alone.

use serde_json::{Value, json};

use super::scan_id::{field, picture, send};
use crate::harness::{Event, World, arrivals, pictures, stack};

#[tokio::test]
async fn a_document_of_a_visit_is_compared_with_what_the_visitor_said() {
    let world = World::new().await;
    let visit = arrivals::visit_of(&world, &arrivals::driver(&world)).await;
    let text =
        |given: &str| format!("@\n\u{1e}\rANSI 636000100002DL00410020DLDAQB072RRE2I55\nDCSDRIVER\nDAC{given}\n\rZ");
    let add = |key: &str, given: &str| {
        let body = json!({ "device_text": { "kind": "barcode", "text": text(given) } });
        let route = "/v1/visits/{visit_id}/id-scan";
        Event::new("POST", route, &[&visit]).bearer(&world.token).idempotent(key).json(&body)
    };

    let same = send(&add("key-1", "DORA")).await;
    let other = send(&add("key-2", "WILHELMINA")).await;

    assert_eq!(same.status, 201, "{}", same.text);
    assert_eq!(same.body["verdicts"]["name"]["verdict"], "match", "{}", same.text);
    assert_eq!(same.body["verdicts"]["document_number"]["verdict"], "match", "{}", same.text);
    assert_eq!(same.body["expires_at"], Value::Null);
    assert_eq!(other.body["verdicts"]["name"]["verdict"], "mismatch", "{}", other.text);
    assert_eq!(world.actions().await.split_off(1), ["id_scan.recorded"; 2]);

    arrivals::leave(&world, &visit).await;
    assert_eq!(send(&add("key-3", "DORA")).await.problem(), "404 not_found");
}

#[tokio::test]
async fn a_guess_at_a_sealed_number_learns_nothing_of_its_digits() {
    let world = World::new().await;
    let visit = arrivals::visit_of(&world, &arrivals::driver(&world)).await;
    for (key, guess) in ["B", "B072RRE2I5", "B072RRE2I5S", "0B072RRE2I55", "B072RRE2155", "X9"].into_iter().enumerate()
    {
        let text = format!("@\n\u{1e}\rANSI 636000100002DL00410020DLDAQ{guess}\nDCSDRIVER\nDACDORA\n\rZ");
        let body = json!({ "device_text": { "kind": "barcode", "text": text } });
        let route = "/v1/visits/{visit_id}/id-scan";
        let event = Event::new("POST", route, &[&visit]).bearer(&world.token).idempotent(&format!("key-{key}"));
        let answer = send(&event.json(&body)).await;
        let verdict = json!({ "verdict": "mismatch", "reason": "different" });
        assert_eq!(answer.body["verdicts"]["document_number"], verdict, "{guess}: {}", answer.text);
    }
}

#[tokio::test]
async fn a_scanned_document_is_named_by_the_visit_and_opened_by_a_reveal_alone() {
    let world = World::new().await;
    let visit = arrivals::visit_of(&world, &arrivals::visitor(&world)).await;
    let body = json!({ "back": picture("licence-1-00-back"), "front": pictures::png() });
    let event = Event::new("POST", "/v1/visits/{visit_id}/id-scan", &[&visit]).bearer(&world.token).idempotent("key-1");
    let scanned = send(&event.json(&body)).await;
    assert_eq!(scanned.status, 201, "{}", scanned.text);

    let reader: read_visit::Deps = stack::connect(&stack::variables("fn_read_visit", &[])).await;
    let read = Event::new("GET", "/v1/visits/{visit_id}", &[&visit]).bearer(&world.token);
    let read = read.send(&reader, read_visit::handle).await;
    let named: Vec<&Value> = read.body["restricted"].as_array().unwrap().iter().map(|value| &value["field"]).collect();
    for field in ["document_number", "document_front", "document_back", "photo", "signature"] {
        assert!(named.contains(&&json!(field)), "{named:?}");
    }

    let revealer: reveal_visit::Deps = stack::connect(&stack::variables("fn_reveal_visit", &[])).await;
    let demand =
        json!({ "fields": ["document_number", "document_back"], "reason": "The insurer asks for the licence" });
    let reveal = Event::new("POST", "/v1/visits/{visit_id}/reveal", &[&visit]).bearer(&world.token).idempotent("key-2");
    let revealed = reveal.json(&demand).send(&revealer, reveal_visit::handle).await;
    assert_eq!(revealed.status, 200, "{}", revealed.text);
    assert_eq!(&revealed.body["values"]["document_number"], field(&scanned, "document_number"));
    assert_eq!(revealed.body["values"]["document_back"]["media_type"], "image/jpeg");
    assert_eq!(world.actions().await.last().unwrap(), "visit.revealed");
}

#[tokio::test]
async fn two_sides_that_are_sent_at_once_both_count() {
    let world = World::new().await;
    let scan = |key: &str, body: &Value| {
        Event::new("POST", "/v1/id-scans", &[]).bearer(&world.token).idempotent(key).json(body)
    };
    let zone = json!({ "kind": "mrz", "text": super::scan_id::MRZ });
    let first = send(&scan("key-1", &json!({ "site_id": world.site, "device_text": zone }))).await;
    let id = &first.body["id_scan_id"];
    let back = scan("key-2", &json!({ "id_scan_id": id, "back": picture("licence-1-00-back") }));
    let front = scan("key-3", &json!({ "id_scan_id": id, "front": pictures::jpeg() }));

    let (back, front) = tokio::join!(send(&back), send(&front));

    assert_eq!((back.status, front.status), (201, 201), "{} {}", back.text, front.text);
    let row = &world.own_rows("SELECT sources FROM id_scans WHERE organization_id = $1").await[0];
    assert_eq!(row.get::<_, Vec<String>>(0), ["barcode", "mrz"]);
    assert_eq!(world.count("id_scan_objects").await, 2);
}

//! A visitor on site, by way of the real door.

use serde_json::{Value, json};

use super::{Event, World, pictures, stack};

/// Number of the licence of [`driver`].
pub(crate) const LICENCE_NUMBER: &str = "B072-RRE 2I55";

/// A visitor with everything that a visitor can bring.
pub(crate) fn visitor(world: &World) -> Value {
    json!({
        "type": "visitor", "site_id": world.site, "name": "Vera Visitor", "company": "Sample Works",
        "email": "vera@example.com", "phone": "+49 30 123456", "host_id": world.host, "purpose": "Audit of the yard",
        "photo": pictures::jpeg(), "signature": pictures::png(), "nda_version_id": world.nda,
    })
}

/// A driver without images.
pub(crate) fn driver(world: &World) -> Value {
    json!({
        "type": "driver", "site_id": world.site, "name": "Dora Driver", "licence_number": LICENCE_NUMBER,
        "carrier": "Sample Haulage", "bills_of_lading": ["BOL-1", "BOL-2"], "tractor_plate": "B-XY 123",
    })
}

/// Checks a visitor in and gives the receipt.
pub(crate) async fn arrive(world: &World, body: &Value) -> Value {
    arrive_by(world, body, &[]).await
}

/// Checks a visitor in by a door with other settings.
pub(crate) async fn arrive_by(world: &World, body: &Value, changes: &[(&str, &str)]) -> Value {
    let variables = stack::variables("fn_check_in", changes);
    let deps = stack::connect::<check_in::Deps>(&variables).await;
    let key = uuid::Uuid::new_v4().to_string();
    let event = Event::new("POST", "/v1/visits", &[]).bearer(&world.token).idempotent(&key).json(body);
    let answer = event.send(&deps, check_in::handle).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.body
}

/// Checks a visitor out, and asks for it once more.
pub(crate) async fn leave(world: &World, visit: &str) {
    let variables = stack::variables("fn_check_out", &[]);
    let deps = stack::connect::<check_out::Deps>(&variables).await;
    let event = Event::new("POST", "/v1/visits/{visit_id}/check-out", &[visit]).bearer(&world.token).idempotent(visit);
    for event in [event.again(), event] {
        let answer = event.send(&deps, check_out::handle).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
}

/// Text of a licence's barcode: Ivan Novak of California, as long as nothing is changed in it.
pub(crate) const LICENCE_TEXT: &str = "@\n\u{1e}\rANSI 636014080001DL00310083DLDAQE6L1110RD\nDCSNOVAK\nDACIVAN\n\
    DBB02091986\nDBA02092045\nDBC1\nDAJCA\nDCGUSA\r";

/// Scans a document by the text that a device decoded, and gives the id of the scan.
pub(crate) async fn scan(world: &World, text: &str) -> String {
    let deps: scan_id::Deps = stack::connect(&stack::variables("fn_scan_id", &[])).await;
    let key = uuid::Uuid::new_v4().to_string();
    let body = json!({ "site_id": world.site, "device_text": { "kind": "barcode", "text": text } });
    let event = Event::new("POST", "/v1/id-scans", &[]).bearer(&world.token).idempotent(&key).json(&body);
    let answer = event.send(&deps, scan_id::handle).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.body["id_scan_id"].as_str().expect("an id").to_owned()
}

/// A visitor who says another name than their document, and is held.
pub(crate) async fn held(world: &World) -> String {
    let mut body = visitor(world);
    body["id_scan_id"] = json!(scan(world, LICENCE_TEXT).await);
    let receipt = arrive(world, &body).await;
    assert_eq!(receipt["state"], "held", "{receipt}");
    receipt["visit_id"].as_str().expect("an id").to_owned()
}

/// Checks a visitor in and gives the id of the visit.
pub(crate) async fn visit_of(world: &World, body: &Value) -> String {
    arrive(world, body).await["visit_id"].as_str().expect("an id").to_owned()
}

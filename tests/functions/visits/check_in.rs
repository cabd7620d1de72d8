//! `check-in` promises: one visit, one audit entry and its events, together, once, and only for the caller's tenant.

use serde_json::{Value, json};
use shared::objects::{ObjectKey, ObjectReader};

use crate::harness::{Event, World, event::Answer, pictures, refusals, stack};

async fn deps(changes: &[(&str, &str)]) -> check_in::Deps {
    let variables = stack::variables("fn_check_in", changes);
    stack::connect::<check_in::Deps>(&variables).await
}

fn arrival(world: &World, key: &str, body: &Value) -> Event {
    Event::new("POST", "/v1/visits", &[]).bearer(&world.token).idempotent(key).json(body)
}

async fn send(event: &Event) -> Answer {
    event.send(&deps(&[]).await, check_in::handle).await
}

fn visitor(world: &World) -> Value {
    json!({
        "type": "visitor", "site_id": world.site, "name": "Vera Visitor", "company": "Sample Works",
        "email": "vera@example.com", "phone": "+49 30 1234", "host_id": world.host, "purpose": "Audit of the yard",
        "photo": pictures::jpeg(), "signature": pictures::png(), "nda_version_id": world.nda,
    })
}

fn driver(world: &World) -> Value {
    json!({
        "type": "driver", "site_id": world.site, "name": "Dora Driver", "licence_number": "B072-RRE 2I55",
        "carrier": "Sample Haulage", "bills_of_lading": ["BOL-1", "BOL-2"], "appointment": "A-17", "load_type": "pallets",
        "seal": "S-99", "un_number": "UN1203", "hazard_class": "3", "trailer": "dropped", "co_driver": "Cora Driver",
        "tractor_plate": "B-XY 123", "trailer_plate": "B-XY 124",
    })
}

#[tokio::test]
async fn records_visit_entry_and_events_together() {
    let world = World::new().await;

    let answer = send(&arrival(&world, "key-1", &visitor(&world))).await;

    assert_eq!(answer.status, 201, "{}", answer.text);
    assert_eq!(answer.body["state"], "on_site");
    assert_eq!(answer.body["badge_number"], 1);
    assert_eq!(answer.body["nda"]["version_id"], json!(world.nda));
    assert_eq!(answer.body["host"]["notification"], "queued");
    assert_eq!((world.count("visits").await, world.count("visit_objects").await), (1, 2));
    assert_eq!(world.actions().await, ["visit.checked_in"]);
    let events = world.own_rows("SELECT kind FROM outbox WHERE organization_id = $1 ORDER BY kind").await;
    let kinds: Vec<String> = events.iter().map(|row| row.get(0)).collect();
    assert_eq!(kinds, ["nda.accepted", "visitor.checked_in"]);
}

#[tokio::test]
async fn a_driver_brings_a_sealed_licence() {
    let world = World::new().await;

    let answer = send(&arrival(&world, "key-1", &driver(&world))).await;

    assert_eq!(answer.status, 201, "{}", answer.text);
    let row =
        &world.own_rows("SELECT licence_number_sealed, v::text FROM visits AS v WHERE organization_id = $1").await[0];
    assert!(!row.get::<_, String>(1).contains("B072"));
    let entry = world.entries().await.remove(0);
    assert!(entry["diff"]["added"]["licence_number"]["commit"].is_string());
    assert!(!entry.to_string().contains("Dora"));
    assert_eq!(entry["diff"]["added"]["un_number"], "UN1203");
}

#[tokio::test]
async fn a_load_has_several_dangerous_goods_or_says_one_in_the_old_fields() {
    let world = World::new().await;
    let mut several = driver(&world);
    several.as_object_mut().unwrap().retain(|name, _| !["un_number", "hazard_class"].contains(&name.as_str()));
    several["dangerous_goods"] = json!([
        { "un_number": "un 1203", "hazard_class": "3", "packing_group": "PG II", "quantity": "3 drums, 600 L" },
        { "un_number": "UN0012", "hazard_class": "1.4s" },
    ]);
    assert_eq!(send(&arrival(&world, "key-1", &several)).await.status, 201);
    assert_eq!(send(&arrival(&world, "key-2", &driver(&world))).await.status, 201);

    let sql = "SELECT un_number, hazard_class, dangerous_goods::text FROM visits WHERE organization_id = $1 ORDER BY visit_id";
    let rows = world.own_rows(sql).await;
    let goods = |row: &tokio_postgres::Row| serde_json::from_str::<Value>(row.get(2)).unwrap();
    assert_eq!((rows[0].get(0), rows[0].get(1)), ("UN1203", "3"));
    assert_eq!(
        goods(&rows[0])[0],
        json!({ "un_number": "UN1203", "hazard_class": "3", "packing_group": "II", "quantity": "3 drums, 600 L" })
    );
    assert_eq!(goods(&rows[0])[1]["hazard_class"], "1.4S");
    assert_eq!(goods(&rows[1]).as_array().unwrap().len(), 1);
    let entry = world.entries().await.remove(0);
    assert_eq!(entry["diff"]["added"]["dangerous_goods"], json!(["UN1203, 3, PG II, 3 drums, 600 L", "UN0012, 1.4S"]));

    let mut both = driver(&world);
    both["dangerous_goods"] = several["dangerous_goods"].clone();
    let refused = send(&arrival(&world, "key-3", &both)).await;
    assert_eq!(refused.problem(), "400 malformed /dangerous_goods:not_beside_un_number");
    several["dangerous_goods"][1]["hazard_class"] = json!("3.5");
    several["dangerous_goods"][1]["color"] = json!("red");
    let refused = send(&arrival(&world, "key-4", &several)).await;
    assert!(refused.problem().contains("/dangerous_goods/1/hazard_class:wrong_form"), "{}", refused.problem());
    assert!(refused.problem().contains("/dangerous_goods/1/color:unknown_field"), "{}", refused.problem());
}

#[tokio::test]
async fn replay_returns_the_first_receipt() {
    let world = World::new().await;
    let event = arrival(&world, "key-1", &visitor(&world));

    let first = send(&event).await;
    let second = send(&event.again()).await;

    assert_eq!((first.status, second.status), (201, 201));
    assert_eq!(first.body, second.body);
    assert_eq!(second.headers["idempotency-replayed"], "true");
    assert_eq!(world.count("visits").await, 1);
    assert_eq!(world.actions().await, ["visit.checked_in"]);
}

#[tokio::test]
async fn a_key_of_another_body_is_refused() {
    let world = World::new().await;
    send(&arrival(&world, "key-1", &visitor(&world))).await;

    let answer = send(&arrival(&world, "key-1", &driver(&world))).await;

    assert_eq!(answer.problem(), "422 unprocessable #idempotency-key:used_for_another_request");
}

#[tokio::test]
async fn malformed_bodies_are_refused_by_place() {
    let world = World::new().await;
    let good = visitor(&world);
    let with = |name: &str, value: Value| {
        let mut body = good.clone();
        body[name] = value;
        body.to_string()
    };
    let cases = [
        ("{".to_owned(), "400 malformed :not_json"),
        (with("name", json!(7)), "400 malformed /name:wrong_type"),
        (with("name", json!("")), "400 malformed /name:empty"),
        (with("name", json!("x".repeat(201))), "400 malformed /name:too_long"),
        (with("name", json!("a\u{0}b")), "400 malformed /name:nul"),
        (with("organization_id", json!("x")), "400 malformed /organization_id:unknown_field"),
        (with("status", json!("approved")), "400 malformed /status:unknown_field"),
        (with("licence_number", json!("X1234567")), "400 malformed /licence_number:only_for_drivers"),
        (with("photo", json!("not base64!")), "400 malformed /photo:not_base64"),
        (with("photo", json!("aGVsbG8=")), "400 malformed /photo:not_an_image"),
        (with("site_id", json!("nonsense")), "400 malformed /site_id:not_a_uuid"),
        (with("occurred_at", json!("yesterday")), "400 malformed /occurred_at:not_rfc3339"),
        (with("signature", Value::Null), "400 malformed /signature:missing"),
        (format!("{{\"name\":\"a\",{}", &good.to_string()[1..]), "400 malformed /name:duplicate_key"),
    ];

    for (body, problem) in cases {
        let event = arrival(&world, "key-1", &good).text(&body);
        assert_eq!(send(&event).await.problem(), problem);
    }
    assert_eq!((world.count("visits").await, world.count("answers").await), (0, 0));
}

#[tokio::test]
async fn no_or_a_bad_credential_is_401_before_the_body_is_read() {
    let world = World::new().await;
    let event = arrival(&world, "key-1", &visitor(&world));
    let other = World::new().await;
    let spoiled = refusals::spoiled(&world.token);

    for event in [
        event.clone().without_header("authorization").text("{"),
        event.clone().bearer(&spoiled).text("{"),
        event.clone().header("authorization", "Basic abc"),
        event.clone().bearer(&other.token.replace("dbk_", "dbd_")),
    ] {
        let answer = send(&event).await;
        assert_eq!(answer.problem(), "401 unauthenticated");
        assert_eq!(answer.headers["www-authenticate"], "Bearer");
    }
}

#[tokio::test]
async fn a_credential_without_the_permission_is_403_and_recorded() {
    let world = World::new().await;
    let token = world.token_with(&["visit.read"]).await;

    let answer = send(&arrival(&world, "key-1", &visitor(&world)).bearer(&token)).await;

    assert_eq!(answer.problem(), "403 forbidden");
    assert_eq!(world.actions().await, ["access.refused"]);
    assert_eq!(world.count("visits").await, 0);
}

#[tokio::test]
async fn another_tenants_ids_are_answered_like_ids_that_do_not_exist() {
    let world = World::new().await;
    let other = World::new().await;
    let absent_id = json!(uuid::Uuid::new_v4());
    let foreign =
        [("site_id", json!(other.site)), ("host_id", json!(other.host)), ("nda_version_id", json!(other.nda))];

    for (at, (field, id)) in foreign.into_iter().enumerate() {
        let mut body = visitor(&world);
        body[field] = id;
        let theirs = send(&arrival(&world, &format!("theirs-{at}"), &body)).await;
        body[field] = absent_id.clone();
        let absent = send(&arrival(&world, &format!("absent-{at}"), &body)).await;
        assert_eq!(theirs.problem(), "404 not_found", "{field}");
        assert_eq!(theirs.without_request_id(), absent.without_request_id());
        assert_eq!(theirs.headers.len(), absent.headers.len());
    }
    assert_eq!(world.count("visits").await + other.count("visits").await, 0);
}

#[tokio::test]
async fn a_kiosk_acts_at_its_own_site_only() {
    let world = World::new().await;
    let elsewhere = world.another_site().await;
    let mut body = visitor(&world);

    body["site_id"] = Value::Null;
    let own = send(&arrival(&world, "key-1", &body).bearer(&world.kiosk)).await;
    body["site_id"] = json!(elsewhere);
    let other = send(&arrival(&world, "key-2", &body).bearer(&world.kiosk)).await;

    assert_eq!((own.status, own.body["site_id"].clone()), (201, json!(world.site)));
    assert_eq!(other.problem(), "404 not_found");
}

#[tokio::test]
async fn what_lies_in_the_bucket_is_sealed() {
    let world = World::new().await;
    let deps = deps(&[]).await;
    let answer = arrival(&world, "key-1", &visitor(&world)).send(&deps, check_in::handle).await;
    assert_eq!(answer.status, 201, "{}", answer.text);

    let rows = world.own_rows("SELECT object_id, bytes FROM visit_objects WHERE organization_id = $1").await;
    assert_eq!(rows.len(), 2);
    let bucket = stack::connect::<ObjectReader>(&stack::variables("fn_check_in", &[])).await;
    for row in &rows {
        let object = row.get::<_, shared::id::ObjectId>("object_id");
        let key = ObjectKey::new(world.organization, object);
        let stored = bucket.fetch_sealed(&key).await.expect("the object is there");
        let image_bytes: usize = row.get::<_, i32>("bytes").try_into().expect("a length");
        assert!(stored.len() > image_bytes, "an envelope is longer than what it holds");
        for plain in [b"JFIF".as_slice(), b"PNG\r\n", b"IHDR", b"IEND"] {
            assert!(!stored.windows(plain.len()).any(|window| window == plain), "an image lies in the clear");
        }
    }
}

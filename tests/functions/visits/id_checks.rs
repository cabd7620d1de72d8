//! A check-in that cites the scan of a document: compared within the request, held where it does not agree.

use serde_json::{Value, json};

use crate::harness::{Event, World, arrivals, arrivals::LICENCE_TEXT, event::Answer, stack};

async fn deps(changes: &[(&str, &str)]) -> check_in::Deps {
    stack::connect(&stack::variables("fn_check_in", changes)).await
}

fn arrival(world: &World, key: &str, name: &str, scan: &str) -> Event {
    let body = json!({ "type": "visitor", "site_id": world.site, "name": name, "id_scan_id": scan });
    Event::new("POST", "/v1/visits", &[]).bearer(&world.token).idempotent(key).json(&body)
}

async fn send(event: &Event) -> Answer {
    event.send(&deps(&[]).await, check_in::handle).await
}

#[tokio::test]
async fn a_visitor_whose_document_agrees_is_on_site_at_once() {
    let world = World::new().await;
    let scan = arrivals::scan(&world, LICENCE_TEXT).await;

    let answer = send(&arrival(&world, "key-1", "Ivan Novak", &scan)).await;

    assert_eq!((answer.status, &answer.body["state"]), (201, &json!("on_site")), "{}", answer.text);
    let row = &world
        .own_rows(
            "SELECT s.visit_id, v.person_id <> s.person_id, s.verdicts #>> '{fields,name,verdict}'
        FROM id_scans AS s JOIN visits AS v USING (organization_id, visit_id) WHERE organization_id = $1",
        )
        .await[0];
    assert_eq!((row.get::<_, bool>(1), row.get::<_, String>(2)), (true, "match".to_owned()));
    let entry = world.entries().await.remove(1);
    assert_eq!(entry["action"], "visit.checked_in");
    assert_eq!(entry["diff"]["added"]["id_check"], json!(["name.match", "device_text_unconfirmed"]));
    assert_eq!(entry["diff"]["added"]["id_scan_id"], json!(scan));
}

#[tokio::test]
async fn a_document_of_another_name_holds_the_badge_and_says_which_field() {
    let world = World::new().await;
    let scan = arrivals::scan(&world, LICENCE_TEXT).await;

    let answer = send(&arrival(&world, "key-1", "Vera Visitor", &scan)).await;

    assert_eq!((answer.status, &answer.body["state"]), (201, &json!("held")), "{}", answer.text);
    assert_eq!(answer.body["hold_reasons"], json!(["id_check"]));
    for absent in ["badge_number", "badge_qr", "checked_in_at"] {
        assert_eq!(answer.body[absent], Value::Null);
    }
    let entry = world.entries().await.remove(1);
    assert_eq!((&entry["action"], &entry["diff"]["added"]["state"]), (&json!("visit.held"), &json!("held")));
    assert!(!entry.to_string().to_uppercase().contains("NOVAK"), "{entry}");
    assert_eq!(entry["diff"]["added"]["id_check"][0], "name.mismatch");
}

#[tokio::test]
async fn a_kiosk_is_not_told_why_a_visit_is_held() {
    let world = World::new().await;
    let scan = arrivals::scan(&world, LICENCE_TEXT).await;

    let answer = send(&arrival(&world, "key-1", "Vera Visitor", &scan).bearer(&world.kiosk)).await;

    assert_eq!((&answer.body["state"], &answer.body["hold_reasons"]), (&json!("held"), &json!([])), "{}", answer.text);
}

#[tokio::test]
async fn a_visitor_who_is_too_young_is_refused_and_nothing_is_written() {
    let world = World::new().await;
    let sql = "UPDATE sites SET id_check_age_min = 60 WHERE organization_id = $1";
    world.execute(sql, &[&world.organization.uuid()]).await;
    let scan = arrivals::scan(&world, LICENCE_TEXT).await;

    let answer = send(&arrival(&world, "key-1", "Ivan Novak", &scan)).await;

    assert_eq!(answer.problem(), "422 unprocessable /id_scan_id:under_age");
    assert_eq!(world.count("visits").await, 0);
}

#[tokio::test]
async fn a_site_makes_a_rule_stricter() {
    let world = World::new().await;
    let sql = r#"UPDATE sites SET id_check_rules = '{"device_text_unconfirmed": "held"}' WHERE organization_id = $1"#;
    world.execute(sql, &[&world.organization.uuid()]).await;
    let scan = arrivals::scan(&world, LICENCE_TEXT).await;

    let answer = send(&arrival(&world, "key-1", "Ivan Novak", &scan)).await;

    assert_eq!((&answer.body["state"], &answer.body["hold_reasons"]), (&json!("held"), &json!(["id_check"])));
}

#[tokio::test]
async fn a_scan_is_cited_once_within_its_hour_and_at_its_site() {
    let (world, other) = (World::new().await, World::new().await);
    let scan = arrivals::scan(&world, LICENCE_TEXT).await;
    let late = deps(&[("CLOCK_OFFSET_SECONDS", "3700")]).await;

    let after_the_hour = arrival(&world, "key-1", "Ivan Novak", &scan).send(&late, check_in::handle).await;
    let theirs = send(&arrival(&other, "key-1", "Ivan Novak", &scan)).await;
    let first = send(&arrival(&world, "key-2", "Ivan Novak", &scan)).await;
    let again = send(&arrival(&world, "key-3", "Ivan Novak", &scan)).await;

    assert_eq!((after_the_hour.problem(), theirs.problem()), ("404 not_found".into(), "404 not_found".into()));
    assert_eq!((first.status, again.problem()), (201, "404 not_found".to_owned()), "{}", first.text);
}

#[tokio::test]
async fn two_check_ins_with_one_scan_at_once_make_one_visit() {
    let world = World::new().await;
    let scan = arrivals::scan(&world, LICENCE_TEXT).await;
    let deps = deps(&[]).await;

    let (one, other) = (arrival(&world, "key-1", "Ivan Novak", &scan), arrival(&world, "key-2", "Ivan Novak", &scan));
    let (one, other) = tokio::join!(one.send(&deps, check_in::handle), other.send(&deps, check_in::handle));

    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert!(statuses[0] == 201 && [404, 409].contains(&statuses[1]), "{statuses:?}");
    assert_eq!(world.count("visits").await, 1);
}

#[tokio::test]
async fn a_known_person_shows_a_document() {
    let world = World::new().await;
    let person = arrivals::arrive(&world, &arrivals::driver(&world)).await["person_id"].clone();
    let scan = arrivals::scan(&world, LICENCE_TEXT).await;
    let body = json!({ "type": "visitor", "site_id": world.site, "name": "Ivan Novak", "id_scan_id": scan, "person_id": person });

    let answer = send(&arrival(&world, "key-1", "Ivan Novak", &scan).json(&body)).await;

    assert_eq!((answer.status, &answer.body["person_id"]), (201, &person), "{}", answer.text);
}

#[tokio::test]
async fn the_person_of_a_document_checks_in_nowhere() {
    let world = World::new().await;
    arrivals::scan(&world, LICENCE_TEXT).await;
    let person: uuid::Uuid =
        world.own_rows("SELECT person_id FROM id_scans WHERE organization_id = $1").await[0].get(0);
    let body = json!({ "type": "visitor", "site_id": world.site, "name": "Ivan Novak", "person_id": person });

    let answer = send(&arrival(&world, "key-1", "Ivan Novak", "").json(&body)).await;

    assert_eq!(
        answer.problem(),
        "404 not_found",
        "its key is destroyed before a visit's, and with it the visit's values"
    );
    assert_eq!(world.count("visits").await, 0);
}

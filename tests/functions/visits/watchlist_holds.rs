//! `check-in` promises: who meets the watchlist waits at reception, and the kiosk does not say why.

use serde_json::{Value, json};

use crate::harness::{Event, World, arrivals, event::Answer, listed::list, stack};

async fn arrive_with(token: &str, body: &Value) -> Answer {
    let deps: check_in::Deps = stack::connect(&stack::variables("fn_check_in", &[])).await;
    let key = uuid::Uuid::new_v4().to_string();
    let event = Event::new("POST", "/v1/visits", &[]).bearer(token).idempotent(&key).json(body);
    event.send(&deps, check_in::handle).await
}

/// What a match says: the rule, the score, and whether it is weak.
async fn matched(world: &World) -> Vec<(String, i16, bool)> {
    let rows = "SELECT rule, score, is_weak FROM watchlist_matches WHERE organization_id = $1 ORDER BY match_id";
    world.own_rows(rows).await.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect()
}

#[tokio::test]
async fn a_listed_visitor_is_held_without_a_badge_and_security_is_told() {
    let world = World::new().await;
    let entry = list(&world, "deny", &json!({ "name": "Vera Visitor" })).await;

    let receipt = arrivals::arrive(&world, &arrivals::visitor(&world)).await;

    assert_eq!((&receipt["state"], &receipt["hold_reasons"]), (&json!("held"), &json!(["watchlist"])), "{receipt}");
    assert!(["badge_number", "badge_qr", "checked_in_at"].iter().all(|field| receipt[*field].is_null()), "{receipt}");
    assert_eq!(matched(&world).await, [("name".to_owned(), 100, false)]);
    let held = world.entries().await.remove(1);
    assert_eq!(held["action"], "visit.held");
    assert_eq!(held["diff"]["added"]["watchlist"], json!([format!("{entry} name 100 strong")]));
    let events = world.own_rows("SELECT kind FROM outbox WHERE organization_id = $1 ORDER BY kind").await;
    let kinds: Vec<String> = events.iter().map(|row| row.get(0)).collect();
    assert_eq!(kinds, ["nda.accepted", "visit.held", "watchlist.matched"]);
}

#[tokio::test]
async fn a_kiosk_is_not_told_why() {
    let world = World::new().await;
    list(&world, "deny", &json!({ "name": "Vera Visitor" })).await;
    let kiosk = world.kiosk_at(world.site).await;

    let answer = arrive_with(&kiosk, &arrivals::visitor(&world)).await;

    assert_eq!((answer.status, &answer.body["state"]), (201, &json!("held")), "{}", answer.text);
    assert_eq!(answer.body["hold_reasons"], json!([]));
    assert!(!answer.text.contains("watchlist"), "{}", answer.text);
}

#[tokio::test]
async fn an_alias_a_company_a_plate_and_a_document_number_are_met_however_they_are_typed() {
    let driver = |world: &World| arrivals::driver(world);
    let cases = [
        (json!({ "name": "Petra Other", "aliases": [{ "name": "DRIVER, Dora" }] }), "alias"),
        (json!({ "company": "SAMPLE HAULAGE" }), "company"),
        (json!({ "plate": "bxy-123" }), "plate"),
        (json!({ "document_number": "b072rre2i55" }), "document_number"),
    ];
    for (entry, rule) in cases {
        let world = World::new().await;
        list(&world, "deny", &entry).await;
        let receipt = arrivals::arrive(&world, &driver(&world)).await;
        assert_eq!(receipt["state"], "held", "{rule}: {receipt}");
        assert_eq!(matched(&world).await[0].0, rule);
    }
}

/// The licence is Ivan Novak's, born on 9 February 1986.
#[tokio::test]
async fn what_a_scanned_document_says_is_compared_too() {
    let cases = [
        (json!({ "document_number": "e6l-1110-rd" }), "Ivan Novak", ("document_number", false)),
        (json!({ "name": "NOVAK, Ivan", "date_of_birth": "1986-02" }), "Vera Visitor", ("name", false)),
        (json!({ "name": "Ivan Novak", "date_of_birth": "1970-01-01" }), "Ivan Novak", ("name", true)),
    ];
    for (entry, typed, (rule, is_weak)) in cases {
        let world = World::new().await;
        list(&world, "deny", &entry).await;
        let scan = arrivals::scan(&world, arrivals::LICENCE_TEXT).await;
        let body = json!({ "type": "visitor", "site_id": world.site, "name": typed, "id_scan_id": scan });

        let receipt = arrivals::arrive(&world, &body).await;

        assert!(receipt["hold_reasons"].as_array().unwrap().contains(&json!("watchlist")), "{entry}: {receipt}");
        assert_eq!(matched(&world).await, [(rule.to_owned(), 100, is_weak)], "{entry}");
        let kept = "SELECT s::text FROM watchlist_screenings AS s WHERE organization_id = $1";
        let kept: String = world.own_rows(kept).await[0].get(0);
        assert!(!["Novak", "4e4f56414b", "4e6f76616b", "1986"].iter().any(|word| kept.contains(word)), "{kept}");
    }
}

#[tokio::test]
async fn who_shares_a_family_name_alone_is_no_hit() {
    let world = World::new().await;
    list(&world, "deny", &json!({ "name": "Boris Visitor" })).await;

    let receipt = arrivals::arrive(&world, &arrivals::visitor(&world)).await;

    assert_eq!((&receipt["state"], matched(&world).await), (&json!("on_site"), Vec::new()), "{receipt}");
}

#[tokio::test]
async fn a_permit_clears_a_weak_denial_and_never_a_strong_one() {
    let world = World::new().await;
    list(&world, "deny", &json!({ "name": "Petra Other", "aliases": [{ "name": "Vera Visitor", "is_weak": true }] }))
        .await;
    let visitor = arrivals::visitor(&world);
    assert_eq!(arrivals::arrive(&world, &visitor).await["state"], "held");

    list(&world, "permit", &json!({ "name": "Vera Visitor" })).await;
    assert_eq!(arrivals::arrive(&world, &visitor).await["state"], "on_site");

    list(&world, "deny", &json!({ "name": "Vera Visitor" })).await;
    assert_eq!(arrivals::arrive(&world, &visitor).await["state"], "held");
}

#[tokio::test]
async fn an_entry_counts_to_its_last_day_and_not_in_another_organization() {
    let (world, other) = (World::new().await, World::new().await);
    list(&world, "deny", &json!({ "name": "Vera Visitor", "expires_on": "2020-01-31" })).await;
    list(&other, "deny", &json!({ "name": "Vera Visitor" })).await;

    let receipt = arrivals::arrive(&world, &arrivals::visitor(&world)).await;

    assert_eq!(receipt["state"], "on_site", "{receipt}");
}

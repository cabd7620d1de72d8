//! `decide-visit` promises: a held visitor comes in by a decision with a reason, and the first decision counts.

use serde_json::{Value, json};

use crate::harness::{Event, World, arrivals, event::Answer, listed, refusals, stack};

const REASON: &str = "The desk compared the document with the visitor";

async fn deps(changes: &[(&str, &str)]) -> decide_visit::Deps {
    stack::connect(&stack::variables("fn_decide_visit", changes)).await
}

fn decision(world: &World, visit: &str, key: &str, decision: &str) -> Event {
    Event::new("POST", "/v1/visits/{visit_id}/decision", &[visit])
        .bearer(&world.token)
        .idempotent(key)
        .json(&json!({ "decision": decision, "reason": REASON }))
}

async fn send(event: &Event) -> Answer {
    event.send(&deps(&[]).await, decide_visit::handle).await
}

#[tokio::test]
async fn an_admitted_visitor_gets_a_badge_and_comes_on_site() {
    let world = World::new().await;
    let visit = arrivals::held(&world).await;

    let answer = send(&decision(&world, &visit, "key-1", "admit")).await;

    assert_eq!(answer.status, 201, "{}", answer.text);
    assert_eq!((&answer.body["state"], answer.body["badge_number"].is_number()), (&json!("on_site"), true));
    assert!(answer.body["badge_qr"].as_str().unwrap().starts_with("dbb_"), "{}", answer.text);
    assert_eq!(world.actions().await.split_off(1), ["visit.held", "visit.admitted"]);
    let entry = world.entries().await.remove(2);
    assert_eq!(entry["reason"], REASON);
    assert_eq!(entry["diff"]["changed"]["state"], json!({ "from": "held", "to": "on_site" }));
    let events = world.own_rows("SELECT kind FROM outbox WHERE organization_id = $1 ORDER BY kind").await;
    let kinds: Vec<String> = events.iter().map(|row| row.get(0)).collect();
    assert_eq!(kinds, ["nda.accepted", "visit.admitted", "visit.held", "visitor.checked_in"]);
    arrivals::leave(&world, &visit).await;
}

#[tokio::test]
async fn a_declined_visitor_gets_no_badge() {
    let world = World::new().await;
    let visit = arrivals::held(&world).await;

    let answer = send(&decision(&world, &visit, "key-1", "decline")).await;

    assert_eq!(answer.status, 201, "{}", answer.text);
    assert_eq!((&answer.body["state"], &answer.body["badge_number"]), (&json!("declined"), &Value::Null));
    assert_eq!(world.actions().await.last().unwrap(), "visit.declined");
    let row = &world
        .own_rows("SELECT badge_sha256 IS NULL AND checked_in_at IS NULL FROM visits WHERE organization_id = $1")
        .await[0];
    assert!(row.get::<_, bool>(0));
}

#[tokio::test]
async fn the_first_of_two_decisions_counts_and_the_visit_says_whose_it_was() {
    let world = World::new().await;
    let visit = arrivals::held(&world).await;
    let deps = deps(&[]).await;

    let (one, other) = (decision(&world, &visit, "key-1", "admit"), decision(&world, &visit, "key-2", "decline"));
    let (one, other) = tokio::join!(one.send(&deps, decide_visit::handle), other.send(&deps, decide_visit::handle));

    let (winner, loser) = if one.status == 201 { (one, other) } else { (other, one) };
    assert_eq!((winner.status, loser.problem()), (201, "409 conflict :already_decided".to_owned()));
    let reader: read_visit::Deps = stack::connect(&stack::variables("fn_read_visit", &[])).await;
    let read = Event::new("GET", "/v1/visits/{visit_id}", &[&visit]).bearer(&world.token);
    let read = read.send(&reader, read_visit::handle).await;
    assert_eq!(read.body["decided"]["decision"], winner.body["decision"]);
    assert!(read.body["decided"]["decided_by"].is_string(), "{}", read.text);
    assert_eq!(read.body["id_check"]["verdicts"]["name"]["verdict"], "mismatch", "{}", read.text);
}

#[tokio::test]
async fn replay_returns_the_first_decision() {
    let world = World::new().await;
    let visit = arrivals::held(&world).await;
    let event = decision(&world, &visit, "key-1", "admit");

    let (first, second) = (send(&event).await, send(&event.again()).await);

    assert_eq!((first.status, &first.body), (201, &second.body), "{}", first.text);
    assert_eq!(second.headers["idempotency-replayed"], "true");
    assert_eq!(world.actions().await.iter().filter(|action| *action == "visit.admitted").count(), 1);
}

#[tokio::test]
async fn a_visit_that_is_not_held_is_told_so() {
    let world = World::new().await;
    let visit = arrivals::visit_of(&world, &arrivals::visitor(&world)).await;

    assert_eq!(send(&decision(&world, &visit, "key-1", "admit")).await.problem(), "409 conflict :not_held");
}

#[tokio::test]
async fn a_document_is_decided_about_by_those_who_review_documents() {
    let world = World::new().await;
    let visit = arrivals::held(&world).await;
    let token = world.token_with(&["visit.decide"]).await;

    let answer = send(&decision(&world, &visit, "key-1", "admit").bearer(&token)).await;

    assert_eq!(answer.problem(), "403 forbidden");
    assert_eq!(world.actions().await.last().unwrap(), "access.refused");
    let both = world.token_with(&["visit.decide", "watchlist.review"]).await;
    assert_eq!(send(&decision(&world, &visit, "key-2", "admit").bearer(&both)).await.status, 201);
}

#[tokio::test]
async fn a_driver_who_met_the_watchlist_is_decided_about_by_those_who_review_it() {
    let world = World::new().await;
    let (visit, id) = listed::held_driver(&world).await;
    let desk = world.token_with(&["visit.decide"]).await;
    let both = world.token_with(&["visit.decide", "watchlist.review"]).await;

    let refused = send(&decision(&world, &visit, "key-1", "admit").bearer(&desk)).await;
    let open = send(&decision(&world, &visit, "key-2", "admit").bearer(&both)).await;
    assert_eq!(listed::review(&world, &id, "dismissed").await.status, 200);
    let admitted = send(&decision(&world, &visit, "key-3", "admit").bearer(&both)).await;

    assert_eq!((refused.problem(), open.problem().as_str()), ("403 forbidden".to_owned(), "409 conflict :match_open"));
    assert_eq!(admitted.status, 201, "{}", admitted.text);
    assert_eq!(world.actions().await.split_off(2), ["access.refused", "watchlist_match.dismissed", "visit.admitted"]);
    let events = world.own_rows("SELECT kind FROM outbox WHERE organization_id = $1 ORDER BY kind").await;
    let kinds: Vec<String> = events.iter().map(|row| row.get(0)).collect();
    assert_eq!(kinds, ["driver.checked_in", "visit.admitted", "visit.held", "watchlist.matched"]);
}

#[tokio::test]
async fn who_is_confirmed_is_let_in_no_more_and_turned_away_at_any_time() {
    let world = World::new().await;
    let (visit, id) = listed::held_driver(&world).await;
    assert_eq!(listed::review(&world, &id, "confirmed").await.status, 200);

    let admitted = send(&decision(&world, &visit, "key-1", "admit")).await;
    let declined = send(&decision(&world, &visit, "key-2", "decline")).await;

    assert_eq!((admitted.problem(), declined.status), ("409 conflict :match_confirmed".to_owned(), 201));
    let waiting = arrivals::visit_of(&world, &arrivals::driver(&world)).await;
    assert_eq!(send(&decision(&world, &waiting, "key-3", "decline")).await.status, 201, "before any review");
}

#[tokio::test]
async fn a_kiosk_decides_about_no_visit() {
    let (world, deps) = (World::new().await, deps(&[]).await);
    let event = decision(&world, &world.organization.to_string(), "key-1", "admit");
    refusals::without_the_permission(&world, &event, &world.kiosk, &deps, decide_visit::handle).await;
}

#[tokio::test]
async fn malformed_bodies_are_refused_by_place() {
    let world = World::new().await;
    let visit = arrivals::held(&world).await;
    let cases = [
        (json!({ "decision": "maybe", "reason": REASON }), "400 malformed /decision:unknown_value"),
        (json!({ "decision": "admit" }), "400 malformed /reason:missing"),
        (json!({ "decision": "admit", "reason": REASON, "badge": 1 }), "400 malformed /badge:unknown_field"),
        (
            json!({ "decision": "admit", "reason": "She writes from vera@example.com" }),
            "422 unprocessable /reason:names_the_person",
        ),
    ];
    for (at, (body, problem)) in cases.into_iter().enumerate() {
        let event = decision(&world, &visit, &format!("key-{at}"), "admit").json(&body);
        assert_eq!(send(&event).await.problem(), problem);
    }
    assert_eq!(world.actions().await.len(), 2);
}

#[tokio::test]
async fn refuses_without_a_credential_before_anything_else() {
    let (world, deps) = (World::new().await, deps(&[]).await);
    let event = decision(&world, &world.organization.to_string(), "key-1", "admit");
    refusals::without_a_credential(&world, &event, &deps, decide_visit::handle).await;
}

#[tokio::test]
async fn refuses_without_the_permission_and_records_it() {
    let (world, deps) = (World::new().await, deps(&[]).await);
    let event = decision(&world, &world.organization.to_string(), "key-1", "admit");
    let token = world.token_with(&["visit.read"]).await;
    refusals::without_the_permission(&world, &event, &token, &deps, decide_visit::handle).await;
}

#[tokio::test]
async fn another_tenants_visit_is_answered_like_one_that_does_not_exist() {
    let (world, other, deps) = (World::new().await, World::new().await, deps(&[]).await);
    let visit = arrivals::held(&other).await;
    let theirs = decision(&world, &visit, "key-1", "admit");
    let absent = decision(&world, &uuid::Uuid::new_v4().to_string(), "key-2", "admit");
    let no_id = decision(&world, "nonsense", "key-3", "admit");
    refusals::of_another_organization(&theirs, &absent, &no_id, &deps, decide_visit::handle).await;
}

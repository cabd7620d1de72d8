//! Entries of the watchlist, who met them, and what is said about it, by way of the real doors.

use serde_json::{Value, json};

use super::{Event, World, arrivals, event::Answer, stack};

/// What a reviewer writes.
pub(crate) const REASON: &str = "The birth date on the passport is another one";

/// Puts an entry on the list, and gives its id.
pub(crate) async fn list(world: &World, kind: &str, entry: &Value) -> String {
    let deps: manage_watchlist::Deps = stack::connect(&stack::variables("fn_manage_watchlist", &[])).await;
    let mut entry = entry.clone();
    entry["reason"] = json!("Listed for a test of the door");
    let body = json!({ "list": kind, "severity": "high", "entry": entry });
    let key = uuid::Uuid::new_v4().to_string();
    let event = Event::new("POST", "/v1/watchlist", &[]).bearer(&world.token).idempotent(&key).json(&body);
    let answer = event.send(&deps, manage_watchlist::handle).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.body["entry_id"].as_str().expect("an id").to_owned()
}

/// A driver whose carrier is on the list; gives the ids of visit and match.
pub(crate) async fn held_driver(world: &World) -> (String, String) {
    list(world, "deny", &json!({ "company": "Sample Haulage" })).await;
    let receipt = arrivals::arrive(world, &arrivals::driver(world)).await;
    assert_eq!(receipt["hold_reasons"], json!(["watchlist"]), "{receipt}");
    let id = world.own_rows("SELECT match_id FROM watchlist_matches WHERE organization_id = $1").await[0].get(0);
    let id: uuid::Uuid = id;
    (receipt["visit_id"].as_str().expect("an id").to_owned(), id.to_string())
}

/// The request that reviews a match.
pub(crate) fn reviewing(world: &World, id: &str, outcome: &str) -> Event {
    let key = uuid::Uuid::new_v4().to_string();
    Event::new("POST", "/v1/watchlist-matches/{match_id}/review", &[id])
        .bearer(&world.token)
        .idempotent(&key)
        .json(&json!({ "outcome": outcome, "reason": REASON }))
}

/// Confirms or dismisses a match.
pub(crate) async fn review(world: &World, id: &str, outcome: &str) -> Answer {
    let deps: review_watchlist::Deps = stack::connect(&stack::variables("fn_review_watchlist", &[])).await;
    reviewing(world, id, outcome).send(&deps, review_watchlist::handle).await
}

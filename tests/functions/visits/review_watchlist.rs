//! `review-watchlist` promises: who met the watchlist is confirmed or dismissed once, and compared again without a value shown.

use serde_json::{Value, json};

use crate::harness::{
    Event, World, arrivals,
    event::Answer,
    listed::{self, REASON, held_driver, list, review, reviewing},
    refusals, stack,
    tap::Tap,
};

const MATCH: &str = "/v1/watchlist-matches/{match_id}";

async fn deps(changes: &[(&str, &str)]) -> review_watchlist::Deps {
    stack::connect(&stack::variables("fn_review_watchlist", changes)).await
}

async fn send(event: &Event) -> Answer {
    event.send(&deps(&[]).await, review_watchlist::handle).await
}

fn listing(world: &World, query: &str) -> Event {
    Event::new("GET", "/v1/watchlist-matches", &[]).bearer(&world.token).query(query)
}

fn reading(world: &World, id: &str) -> Event {
    Event::new("GET", MATCH, &[id]).bearer(&world.token)
}

fn dismissing(world: &World, id: &str) -> Event {
    reviewing(world, id, "dismissed")
}

fn replaying(world: &World, id: &str) -> Event {
    let key = uuid::Uuid::new_v4().to_string();
    let route = "/v1/watchlist-matches/{match_id}/replay";
    Event::new("POST", route, &[id]).bearer(&world.token).idempotent(&key).json(&json!({}))
}

#[tokio::test]
async fn a_match_waits_is_dismissed_with_a_reason_and_waits_no_more() {
    let world = World::new().await;
    let (visit, id) = held_driver(&world).await;

    let open = send(&listing(&world, &format!("state=open&visit_id={visit}"))).await;
    let answer = review(&world, &id, "dismissed").await;

    let item = &open.body["items"][0];
    assert_eq!((&item["match_id"], &item["visit_id"], &item["outcome"]), (&json!(id), &json!(visit), &Value::Null));
    assert_eq!((&item["comparison"]["rule"], &item["comparison"]["score"]), (&json!("company"), &json!(100)));
    assert_eq!((answer.status, &answer.body["outcome"]), (200, &json!("dismissed")), "{}", answer.text);
    assert_eq!(send(&reading(&world, &id)).await.body, answer.body);
    assert_eq!(send(&listing(&world, "state=open")).await.body["items"], json!([]));
    assert_eq!(send(&listing(&world, "state=reviewed")).await.body["items"], json!([answer.body]));
    let entry = world.entries().await.pop().unwrap();
    assert_eq!((&entry["action"], &entry["reason"]), (&json!("watchlist_match.dismissed"), &json!(REASON)));
    assert_eq!((&entry["target"]["id"], &entry["diff"]["added"]["visit_id"]), (&json!(id), &json!(visit)));
    assert_eq!((&entry["diff"]["added"]["rule"], &entry["diff"]["added"]["score"]), (&json!("company"), &json!(100)));
}

#[tokio::test]
async fn the_first_of_two_reviews_counts_and_the_match_says_whose_it_was() {
    let (world, deps) = (World::new().await, deps(&[]).await);
    let (_, id) = held_driver(&world).await;

    let (one, other) = (reviewing(&world, &id, "confirmed"), reviewing(&world, &id, "dismissed"));
    let (one, other) =
        tokio::join!(one.send(&deps, review_watchlist::handle), other.send(&deps, review_watchlist::handle));

    let (winner, loser) = if one.status == 200 { (one, other) } else { (other, one) };
    assert_eq!((winner.status, loser.problem()), (200, "409 conflict :already_reviewed".to_owned()));
    let read = send(&reading(&world, &id)).await.body;
    assert_eq!(read, winner.body);
    assert!(read["reviewed_by"].is_string(), "{read}");
    assert_eq!(world.actions().await.iter().filter(|action| action.starts_with("watchlist_match.")).count(), 1);
}

#[tokio::test]
async fn replay_returns_the_first_review() {
    let world = World::new().await;
    let (_, id) = held_driver(&world).await;
    let event = dismissing(&world, &id);

    let (first, second) = (send(&event).await, send(&event.again()).await);

    assert_eq!((first.status, &first.body), (200, &second.body), "{}", first.text);
    assert_eq!(second.headers["idempotency-replayed"], "true");
    assert_eq!(world.actions().await.iter().filter(|action| *action == "watchlist_match.dismissed").count(), 1);
}

#[tokio::test]
async fn a_part_that_fails_leaves_a_match_open_and_a_lost_answer_a_review() {
    let world = World::new().await;
    let (_, id) = held_driver(&world).await;
    let (event, variables) = (dismissing(&world, &id), stack::variables("fn_review_watchlist", &[]));
    for part in ["AWS_ENDPOINT_URL_KMS", "DATABASE_URL"] {
        let (tap, url) = Tap::before_url(variables.required(part).unwrap()).await;
        let deps = deps(&[(part, &url)]).await;
        tap.close();
        let failed = event.again().send(&deps, review_watchlist::handle).await;
        assert_eq!(failed.problem(), "503 unavailable", "{part}");
        assert_eq!(send(&reading(&world, &id)).await.body["state"], "open", "{part}");
    }
    let (tap, url) = Tap::before_url(variables.required("DATABASE_URL").unwrap()).await;
    let deps = deps(&[("DATABASE_URL", &url)]).await;
    tap.lose_one_answer_after(1);

    let answer = event.again().send(&deps, review_watchlist::handle).await;

    assert_eq!((answer.status, answer.headers["idempotency-replayed"].as_str()), (200, "true"), "{}", answer.text);
    assert_eq!(world.actions().await.iter().filter(|action| *action == "watchlist_match.dismissed").count(), 1);
}

/// Two names and two numbers share words with the driver, so that more than the entry that is met is compared.
#[tokio::test]
async fn a_comparison_is_made_again_and_what_differs_is_named() {
    let world = World::new().await;
    let entries = [
        json!({ "name": "Petra Other", "aliases": [{ "name": "DRIVER, Dora" }] }),
        json!({ "name": "Boris Driver" }),
        json!({ "company": "Sample Canaryworks" }),
    ];
    let entry = list(&world, "deny", &entries[0]).await;
    for other in &entries[1..] {
        list(&world, "deny", other).await;
    }
    arrivals::arrive(&world, &arrivals::driver(&world)).await;
    let id = send(&listing(&world, "")).await.body["items"][0]["match_id"].as_str().unwrap().to_owned();
    // An entry that has ended is compared still: it is what was met.
    let end = "UPDATE watchlist_entries SET ended_at = now() WHERE organization_id = $1 AND entry_id = $2";
    world.execute(end, &[&world.organization, &uuid::Uuid::parse_str(&entry).unwrap()]).await;

    let same = send(&replaying(&world, &id)).await;
    let change = "UPDATE watchlist_matches SET score = 71, list_digest = sha256('another') WHERE organization_id = $1";
    world.execute(change, &[&world.organization]).await;
    let other = send(&replaying(&world, &id)).await;

    assert_eq!((same.status, &same.body["reproduced"]), (200, &json!(true)), "{}", same.text);
    assert_eq!((&same.body["stored"], &same.body["differs"]), (&same.body["replayed"], &json!([])));
    assert_eq!((&same.body["stored"]["rule"], &same.body["stored"]["is_weak"]), (&json!("alias"), &json!(false)));
    assert_eq!((&other.body["reproduced"], &other.body["differs"]), (&json!(false), &json!(["list_digest", "score"])));
    assert_eq!(other.body["stored"]["score"], 71);
    let entries = world.entries().await;
    let said: Vec<_> = entries.iter().filter(|entry| entry["action"] == "watchlist_match.replayed").collect();
    let said: Vec<_> = said.iter().map(|entry| &entry["diff"]["added"]["differs"]).collect();
    assert_eq!(said, [&json!([]), &json!(["list_digest", "score"])]);
    for text in [&same.text, &other.text] {
        assert!(!["Dora", "Petra", "Canary"].iter().any(|name| text.contains(name)), "{text}");
    }
}

#[tokio::test]
async fn who_was_erased_is_not_compared_again_and_is_reviewed_still() {
    let world = World::new().await;
    let (_, id) = held_driver(&world).await;
    let kept = world.own_rows("SELECT person_id, wrapped_key FROM people WHERE organization_id = $1").await;
    for kind in ["document", "listed"] {
        let erase = "UPDATE people SET wrapped_key = NULL WHERE organization_id = $1 AND kind = $2";
        world.execute(erase, &[&world.organization, &kind]).await;
        assert_eq!(send(&replaying(&world, &id)).await.problem(), "409 conflict :erased", "{kind}");
        for row in &kept {
            let (person, key): (uuid::Uuid, Option<Vec<u8>>) = (row.get(0), row.get(1));
            world.execute("UPDATE people SET wrapped_key = $2 WHERE person_id = $1", &[&person, &key]).await;
        }
    }
    world.execute("DELETE FROM watchlist_screenings WHERE organization_id = $1", &[&world.organization]).await;
    assert_eq!(send(&replaying(&world, &id)).await.problem(), "409 conflict :not_kept");
    world.execute("UPDATE people SET wrapped_key = NULL WHERE organization_id = $1", &[&world.organization]).await;

    assert_eq!(review(&world, &id, "confirmed").await.status, 200);
}

#[tokio::test]
async fn malformed_requests_are_refused_by_place() {
    let world = World::new().await;
    list(&world, "deny", &json!({ "company": "Sample Haulage", "document_number": "CANARY-4711" })).await;
    arrivals::arrive(&world, &arrivals::driver(&world)).await;
    let id = send(&listing(&world, "limit=1")).await.body["items"][0]["match_id"].as_str().unwrap().to_owned();
    let cases = [
        (json!({ "outcome": "maybe", "reason": REASON }), "400 malformed /outcome:unknown_value"),
        (json!({ "outcome": "dismissed" }), "400 malformed /reason:missing"),
        (json!({ "outcome": "dismissed", "reason": REASON, "other": 1 }), "400 malformed /other:unknown_field"),
        (
            json!({ "outcome": "dismissed", "reason": "Number Canary 4711 is not theirs" }),
            "422 unprocessable /reason:names_the_person",
        ),
    ];
    for (body, problem) in cases {
        assert_eq!(send(&dismissing(&world, &id).json(&body)).await.problem(), problem);
    }
    assert_eq!(world.actions().await.pop().unwrap(), "access.refused", "a guess is an entry");
    assert_eq!(send(&listing(&world, "state=maybe")).await.problem(), "400 malformed ?state:wrong_value");
    assert_eq!(send(&listing(&world, "other=1")).await.problem(), "400 malformed ?other:unknown_parameter");
    assert_eq!(send(&reading(&world, &id)).await.body["outcome"], Value::Null);
}

#[tokio::test]
async fn refuses_without_a_credential_before_anything_else() {
    let (world, deps) = (World::new().await, deps(&[]).await);
    let id = world.organization.to_string();
    for event in [listing(&world, ""), reading(&world, &id), dismissing(&world, &id), replaying(&world, &id)] {
        refusals::without_a_credential(&world, &event, &deps, review_watchlist::handle).await;
    }
}

#[tokio::test]
async fn refuses_without_the_permission_and_records_it() {
    let (world, deps) = (World::new().await, deps(&[]).await);
    let id = world.organization.to_string();
    let token = world.token_with(&["visit.decide", "watchlist.manage"]).await;
    for event in [reading(&world, &id), dismissing(&world, &id), replaying(&world, &id)] {
        refusals::without_the_permission(&world, &event, &token, &deps, review_watchlist::handle).await;
    }
}

#[tokio::test]
async fn a_caller_of_one_site_sees_and_reviews_the_matches_of_its_visits() {
    let (world, deps) = (World::new().await, deps(&[]).await);
    let (_, id) = held_driver(&world).await;
    let (here, there) = (world.token_with(&["watchlist.review"]).await, world.token_with(&["watchlist.review"]).await);
    let elsewhere = world.another_site().await;
    for (token, site) in [(&here, world.site), (&there, elsewhere)] {
        let bind = "UPDATE credentials SET site_id = $2 WHERE organization_id = $1 AND sha256 = sha256($3)";
        world.execute(bind, &[&world.organization, &site, &token.as_bytes()]).await;
    }

    assert_eq!(send(&listing(&world, "").bearer(&there)).await.body["items"], json!([]));
    assert_eq!(send(&listing(&world, "").bearer(&here)).await.body["items"][0]["match_id"], json!(id));
    for of in [dismissing, replaying] {
        let absent = uuid::Uuid::new_v4().to_string();
        let [theirs, absent, no_id] = [id.as_str(), &absent, "nonsense"].map(|id| of(&world, id).bearer(&there));
        refusals::of_another_organization(&theirs, &absent, &no_id, &deps, review_watchlist::handle).await;
    }
    assert_eq!(send(&dismissing(&world, &id).bearer(&here)).await.status, 200);
}

#[tokio::test]
async fn another_tenants_match_is_answered_like_one_that_does_not_exist() {
    let (world, other, deps) = (World::new().await, World::new().await, deps(&[]).await);
    let (_, theirs) = listed::held_driver(&other).await;
    let absent = uuid::Uuid::new_v4().to_string();
    for of in [reading, dismissing, replaying] {
        let [theirs, absent, no_id] = [theirs.as_str(), &absent, "nonsense"].map(|id| of(&world, id));
        refusals::of_another_organization(&theirs, &absent, &no_id, &deps, review_watchlist::handle).await;
    }
    assert_eq!(send(&listing(&world, "")).await.body["items"], json!([]));
}

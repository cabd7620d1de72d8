//! A code is found by reading it from the device, and not by guessing.

use std::sync::Arc;

use tokio::task::JoinSet;

use super::*;

const UNKNOWN: &str = "422 unprocessable /pairing_code:unknown_value";

/// So many attempts at once, and how they were answered.
async fn at_once(entrance: &Arc<Entrance>, events: Vec<Event>) -> Vec<u16> {
    let mut attempts = JoinSet::new();
    for event in events {
        let entrance = Arc::clone(entrance);
        attempts.spawn(async move { entrance.ask(&event).await.status });
    }
    let mut statuses = attempts.join_all().await;
    statuses.sort_unstable();
    statuses
}

#[tokio::test]
async fn a_wrong_a_used_an_old_and_another_organizations_code_are_answered_alike() {
    let (world, other, entrance) = (World::new().await, World::new().await, Entrance::now().await);
    let (used, old) = (entrance.begin(&world).await, entrance.begin(&world).await);
    let theirs = entrance.begin(&other).await;
    assert_eq!(entrance.confirm(&world, &used.code).await.status, 201);

    let wrong = entrance.confirm(&world, "00000000").await;

    assert_eq!(wrong.problem(), UNKNOWN);
    let late = Entrance::at(600).await;
    for (entrance, code) in [(&entrance, &used.code), (&late, &old.code), (&entrance, &theirs.code)] {
        let answer = entrance.confirm(&world, code).await;
        assert_eq!(answer.problem(), UNKNOWN);
        assert_eq!(answer.without_request_id(), wrong.without_request_id());
        assert_eq!(answer.headers.len(), wrong.headers.len());
    }
    assert_eq!((world.count("kiosks").await, other.count("kiosks").await), (1, 0));
    // The positive control.
    assert_eq!(entrance.confirm(&other, &theirs.code).await.status, 201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_is_used_once_also_by_two_consoles_at_once() {
    let entrance = Arc::new(Entrance::now().await);
    for _ in 0..4 {
        let world = World::new().await;
        let device = entrance.begin(&world).await;
        let other = world.token_with(&["kiosk.manage"]).await;
        let consoles = vec![confirming(&world, &device.code), confirming(&world, &device.code).bearer(&other)];

        assert_eq!(at_once(&entrance, consoles).await, [201, 422]);

        assert_eq!(world.count("kiosks").await, 1);
        let created = world.actions().await.into_iter().filter(|action| action == "kiosk.created").count();
        assert_eq!((created, entrance.fetch(&device).await.status), (1, 200));
    }
}

#[tokio::test]
async fn a_credential_of_one_site_confirms_there_and_nowhere_else() {
    let (world, entrance) = (World::new().await, Entrance::now().await);
    let elsewhere = world.another_site().await;
    let bound = bound_to(&world, elsewhere).await;
    let device = entrance.begin(&world).await;

    let beyond = entrance.ask(&confirming(&world, &device.code).bearer(&bound)).await;
    let body = json!({ "name": "Back door", "pairing_code": device.code });
    let at_home = change(&world, "POST", "/v1/sites/{site_id}/kiosks", &elsewhere.to_string(), &body);
    let at_home = entrance.ask(&at_home.bearer(&bound)).await;

    assert_eq!(beyond.problem(), "404 not_found");
    assert_eq!((at_home.status, &at_home.body["site_id"]), (201, &json!(elsewhere)), "{}", at_home.text);
    assert_eq!(entrance.fetch(&device).await.body["site_id"], json!(elsewhere));
}

#[tokio::test]
async fn a_credential_guesses_ten_times_and_then_once_a_minute() {
    let (world, entrance) = (World::new().await, Entrance::now().await);
    let device = entrance.begin(&world).await;
    for _ in 0..10 {
        assert_eq!(entrance.confirm(&world, "00000000").await.problem(), UNKNOWN);
    }

    let right = confirming(&world, &device.code);
    let refused = entrance.ask(&right).await;

    // The right code does not get through either: a guess is not looked at.
    assert_eq!(refused.problem(), "429 throttled");
    let wait_s: i64 = refused.headers["retry-after"].parse().unwrap();
    assert!((50..=60).contains(&wait_s), "{wait_s}");
    let later = Entrance::at(65).await;
    assert_eq!(later.confirm(&world, "00000000").await.problem(), UNKNOWN);
    assert_eq!(later.confirm(&world, "00000000").await.problem(), "429 throttled");
    // No other member is kept out, and the same request executes when there is a guess again.
    let colleague = world.token_with(&["kiosk.manage"]).await;
    let other = entrance.begin(&world).await;
    assert_eq!(entrance.ask(&confirming(&world, &other.code).bearer(&colleague)).await.status, 201);
    assert_eq!(Entrance::at(130).await.ask(&right.again()).await.status, 201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guesses_at_the_same_moment_are_no_more_than_one_after_the_other() {
    let (world, entrance) = (World::new().await, Arc::new(Entrance::now().await));
    let guesses = (0..16).map(|guess| confirming(&world, &format!("0000{guess:04}"))).collect();

    let statuses = at_once(&entrance, guesses).await;

    assert_eq!(statuses, [[422; 10].as_slice(), &[429; 6]].concat());
}

#[tokio::test]
async fn an_organization_guesses_thirty_times_whatever_it_guesses_with() {
    let (world, entrance) = (World::new().await, Entrance::now().await);
    let mut statuses = Vec::new();
    for _ in 0..4 {
        let token = world.token_with(&["kiosk.manage"]).await;
        for _ in 0..9 {
            statuses.push(entrance.ask(&confirming(&world, "00000000").bearer(&token)).await.status);
        }
    }

    assert_eq!(statuses[..30], [422; 30]);
    assert!(statuses[30..].contains(&429), "{statuses:?}");
    // Another organization has its own.
    let other = World::new().await;
    assert_eq!(entrance.confirm(&other, "00000000").await.problem(), UNKNOWN);
}

#[tokio::test]
async fn right_codes_are_no_guesses() {
    let (world, entrance) = (World::new().await, Entrance::now().await);
    for device in 0..14 {
        let event = asking(&world.slug).sent_from(&format!("198.51.100.{device}"));
        let code = text(&entrance.ask(&event).await, "pairing_code");
        assert_eq!(entrance.confirm(&world, &code).await.status, 201, "{device}");
    }
    // They give nothing back beyond themselves.
    for _ in 0..10 {
        assert_eq!(entrance.confirm(&world, "00000000").await.problem(), UNKNOWN);
    }
    assert_eq!(entrance.confirm(&world, "00000000").await.problem(), "429 throttled");
}

#[tokio::test]
async fn wrong_codes_get_an_entry_as_often_as_is_useful_and_not_as_often_as_an_attacker_likes() {
    let (world, entrance) = (World::new().await, Entrance::now().await);
    let guess = confirming(&world, "00000000");
    let first = entrance.ask(&guess).await;
    let replayed = entrance.ask(&guess.again()).await;
    for _ in 0..11 {
        entrance.confirm(&world, "00000000").await;
    }

    let entries = world.entries().await;

    assert_eq!((first.problem().as_str(), replayed.problem().as_str()), (UNKNOWN, UNKNOWN));
    assert_eq!(replayed.headers["idempotency-replayed"], "true");
    let told: Vec<_> = entries.iter().map(|entry| (&entry["action"], &entry["diff"]["added"]["failures"])).collect();
    assert_eq!(told, [(&json!("kiosk.refused"), &json!(1)), (&json!("kiosk.refused"), &json!(10))]);
    assert_eq!(entries[0]["target"], json!({ "kind": "site", "id": world.site }));
    assert_eq!(entries[0]["actor"]["kind"], "api_token");
    assert!(!json!(entries).to_string().contains("00000000\""), "no code stands in the log");
}

#[tokio::test]
async fn a_caller_without_the_permission_or_a_site_guesses_nothing() {
    let (world, entrance) = (World::new().await, Entrance::now().await);
    let device = entrance.begin(&world).await;
    let reader = world.token_with(&["visit.read"]).await;
    let body = json!({ "name": "Nowhere", "pairing_code": device.code });
    let nowhere = uuid::Uuid::new_v4().to_string();

    let forbidden = entrance.ask(&confirming(&world, &device.code).bearer(&reader)).await;
    let counted = world.count("guesses").await;
    let nowhere = change(&world, "POST", "/v1/sites/{site_id}/kiosks", &nowhere, &body);

    // What is counted is the device's own attempt.
    assert_eq!((forbidden.problem().as_str(), counted), ("403 forbidden", 1));
    assert_eq!(entrance.ask(&nowhere).await.problem(), "404 not_found");
    assert_eq!(entrance.confirm(&world, &device.code).await.status, 201);
}

//! Attacks on pairing, each beside what goes through.

use std::sync::Arc;

use shared::authn::{CredentialKind, NewCredential, Realm};
use tokio::task::JoinSet;

use super::*;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The credential with another beginning, and a check sum that fits.
fn begun_with(beginning: &str, credential: &str) -> String {
    let covered = format!("{beginning}{}", &credential[beginning.len()..credential.len() - 7]);
    let checksum = crc32fast::hash(covered.as_bytes());
    let values = (0..7).rev().map(|at| (u64::from(checksum) >> (5 * at)) & 31);
    let symbols: String = values.map(|value| char::from(ALPHABET[usize::try_from(value).unwrap()])).collect();
    covered + &symbols
}

#[tokio::test]
async fn what_is_no_device_of_the_organizations_is_answered_alike() {
    let (world, other, entrance) = (World::new().await, World::new().await, Entrance::now().await);
    let (ours, theirs) = (entrance.begin(&world).await, entrance.begin(&other).await);
    let stranger = |of: &World| {
        let new = NewCredential::generate(CredentialKind::KioskPairing, Realm::Test, of.organization).unwrap();
        new.text.expose_secret().clone()
    };
    // `dbq_test_` and the 26 symbols of the organization.
    let swapped = begun_with(&ours.secret[..35], &theirs.secret);

    let unknown = entrance.ask(&asking("no-such-handle")).await;

    assert_eq!(unknown.problem(), "404 not_found");
    for secret in [stranger(&world), stranger(&other), swapped] {
        let answer = entrance.ask(&fetching(&secret)).await;
        assert_eq!(answer.problem(), "404 not_found");
        assert_eq!(answer.without_request_id(), unknown.without_request_id());
        assert_eq!(answer.headers.len(), unknown.headers.len());
    }
    // The positive controls.
    assert_eq!(begun_with("dbq_test_", &ours.secret), ours.secret);
    for device in [ours, theirs] {
        assert_eq!(entrance.fetch(&device).await.body["state"], "waiting");
    }
}

#[tokio::test]
async fn no_kind_of_credential_serves_as_another() {
    let (world, entrance) = (World::new().await, Entrance::now().await);
    let device = entrance.begin(&world).await;
    entrance.confirm(&world, &device.code).await;

    for other in [world.token.as_str(), &world.kiosk] {
        let answer = entrance.ask(&fetching(other)).await;
        assert_eq!(answer.problem(), "400 malformed /device_code:wrong_form");
        let renamed = entrance.ask(&fetching(&begun_with("dbq_test_", other))).await;
        assert_eq!(renamed.problem(), "404 not_found");
    }
    // A program says at which site it checks in, so the body of a kiosk's would be refused before its credential.
    for beginning in ["dbq_test_", "dbd_test_", "dbd_live_"] {
        assert_eq!(entrance.checks_in(&world, &begun_with(beginning, &device.secret)).await, 401, "{beginning}");
    }
    let kiosks = Event::new("GET", "/v1/sites/{site_id}/kiosks", &[&world.site.to_string()]);
    assert_eq!(entrance.ask(&kiosks.bearer(&begun_with("dbk_test_", &device.secret))).await.status, 401);
    let live = entrance.ask(&fetching(&begun_with("dbq_live_", &device.secret))).await;
    assert_eq!(live.problem(), "404 not_found");
    // The positive control.
    let token = text(&entrance.fetch(&device).await, "kiosk_token");
    assert_eq!(entrance.checks_in(&world, &token).await, 201);
}

/// Every row of the organization's, in every table, as text.
async fn everything(world: &World) -> String {
    let tables = "SELECT c.oid::regclass::text FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
        WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.attname = 'organization_id'
          AND c.relnamespace = 'public'::regnamespace";
    let mut everything = String::new();
    for table in world.rows(tables, &[]).await {
        let table: String = table.get(0);
        for row in world.own_rows(&format!("SELECT t::text FROM {table} AS t WHERE organization_id = $1")).await {
            everything.push_str(&format!("{table} {}\n", row.get::<_, String>(0)));
        }
    }
    everything
}

#[tokio::test]
async fn neither_code_stands_anywhere_in_the_clear() {
    let (world, entrance) = (World::new().await, Entrance::now().await);
    let device = entrance.begin(&world).await;
    let mut rows = everything(&world).await;
    assert!(rows.contains("kiosk_pairings "), "{rows}");

    let confirmed = entrance.confirm(&world, &device.code).await;
    rows.push_str(&everything(&world).await);
    let fetched = entrance.fetch(&device).await;
    rows.push_str(&everything(&world).await);

    let token = text(&fetched, "kiosk_token");
    let stored = shared::audit::hex(&shared::authn::sha256(token.as_bytes()));
    assert!(rows.contains("kiosk.paired") && rows.contains(&stored), "{rows}");
    for secret in [&device.code, &device.secret, &token] {
        let in_hex = shared::audit::hex(secret.as_bytes());
        assert!(!rows.contains(secret.as_str()) && !rows.to_lowercase().contains(&in_hex));
        assert!(!confirmed.text.contains(secret.as_str()));
        assert!(!entrance.list(&world).await.to_string().contains(secret.as_str()));
    }
}

#[tokio::test]
async fn an_address_has_ten_devices_that_wait_and_then_one_more_a_minute() {
    let (world, entrance) = (World::new().await, Entrance::now().await);
    let mut devices = Vec::new();
    for _ in 0..10 {
        devices.push(entrance.begin(&world).await);
    }

    let refused = entrance.ask(&asking(&world.slug)).await;

    assert_eq!(refused.problem(), "429 throttled");
    let wait_s: i64 = refused.headers["retry-after"].parse().unwrap();
    assert!((50..=60).contains(&wait_s), "{wait_s}");
    assert_eq!(entrance.ask(&asking(&world.slug).sent_from("198.51.100.1")).await.status, 201);
    // A minute later there is one more attempt, and room for it only when one of the ten was let in.
    let later = Entrance::at(61).await;
    assert_eq!(later.ask(&asking(&world.slug)).await.problem(), "429 throttled");
    assert_eq!(later.confirm(&world, &devices[0].code).await.status, 201);
    let even_later = Entrance::at(122).await;
    assert_eq!(even_later.ask(&asking(&world.slug)).await.status, 201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_devices_wait_and_no_more_however_many_ask_at_once() {
    let (world, entrance) = (World::new().await, Arc::new(Entrance::now().await));
    let from = |address: i32| asking(&world.slug).sent_from(&format!("198.51.100.{address}"));
    for address in 0..44 {
        assert_eq!(entrance.ask(&from(address)).await.status, 201, "{address}");
    }
    let mut asked = JoinSet::new();
    for address in 44..56 {
        let (event, entrance) = (from(address), Arc::clone(&entrance));
        asked.spawn(async move { entrance.ask(&event).await.status });
    }

    let statuses = asked.join_all().await;

    let count = |wanted: u16| statuses.iter().filter(|status| **status == wanted).count();
    assert_eq!((count(201), count(429)), (6, 6), "{statuses:?}");
    assert_eq!(world.count("kiosk_pairings").await, 50);
    // In ten minutes they are all out of date, and another organization was not concerned.
    let later = Entrance::at(601).await;
    assert_eq!(later.ask(&from(200)).await.status, 201);
    assert_eq!(entrance.ask(&asking(&World::new().await.slug)).await.status, 201);
}

#[tokio::test]
async fn a_device_asks_five_times_at_once_and_then_once_in_four_seconds() {
    let (world, entrance) = (World::new().await, Entrance::now().await);
    let (device, other) = (entrance.begin(&world).await, entrance.begin(&world).await);
    let mut statuses = Vec::new();
    for _ in 0..5 {
        statuses.push(entrance.fetch(&device).await.status);
    }

    let refused = entrance.fetch(&device).await;

    assert_eq!((statuses, refused.problem().as_str()), (vec![200; 5], "429 throttled"));
    let wait_s: i64 = refused.headers["retry-after"].parse().unwrap();
    assert!((1..=4).contains(&wait_s), "{wait_s}");
    assert_eq!(entrance.fetch(&other).await.status, 200);
    // A device that waits as it was told is never refused.
    for offset in [5, 10, 15] {
        assert_eq!(Entrance::at(offset).await.fetch(&device).await.status, 200, "{offset}");
    }
}

#[tokio::test]
async fn an_address_that_guesses_devices_is_throttled_whatever_it_brings() {
    let (world, entrance) = (World::new().await, Entrance::now().await);
    let device = entrance.begin(&world).await;
    for _ in 0..31 {
        let guess = NewCredential::generate(CredentialKind::KioskPairing, Realm::Test, world.organization).unwrap();
        assert_eq!(entrance.ask(&fetching(guess.text.expose_secret())).await.problem(), "404 not_found");
    }

    let refused = entrance.fetch(&device).await;

    assert_eq!((refused.problem().as_str(), refused.headers["retry-after"].as_str()), ("429 throttled", "60"));
    assert_eq!(entrance.ask(&fetching(&device.secret).sent_from("198.51.100.1")).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_answers_that_were_fetched_at_once_one_is_worth_something() {
    let (world, entrance) = (World::new().await, Arc::new(Entrance::now().await));
    let device = entrance.begin(&world).await;
    entrance.confirm(&world, &device.code).await;
    let mut fetching_at_once = JoinSet::new();
    for _ in 0..4 {
        let (event, entrance) = (fetching(&device.secret), Arc::clone(&entrance));
        fetching_at_once.spawn(async move { text(&entrance.ask(&event).await, "kiosk_token") });
    }

    let mut worth = Vec::new();
    for token in fetching_at_once.join_all().await {
        worth.push(entrance.checks_in(&world, &token).await);
    }

    worth.sort_unstable();
    assert_eq!(worth, [201, 401, 401, 401]);
    let made = "SELECT FROM credentials WHERE organization_id = $1 AND kind = 'kiosk' AND name = 'Main entrance'";
    assert_eq!(world.own_rows(made).await.len(), 1);
}

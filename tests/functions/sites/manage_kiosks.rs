//! `manage-kiosks` promises: a member with the permission confirms the device whose code they read, once, and revokes it.

mod failures;
mod guesses;
mod refusals;

use serde_json::{Value, json};
use shared::authn::sha256;

use crate::harness::{
    Event, World,
    entrance::{Entrance, asking, change, confirming, text},
    postgres,
};

/// Every route that changes something, about ids that are this kiosk's and with a code that a device shows.
fn writes(world: &World, code: &str, kiosk: &str) -> [Event; 3] {
    [
        confirming(world, code),
        change(world, "PATCH", "/v1/kiosks/{kiosk_id}", kiosk, &json!({ "name": "Gate house" })),
        change(world, "POST", "/v1/kiosks/{kiosk_id}/revoke", kiosk, &json!({})),
    ]
}

/// The list of a site's kiosks.
fn listing(world: &World) -> Event {
    Event::new("GET", "/v1/sites/{site_id}/kiosks", &[&world.site.to_string()]).bearer(&world.token)
}

/// A token of the world's that is bound to one site.
async fn bound_to(world: &World, site: shared::id::SiteId) -> String {
    let token = world.token_with(&["kiosk.manage"]).await;
    let bind = "UPDATE credentials SET site_id = $2 WHERE organization_id = $1 AND sha256 = $3";
    world.execute(bind, &[&world.organization, &site, &sha256(token.as_bytes()).as_slice()]).await;
    token
}

#[tokio::test]
async fn the_member_who_confirms_a_code_sees_what_the_device_calls_itself() {
    let (world, entrance) = (World::new().await, Entrance::now().await);
    let called = format!("Doorbook Kiosk/1.0 {}", "x".repeat(300));
    let code = text(&entrance.ask(&asking(&world.slug).header("user-agent", &called)).await, "pairing_code");

    let confirmed = entrance.confirm(&world, &code).await;

    assert_eq!(confirmed.status, 201, "{}", confirmed.text);
    let kept: String = called.chars().take(200).collect();
    assert_eq!((&confirmed.body["device"], &confirmed.body["name"]), (&json!(kept), &json!("Main entrance")));
    assert_eq!((&confirmed.body["state"], &confirmed.body["site_id"]), (&json!("waiting"), &json!(world.site)));
    assert_eq!(entrance.list(&world).await[0], confirmed.body);
    let entry = world.entries().await.remove(0);
    assert_eq!((&entry["action"], &entry["target"]["id"]), (&json!("kiosk.created"), &confirmed.body["kiosk_id"]));
    let added = json!({ "site_id": world.site, "name": "Main entrance", "device": kept,
        "pairing_expires_at": confirmed.body["pairing_expires_at"] });
    assert_eq!(entry["diff"]["added"], added);
}

#[tokio::test]
async fn a_device_that_calls_itself_nothing_is_let_in_too() {
    let (world, entrance) = (World::new().await, Entrance::now().await);
    for nothing in [asking(&world.slug).without_header("user-agent"), asking(&world.slug).header("user-agent", "  ")] {
        let code = text(&entrance.ask(&nothing).await, "pairing_code");
        let confirmed = entrance.confirm(&world, &code).await;
        assert_eq!((confirmed.status, &confirmed.body["device"]), (201, &Value::Null), "{}", confirmed.text);
    }
}

#[tokio::test]
async fn a_code_is_read_however_it_is_typed() {
    let (world, entrance) = (World::new().await, Entrance::now().await);
    let device = entrance.begin(&world).await;
    let typed = format!(" {}-{} ", &device.code[..4].to_lowercase(), &device.code[4..]);

    assert_eq!(entrance.confirm(&world, &typed).await.status, 201);
}

#[tokio::test]
async fn a_kiosk_waits_is_paired_expires_and_is_revoked() {
    let (world, entrance) = (World::new().await, Entrance::now().await);
    let (first, second) = (entrance.begin(&world).await, entrance.begin(&world).await);
    let late = Entrance::at(601).await;
    for device in [&first, &second] {
        entrance.confirm(&world, &device.code).await;
    }
    let states = async |entrance: &Entrance| -> Vec<Value> {
        let kiosks = entrance.list(&world).await;
        kiosks.as_array().expect("a list").iter().map(|kiosk| kiosk["state"].clone()).collect()
    };

    let waiting = (states(&entrance).await, states(&late).await);
    entrance.fetch(&first).await;
    let paired = (states(&entrance).await, states(&late).await);
    let kiosk = entrance.list(&world).await[0]["kiosk_id"].as_str().unwrap().to_owned();
    entrance.revoke(&world, &kiosk).await;

    assert_eq!(waiting, (vec![json!("waiting"); 2], vec![json!("expired"); 2]));
    assert_eq!(paired, (vec![json!("paired"), json!("waiting")], vec![json!("paired"), json!("expired")]));
    assert_eq!(states(&entrance).await, ["revoked", "waiting"]);
}

#[tokio::test]
async fn a_kiosk_is_revoked_once_and_stays_so() {
    let (world, entrance) = (World::new().await, Entrance::now().await);
    let (kiosk, _) = entrance.paired(&world).await;

    let first = entrance.revoke(&world, &kiosk).await;
    let second = entrance.revoke(&world, &kiosk).await;

    assert_eq!((first.status, &first.body["state"]), (200, &json!("revoked")), "{}", first.text);
    assert_eq!(first.body["revoked_at"], second.body["revoked_at"]);
    assert_eq!(world.actions().await, ["kiosk.created", "kiosk.paired", "kiosk.revoked"]);
}

#[tokio::test]
async fn a_kiosk_is_renamed_until_it_is_revoked() {
    let (world, entrance) = (World::new().await, Entrance::now().await);
    let device = entrance.begin(&world).await;
    let kiosk = text(&entrance.confirm(&world, &device.code).await, "kiosk_id");

    let first = entrance.rename(&world, &kiosk, "Gate house").await;
    let same = entrance.rename(&world, &kiosk, "Gate house").await;
    entrance.revoke(&world, &kiosk).await;

    assert_eq!((first.status, &first.body["name"]), (200, &json!("Gate house")), "{}", first.text);
    assert_eq!(first.body, same.body);
    assert_eq!(entrance.rename(&world, &kiosk, "Back door").await.problem(), "409 conflict :revoked");
    assert_eq!(entrance.list(&world).await[0]["name"], "Gate house");
    assert_eq!(world.actions().await, ["kiosk.created", "kiosk.renamed", "kiosk.revoked"]);
    let renamed = &world.entries().await[1]["diff"]["changed"];
    assert_eq!(renamed, &json!({ "name": { "from": "Main entrance", "to": "Gate house" } }));
}

#[tokio::test]
async fn the_role_sees_no_pairing_and_no_secret_and_writes_no_kiosk() {
    let client = postgres::as_role("fn_manage_kiosks").await;
    for refused in [
        "SELECT * FROM kiosk_pairings",
        "SELECT * FROM guesses",
        "SELECT sha256 FROM credentials",
        "UPDATE kiosks SET revoked_at = NULL",
        "INSERT INTO kiosks (organization_id, kiosk_id, site_id, name, pairing_expires_at, created_at)
           SELECT organization_id, kiosk_id, site_id, name, pairing_expires_at, created_at FROM kiosks",
        "SELECT app.take_guess(sha256('code'), 1, 1, now())",
        "SELECT app.return_guess(sha256('code'), 1)",
    ] {
        let error = client.batch_execute(refused).await.expect_err("no right");
        assert_eq!(error.code().map(tokio_postgres::error::SqlState::code), Some("42501"), "{refused}");
    }
}

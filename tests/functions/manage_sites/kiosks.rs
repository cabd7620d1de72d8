//! Kiosks.

use super::*;

async fn enter(world: &World) -> Answer {
    let site = world.site.to_string();
    send(&write(world, "POST", "/v1/sites/{site_id}/kiosks", &[&site], &json!({ "name": "Main entrance" }))).await
}

async fn list(world: &World) -> Value {
    get(world, "/v1/sites/{site_id}/kiosks", &[&world.site.to_string()], "").await.body["items"].clone()
}

async fn revoke(world: &World, kiosk: &Value) -> Answer {
    send(&write(world, "POST", "/v1/kiosks/{kiosk_id}/revoke", &[text(kiosk)], &json!({}))).await
}

#[tokio::test]
async fn a_code_is_shown_once_and_stored_nowhere() {
    let world = World::new().await;
    let site = world.site.to_string();
    let event = write(&world, "POST", "/v1/sites/{site_id}/kiosks", &[&site], &json!({ "name": "Main entrance" }));

    let created = send(&event).await;
    let replayed = send(&event.again()).await;

    assert_eq!((created.status, replayed.status), (201, 201), "{} {}", created.text, replayed.text);
    let code = text(&created.body["pairing_code"]);
    assert_eq!(code.len(), 8);
    assert_eq!((&replayed.body["pairing_code"], &replayed.body["kiosk_id"]), (&Value::Null, &created.body["kiosk_id"]));
    let row = world.own_rows("SELECT k::text FROM kiosks AS k WHERE organization_id = $1").await;
    assert!(!row[0].get::<_, &str>(0).contains(code));
    assert!(!world.entries().await[0].to_string().contains(code));
    assert!(!list(&world).await.to_string().contains(code));
}

#[tokio::test]
async fn a_kiosk_waits_and_its_code_expires() {
    let world = World::new().await;
    enter(&world).await;

    assert_eq!(list(&world).await[0]["state"], "waiting");

    let late = deps(&[("CLOCK_OFFSET_SECONDS", "601")]).await;
    let event = Event::new("GET", "/v1/sites/{site_id}/kiosks", &[&world.site.to_string()]).bearer(&world.token);
    assert_eq!(event.send(&late, manage_sites::handle).await.body["items"][0]["state"], "expired");
}

#[tokio::test]
async fn a_kiosk_is_revoked_once_and_stays_so() {
    let world = World::new().await;
    let kiosk = enter(&world).await.body["kiosk_id"].clone();

    let first = revoke(&world, &kiosk).await;
    let second = revoke(&world, &kiosk).await;

    assert_eq!((first.status, &first.body["state"]), (200, &json!("revoked")), "{}", first.text);
    assert_eq!(first.body["revoked_at"], second.body["revoked_at"]);
    assert_eq!(world.actions().await, ["kiosk.created", "kiosk.revoked"]);
}

#[tokio::test]
async fn a_kiosk_is_renamed_until_it_is_revoked() {
    let world = World::new().await;
    let kiosk = enter(&world).await.body["kiosk_id"].clone();
    let rename = async |name: &str| {
        send(&write(&world, "PATCH", "/v1/kiosks/{kiosk_id}", &[text(&kiosk)], &json!({ "name": name }))).await
    };

    let (first, same) = (rename("Gate house").await, rename("Gate house").await);
    revoke(&world, &kiosk).await;

    assert_eq!((first.status, &first.body["name"]), (200, &json!("Gate house")), "{}", first.text);
    assert_eq!(first.body, same.body);
    assert_eq!(rename("Back door").await.problem(), "409 conflict");
    assert_eq!(list(&world).await[0]["name"], "Gate house");
    assert_eq!(world.actions().await, ["kiosk.created", "kiosk.renamed", "kiosk.revoked"]);
    let renamed = &world.entries().await[1]["diff"]["changed"];
    assert_eq!(renamed, &json!({ "name": { "from": "Main entrance", "to": "Gate house" } }));
}

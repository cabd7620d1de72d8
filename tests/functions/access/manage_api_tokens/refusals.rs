//! What is refused, and what fails.

use super::*;
use crate::harness::{refusals, tap::Tap};

#[tokio::test]
async fn malformed_bodies_are_refused_by_place() {
    let world = World::new().await;
    for (change, problem) in [
        (json!({ "scopes": [] }), "/scopes:empty"),
        (json!({ "scopes": ["visit.read", "visit.everything"] }), "/scopes/1:unknown_value"),
        (json!({ "scopes": ["visit.read", "audit.read", "visit.read"] }), "/scopes/2:repeated"),
        (json!({ "scopes": "visit.read" }), "/scopes:wrong_type"),
        (json!({ "name": "" }), "/name:empty"),
        (json!({ "expires_at": in_days(-1) }), "/expires_at:in_the_past"),
        (json!({ "expires_at": in_days(367) }), "/expires_at:too_far"),
        (json!({ "organization_id": world.organization }), "/organization_id:unknown_field"),
        (json!({ "role": "owner" }), "/role:unknown_field"),
        (json!({ "status": "active" }), "/status:unknown_field"),
    ] {
        let mut body = reader();
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        assert_eq!(ask(&making(&world.token, &body)).await.problem(), format!("400 malformed {problem}"), "{body}");
    }
    assert_eq!(world.actions().await, Vec::<String>::new());
}

#[tokio::test]
async fn no_or_a_bad_credential_is_401_on_every_route() {
    let world = World::new().await;
    let made = make(&world.token, &reader()).await;
    for event in routes(&world, id(&made)) {
        refusals::without_a_credential(&world, &event, &deps(&[]).await, manage_api_tokens::handle).await;
    }
}

#[tokio::test]
async fn a_credential_without_the_permission_is_403_and_recorded() {
    let world = World::new().await;
    let made = make(&world.token, &reader()).await;
    let other = world.token_with(&["member.manage", "audit.read"]).await;
    for event in routes(&world, id(&made)) {
        refusals::without_the_permission(&world, &event, &other, &deps(&[]).await, manage_api_tokens::handle).await;
    }
}

#[tokio::test]
async fn another_organizations_token_and_a_kiosks_are_answered_like_none() {
    let (world, other) = (World::new().await, World::new().await);
    let theirs = make(&other.token, &reader()).await;
    let kiosk = "SELECT credential_id::text FROM credentials WHERE organization_id = $1 AND kind = 'kiosk'";
    let kiosk: String = world.own_rows(kiosk).await[0].get(0);
    let absent_id = uuid::Uuid::new_v4().to_string();
    for foreign in [id(&theirs), kiosk.as_str()] {
        let [theirs, absent, no_id] = [foreign, &absent_id, "nonsense"].map(|id| write(&world.token, REVOKE, &[id]));
        refusals::of_another_organization(&theirs, &absent, &no_id, &deps(&[]).await, manage_api_tokens::handle).await;
    }
    assert_eq!(
        world.own_rows("SELECT 1 FROM credentials WHERE organization_id = $1 AND revoked_at IS NOT NULL").await.len(),
        0
    );
    assert!(list(&world).await.iter().all(|token| token["api_token_id"] != id(&theirs)));
}

#[tokio::test]
async fn a_lost_answer_of_the_record_is_found_and_given() {
    let world = World::new().await;
    let variables = stack::variables("fn_manage_api_tokens", &[]);
    let (tap, url) = Tap::before_url(variables.required("DATABASE_URL").unwrap()).await;
    let deps = deps(&[("DATABASE_URL", &url)]).await;
    tap.lose_one_answer_after(1);
    let made = making(&world.token, &reader()).send(&deps, manage_api_tokens::handle).await;
    assert_eq!((made.status, &made.body["secret"]), (201, &Value::Null), "{}", made.text);
    tap.lose_one_answer_after(1);
    let revoked = write(&world.token, REVOKE, &[id(&made.body)]).send(&deps, manage_api_tokens::handle).await;
    assert_eq!(revoked.status, 200, "{}", revoked.text);
    assert_eq!(world.actions().await, ["api_token.created", "api_token.revoked"]);
}

#[tokio::test]
async fn a_part_that_stays_away_leaves_nothing_and_a_retry_executes() {
    let variables = stack::variables("fn_manage_api_tokens", &[]);
    for part in ["DATABASE_URL", "AWS_ENDPOINT_URL_KMS"] {
        let world = World::new().await;
        let (tap, url) = Tap::before_url(variables.required(part).unwrap()).await;
        let deps = deps(&[(part, &url)]).await;
        let event = making(&world.token, &reader());
        tap.close();

        let failed = event.send(&deps, manage_api_tokens::handle).await;

        assert_eq!((failed.problem().as_str(), world.actions().await.len()), ("503 unavailable", 0), "{part}");
        tap.open();
        assert_eq!(event.again().send(&deps, manage_api_tokens::handle).await.status, 201);
    }
}

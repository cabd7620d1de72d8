//! `manage-api-tokens` promises: a token is shown once, reaches no further and lasts no longer than its maker, says
//! when it was used last, and opens nothing once it is revoked.

mod lineage;
mod refusals;

use serde_json::{Value, json};
use shared::{access::Permission, authn::sha256, clock::Clock};

use crate::harness::{Event, World, event::Answer, postgres, stack};

const TOKENS: &str = "/v1/api-tokens";
const REVOKE: &str = "/v1/api-tokens/{api_token_id}/revoke";
const DAY_S: i64 = 86_400;

async fn deps(changes: &[(&str, &str)]) -> manage_api_tokens::Deps {
    let variables = stack::variables("fn_manage_api_tokens", changes);
    stack::connect::<manage_api_tokens::Deps>(&variables).await
}

async fn ask(event: &Event) -> Answer {
    event.send(&deps(&[]).await, manage_api_tokens::handle).await
}

fn write(credential: &str, route: &'static str, parameters: &[&str]) -> Event {
    let key = uuid::Uuid::new_v4().to_string();
    Event::new("POST", route, parameters).bearer(credential).idempotent(&key)
}

fn making(credential: &str, body: &Value) -> Event {
    write(credential, TOKENS, &[]).json(body)
}

fn reader() -> Value {
    json!({ "name": "Reader", "scopes": ["visit.read"] })
}

async fn make(credential: &str, body: &Value) -> Value {
    let answer = ask(&making(credential, body)).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.body
}

async fn list(world: &World) -> Vec<Value> {
    let answer = ask(&Event::new("GET", TOKENS, &[]).bearer(&world.token)).await;
    answer.body["items"].as_array().expect("items").clone()
}

fn in_days(days: i64) -> String {
    serde_json::to_value(Clock::System { offset_s: 0 }.now().plus_seconds(days * DAY_S))
        .unwrap()
        .as_str()
        .unwrap()
        .to_owned()
}

/// Changes one column of the credential with this text, as a superuser.
async fn set(world: &World, secret: &str, change: &str) {
    let hash = sha256(secret.as_bytes());
    let sql = format!("UPDATE credentials SET {change} WHERE organization_id = $1 AND sha256 = $2");
    assert_eq!(world.execute(&sql, &[&world.organization, &hash.as_slice()]).await, 1);
}

/// Every route, with what it takes.
fn routes(world: &World, id: &str) -> Vec<Event> {
    vec![
        making(&world.token, &reader()),
        Event::new("GET", TOKENS, &[]).bearer(&world.token),
        write(&world.token, REVOKE, &[id]),
    ]
}

fn id(made: &Value) -> &str {
    made["api_token"]["api_token_id"].as_str().expect("an id")
}

#[tokio::test]
async fn a_token_opens_what_its_scopes_say_and_nothing_else() {
    let world = World::new().await;
    let made = make(&world.token, &json!({ "name": "Keys", "scopes": ["token.manage"] })).await;
    let secret = made["secret"].as_str().unwrap();

    assert!(secret.starts_with("dbk_test_"));
    let within = ask(&making(secret, &json!({ "name": "Child", "scopes": ["token.manage"] }))).await;
    let beyond = ask(&making(secret, &json!({ "name": "Child", "scopes": ["token.manage", "visit.read"] }))).await;
    assert_eq!((within.status, beyond.problem().as_str()), (201, "422 unprocessable /scopes/1:beyond_its_maker"));
    let reader = make(&world.token, &reader()).await;
    let refused = ask(&making(reader["secret"].as_str().unwrap(), &self::reader())).await;
    assert_eq!(refused.problem(), "403 forbidden");
}

#[tokio::test]
async fn a_token_reaches_no_further_than_its_maker_whatever_the_scope() {
    let world = World::new().await;
    for missing in Permission::ALL.iter().filter(|permission| **permission != Permission::TokenManage) {
        let held: Vec<&str> = Permission::ALL.iter().filter(|one| *one != missing).map(|one| one.word()).collect();
        let maker = world.token_with(&held).await;
        let answer = ask(&making(&maker, &json!({ "name": "More", "scopes": [missing] }))).await;
        assert_eq!(answer.problem(), "422 unprocessable /scopes/0:beyond_its_maker", "{missing}");
    }
    assert_eq!(world.own_rows("SELECT 1 FROM credentials WHERE organization_id = $1 AND name = 'More'").await.len(), 0);
    assert_eq!(world.actions().await, vec!["access.refused"; Permission::ALL.len() - 1]);
}

#[tokio::test]
async fn a_secret_is_shown_once_and_stands_nowhere_in_the_clear() {
    let world = World::new().await;
    let event = making(&world.token, &reader());

    let (first, second) = (ask(&event).await, ask(&event.again()).await);

    assert_eq!((first.status, second.status), (201, 201));
    assert_eq!((&first.body["api_token"], &second.body["secret"]), (&second.body["api_token"], &Value::Null));
    let secret = first.body["secret"].as_str().unwrap();
    let rows = world
        .own_rows(
            "SELECT c::text || coalesce((SELECT string_agg(a::text, '') FROM answers AS a), '') \
        FROM credentials AS c WHERE organization_id = $1",
        )
        .await;
    for text in rows.iter().map(|row| row.get::<_, String>(0)).chain([json!(list(&world).await).to_string()]) {
        assert!(!text.contains(secret), "{text}");
    }
    let entries = world.entries().await;
    assert_eq!(world.actions().await, ["api_token.created"]);
    assert_eq!(entries[0]["target"], json!({ "kind": "api_token", "id": id(&first.body) }));
    assert_eq!(
        entries[0]["diff"]["added"],
        json!({ "name": "Reader", "scopes": ["visit.read"], "expires_at": first.body["api_token"]["expires_at"] })
    );
    assert!(!entries[0].to_string().contains(secret));
}

#[tokio::test]
async fn a_token_lasts_ninety_days_and_never_longer_than_its_maker() {
    let world = World::new().await;
    let default = make(&world.token, &reader()).await;
    let (from, to) = (in_days(89), in_days(91));
    let expires = default["api_token"]["expires_at"].as_str().unwrap();
    assert!(*from < *expires && *expires < *to, "{expires}");

    let maker = world.token_with(&["token.manage", "visit.read"]).await;
    set(&world, &maker, "expires_at = now() + interval '10 days'").await;
    let child = make(&maker, &reader()).await;
    let of_maker = world
        .own_rows(
            "SELECT max(expires_at) = min(expires_at) FROM credentials WHERE organization_id = $1 \
        AND expires_at < now() + interval '80 days'",
        )
        .await;
    assert!(of_maker[0].get::<_, bool>(0), "{child}");
    let longer = json!({ "name": "Longer", "scopes": ["visit.read"], "expires_at": in_days(11) });
    assert_eq!(ask(&making(&maker, &longer)).await.problem(), "422 unprocessable /expires_at:after_its_maker");
}

#[tokio::test]
async fn a_token_that_ended_opens_nothing() {
    let world = World::new().await;
    let soon = json!({ "name": "Soon", "scopes": ["token.manage"], "expires_at": in_days(1) });
    let made = make(&world.token, &soon).await;
    let secret = made["secret"].as_str().unwrap();
    let listing = Event::new("GET", TOKENS, &[]).bearer(secret);
    assert_eq!(ask(&listing).await.status, 200);
    set(&world, secret, "expires_at = now() - interval '1 second'").await;
    assert_eq!(ask(&listing.again()).await.problem(), "401 unauthenticated");
}

#[tokio::test]
async fn a_revoked_token_opens_nothing_at_once_in_a_warm_function_too() {
    let world = World::new().await;
    let made = make(&world.token, &json!({ "name": "Warm", "scopes": ["token.manage"] })).await;
    let warm = deps(&[]).await;
    let listing = Event::new("GET", TOKENS, &[]).bearer(made["secret"].as_str().unwrap());
    assert_eq!(listing.send(&warm, manage_api_tokens::handle).await.status, 200);

    let revoked = ask(&write(&world.token, REVOKE, &[id(&made)])).await;
    let again = ask(&write(&world.token, REVOKE, &[id(&made)])).await;

    assert_eq!(listing.again().send(&warm, manage_api_tokens::handle).await.problem(), "401 unauthenticated");
    assert_eq!((revoked.status, again.status), (200, 200), "{}", revoked.text);
    assert_eq!(revoked.body["revoked_at"], again.body["revoked_at"]);
    assert_eq!(world.actions().await, ["api_token.created", "api_token.revoked"]);
    let listed = list(&world).await;
    let found = listed.iter().find(|token| token["api_token_id"] == id(&made)).unwrap();
    assert_eq!(found["revoked_at"], revoked.body["revoked_at"]);
}

#[tokio::test]
async fn the_last_use_is_noted_once_a_minute_and_no_request_waits_for_it() {
    let world = World::new().await;
    let made = make(&world.token, &json!({ "name": "Used", "scopes": ["token.manage"] })).await;
    let secret = made["secret"].as_str().unwrap();
    let used = async || {
        let listed = list(&world).await;
        listed.iter().find(|token| token["api_token_id"] == id(&made)).unwrap()["last_used_at"].clone()
    };
    assert_eq!(used().await, Value::Null);
    let listing = Event::new("GET", TOKENS, &[]).bearer(secret);
    ask(&listing).await;
    let first = used().await;
    assert!(first.is_string());
    ask(&listing.again()).await;
    assert_eq!(used().await, first, "within a minute");
    set(&world, secret, "last_used_at = now() - interval '61 seconds'").await;
    let before = used().await;

    // Another transaction holds the row: the request passes, and the use is noted by a later one.
    let holder = postgres::superuser().await;
    let hash = sha256(secret.as_bytes());
    holder.batch_execute("BEGIN").await.unwrap();
    let hold = "SELECT 1 FROM credentials WHERE organization_id = $1 AND sha256 = $2 FOR UPDATE";
    #[expect(clippy::disallowed_methods, reason = "a test may prepare")]
    holder.query(hold, &[&world.organization, &hash.as_slice()]).await.unwrap();
    assert_eq!(ask(&listing.again()).await.status, 200);
    holder.batch_execute("ROLLBACK").await.unwrap();
    assert_eq!(used().await, before);
    ask(&listing.again()).await;
    assert!(used().await.as_str() > before.as_str());
}

#[tokio::test]
async fn a_token_of_one_site_has_no_scope_that_reaches_further() {
    let world = World::new().await;
    let of_one_site = [
        "export.request",
        "kiosk.manage",
        "site.manage",
        "visit.check_in",
        "visit.check_out",
        "visit.read",
        "visit.reveal",
        "watchlist.review",
    ];
    for scope in Permission::ALL {
        let body = json!({ "name": "Gate", "scopes": [scope], "site_id": world.site });
        let answer = ask(&making(&world.token, &body)).await;
        if of_one_site.contains(&scope.word()) {
            assert_eq!(answer.status, 201, "{scope} {}", answer.text);
        } else {
            assert_eq!(answer.problem(), "400 malformed /scopes/0:of_every_site", "{scope}");
        }
    }
}

#[tokio::test]
async fn a_token_of_one_site_makes_no_tokens_and_acts_there_alone() {
    let world = World::new().await;
    let made = make(&world.token, &json!({ "name": "Gate", "scopes": ["visit.read"], "site_id": world.site })).await;
    let row = "SELECT count(*) FROM credentials WHERE organization_id = $1 AND name = 'Gate' AND site_id IS NOT NULL";
    assert_eq!((&made["api_token"]["site_id"], world.own_rows(row).await[0].get::<_, i64>(0)), (&json!(world.site), 1));
    let manager = world.token_with(&["token.manage"]).await;
    set(&world, &manager, &format!("site_id = '{}'", world.site)).await;
    for event in routes(&world, id(&made)) {
        assert_eq!(ask(&event.bearer(&manager)).await.problem(), "403 forbidden");
    }
    let other = World::new().await;
    let foreign = json!({ "name": "Gate", "scopes": ["visit.read"], "site_id": other.site });
    let absent = json!({ "name": "Gate", "scopes": ["visit.read"], "site_id": uuid::Uuid::new_v4() });
    for body in [foreign, absent] {
        assert_eq!(ask(&making(&world.token, &body)).await.problem(), "422 unprocessable /site_id:unknown_value");
    }
}

//! What a token comes from: a fresh session, or a token with which it ends.

use shared::{access::Role, authn::session::Assurance};

use super::*;

#[tokio::test]
async fn ending_a_token_ends_what_was_made_with_it() {
    let world = World::new().await;
    let keys = json!({ "name": "Keys", "scopes": ["token.manage"] });
    let parent = make(&world.token, &keys).await;
    let child = make(parent["secret"].as_str().unwrap(), &keys).await;
    let grandchild = make(child["secret"].as_str().unwrap(), &keys).await;
    let other = make(&world.token, &keys).await;
    let before = world.actions().await.len();
    let lists =
        async |made: &Value| ask(&Event::new("GET", TOKENS, &[]).bearer(made["secret"].as_str().unwrap())).await.status;
    assert_eq!((lists(&child).await, lists(&grandchild).await), (200, 200));

    assert_eq!(ask(&write(&world.token, REVOKE, &[id(&parent)])).await.status, 200);

    assert_eq!((lists(&parent).await, lists(&child).await, lists(&grandchild).await), (401, 401, 401));
    assert_eq!(
        (lists(&other).await, ask(&Event::new("GET", TOKENS, &[]).bearer(&world.token)).await.status),
        (200, 200)
    );
    let entries = world.entries().await.split_off(before);
    let ended: Vec<_> = entries.iter().map(|entry| (&entry["target"]["id"], &entry["diff"]["added"]["with"])).collect();
    let (parent, child, grandchild) = (json!(id(&parent)), json!(id(&child)), json!(id(&grandchild)));
    assert_eq!(ended, [(&parent, &Value::Null), (&child, &parent), (&grandchild, &parent)]);
}

#[tokio::test]
async fn a_stranger_in_an_open_session_makes_no_token_that_outlives_it() {
    let world = World::new().await;
    let member = world.member(Role::Owner).await;
    let words = Role::Owner.words();
    let session = world.session_of(member, &words, Assurance::SecondFactor).await;
    let making = || {
        let key = uuid::Uuid::new_v4().to_string();
        Event::new("POST", TOKENS, &[]).in_session(&session).idempotent(&key).json(&reader())
    };
    assert_eq!(ask(&making()).await.status, 201);

    set(&world, &session, "created_at = now() - interval '10 minutes'").await;

    assert_eq!(ask(&making()).await.problem(), "403 forbidden :not_fresh");
}

#[tokio::test]
async fn the_database_makes_no_token_without_an_end_for_a_maker_that_has_one() {
    let world = World::new().await;
    let maker = make(&world.token, &json!({ "name": "Keys", "scopes": ["token.manage"] })).await;
    let add = async |maker: &str| {
        let sql = format!(
            "BEGIN; SELECT app.bind('{}', NULL); SELECT app.add_api_token('{maker}', gen_random_uuid(), \
             sha256(gen_random_uuid()::text::bytea), 'endless', '{{token.manage}}', NULL, NULL, now()); ROLLBACK",
            world.organization
        );
        postgres::superuser().await.batch_execute(&sql).await.is_ok()
    };

    let endless = world.credential_id(&world.token).await.to_string();
    assert_eq!((add(id(&maker)).await, add(&endless).await), (false, true));
}

//! `publish-audit-keys` promises: every key that ever signed, for anybody, and alike for any id.

use serde_json::Value;

use crate::harness::{
    Event, World,
    event::Answer,
    log::{seal, sealer},
    stack,
};

async fn ask(query: &str) -> Answer {
    let variables = stack::variables("fn_publish_audit_keys", &[]);
    let deps = stack::connect::<publish_audit_keys::Deps>(&variables).await;
    Event::new("GET", "/.well-known/doorbook-audit-key", &[]).query(query).send(&deps, publish_audit_keys::handle).await
}

#[tokio::test]
async fn the_published_key_verifies_the_checkpoint() {
    let world = World::new().await;
    world.write_entries(3).await;
    assert!(seal(&world, &sealer(&[]).await).await);

    let answer = ask(&format!("organization={}", world.organization)).await;

    let keys = answer.body["keys"].as_array().expect("keys");
    let wanted = world.log_key().await.to_string();
    let own = keys.iter().find(|key| key["verifier_key"] == wanted.as_str()).expect("the sealer's key");
    assert_eq!((&own["purpose"], own["from"].is_string()), (&Value::from("log"), true));
}

#[tokio::test]
async fn the_verifiers_of_this_version_are_named_by_their_digests() {
    let answer = ask(&format!("organization={}", uuid::Uuid::new_v4())).await;

    let digest = |file: &str| {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../verifier").join(file);
        shared::audit::hex(&shared::authn::sha256(&std::fs::read(path).unwrap()))
    };
    let named = ["verify.mjs", "verify.html"].map(|name| serde_json::json!({ "name": name, "sha256": digest(name) }));
    assert_eq!(answer.body["verifiers"], Value::from(named.to_vec()), "run node verifier/page.mjs");
}

#[tokio::test]
async fn any_id_is_answered_alike() {
    let world = World::new().await;
    let absent_id = uuid::Uuid::new_v4().to_string();
    let ours = world.organization.to_string();

    let [known, unknown] =
        [ask(&format!("organization={ours}")).await, ask(&format!("organization={absent_id}")).await];

    assert_eq!((known.status, unknown.status), (200, 200));
    let without_names = |answer: &Answer, id: &str| {
        let keys = answer.body["keys"].as_array().unwrap();
        assert!(keys.iter().all(|key| key["verifier_key"].as_str().unwrap().contains(id)));
        keys.iter().map(|key| (key["from"].clone(), key["purpose"].clone())).collect::<Vec<_>>()
    };
    assert_eq!(without_names(&known, &ours), without_names(&unknown, &absent_id));
}

#[tokio::test]
async fn a_question_without_an_id_is_refused_by_place() {
    for (query, problem) in [
        ("", "400 malformed ?organization:missing"),
        ("organization=north-dock", "400 malformed ?organization:wrong_value"),
        ("organization=01a1f7c4-3a00-7c11-9d1e-5b2f0c6a8e10&x=1", "400 malformed ?x:unknown_parameter"),
    ] {
        assert_eq!(ask(query).await.problem(), problem, "{query}");
    }
}

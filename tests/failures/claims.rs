//! Idempotency claims: one execution at a time, leases that end, rates that hold.

use std::time::Duration;

use serde_json::json;

use crate::harness::{Event, World, stack};

async fn deps(changes: &[(&str, &str)]) -> check_in::Deps {
    let variables = stack::variables("fn_check_in", changes);
    stack::connect::<check_in::Deps>(&variables).await
}

fn arrival(world: &World, key: &str) -> Event {
    let body = json!({ "type": "visitor", "site_id": world.site, "name": "Vera Visitor" });
    Event::new("POST", "/v1/visits", &[]).bearer(&world.token).idempotent(key).json(&body)
}

async fn leave_a_claim_running(world: &World, lease: &str) {
    let sent = arrival(world, "key-1").send(&deps(&[]).await, check_in::handle).await;
    assert_eq!(sent.status, 201);
    world
        .execute(
            &format!(
                "UPDATE answers SET state = 'running', answer_sealed = NULL, leased_until = now() + interval '{lease}', \
                 request_id = 'another' WHERE organization_id = $1"
            ),
            &[&world.organization],
        )
        .await;
}

#[tokio::test]
async fn a_claim_that_runs_elsewhere_is_409() {
    let world = World::new().await;
    leave_a_claim_running(&world, "10 seconds").await;

    let answer = arrival(&world, "key-1").send(&deps(&[]).await, check_in::handle).await;

    assert_eq!(answer.problem(), "409 conflict :still_running");
    assert_eq!(world.count("visits").await, 1);
}

#[tokio::test]
async fn a_claim_whose_lease_has_ended_is_taken_over() {
    let world = World::new().await;
    leave_a_claim_running(&world, "-1 seconds").await;

    let answer = arrival(&world, "key-1").send(&deps(&[]).await, check_in::handle).await;

    assert_eq!(answer.status, 201, "{}", answer.text);
    assert_eq!(world.count("visits").await, 2);
}

#[tokio::test]
async fn sixteen_at_once_with_one_key_make_one_visit() {
    let world = World::new().await;
    let event = arrival(&world, "key-1").remaining(Duration::from_secs(10));
    let mut racers = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let (event, deps) = (event.again(), deps(&[]).await);
        racers.spawn(async move { event.send(&deps, check_in::handle).await.status });
    }

    let statuses = racers.join_all().await;

    assert!(statuses.iter().all(|status| matches!(status, 201 | 409)), "{statuses:?}");
    assert!(statuses.contains(&201));
    assert_eq!(world.count("visits").await, 1);
}

#[tokio::test]
async fn the_plans_rate_holds_at_its_defaults() {
    let world = World::new().await;
    let deps = deps(&[("READS_PER_MINUTE", ""), ("WRITES_PER_MINUTE", "")]).await;
    let mut statuses = Vec::new();
    for at in 0..24 {
        let answer = arrival(&world, &format!("key-{at}")).send(&deps, check_in::handle).await;
        if answer.status == 429 {
            assert_eq!(answer.problem(), "429 throttled");
            assert_eq!(answer.headers["retry-after"], "1");
        }
        statuses.push(answer.status);
    }

    let passed = statuses.iter().filter(|status| **status == 201).count();
    assert!((20..24).contains(&passed), "a capacity of 20 and 2 a second: {passed}");
    assert_eq!(world.count("visits").await, i64::try_from(passed).unwrap());
}

#[tokio::test]
async fn a_wrong_secret_uses_no_tokens_of_a_tenant_and_is_throttled_by_its_address() {
    let world = World::new().await;
    let deps = deps(&[]).await;
    let stranger = World::new().await;
    let forged = shared::authn::NewCredential::generate(
        shared::authn::CredentialKind::ApiToken,
        shared::authn::Realm::Test,
        world.organization,
    )
    .expect("a credential");
    let mut statuses = Vec::new();
    for _ in 0..32 {
        let event = arrival(&world, "key-1").bearer(forged.text.expose_secret());
        statuses.push(event.send(&deps, check_in::handle).await.status);
    }

    assert_eq!(statuses[..30], [401; 30]);
    assert_eq!(statuses[30..], [429; 2]);
    let own = arrival(&world, "key-2").send(&deps, check_in::handle).await;
    let other = arrival(&stranger, "key-3").send(&deps, check_in::handle).await;
    assert_eq!((own.status, other.status), (201, 201));
}

#[tokio::test]
async fn a_credential_that_is_refused_again_and_again_fills_no_log() {
    let world = World::new().await;
    let deps = deps(&[]).await;
    let (narrow, other) = (world.token_with(&["visit.read"]).await, world.token_with(&["visit.read"]).await);
    for attempt in 0..40 {
        let event = arrival(&world, &format!("key-{attempt}")).bearer(&narrow);
        assert_eq!(event.send(&deps, check_in::handle).await.problem(), "403 forbidden");
    }
    let refusals = async || world.actions().await.iter().filter(|action| *action == "access.refused").count();

    assert_eq!(refusals().await, 30);
    let event = arrival(&world, "key-of-another").bearer(&other);
    assert_eq!((event.send(&deps, check_in::handle).await.status, refusals().await), (403, 31));
}

#[tokio::test]
async fn a_credential_revoked_between_admission_and_record_writes_nothing() {
    let world = World::new().await;
    let sent = Event::new("POST", "/v1/visits", &[]).bearer(&world.token).idempotent("key-1").to_request();
    let variables = stack::variables("fn_check_in", &[]);
    let database = shared::settings::DatabaseSettings::read(&variables).expect("settings");
    let common = stack::common(&variables);
    let db = shared::tenant::Db::connect(&database, common.clock).await.expect("a connection");
    let door = shared::door::WriteDoor::new(db, world.vault.clone(), &common);
    let (admitted, ()) = door.admit(&sent, shared::access::Permission::VisitCheckIn, ()).await.expect("admitted");
    world.execute("UPDATE credentials SET revoked_at = now() WHERE organization_id = $1", &[&world.organization]).await;

    let reply = shared::http::Reply::ok(&json!({})).expect("a reply");
    let recorded = admitted.record(reply, |_| {}).await;

    assert!(matches!(recorded, Err(shared::Error::Unauthenticated)), "{recorded:?}");
}

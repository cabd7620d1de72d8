//! What everybody proves to sign in.

use shared::authn::session::Assurance;

use super::*;

async fn policy(world: &World) -> Value {
    ask(&Event::new("GET", POLICY, &[]).bearer(&world.token)).await.body
}

#[tokio::test]
async fn demanding_a_second_factor_ends_the_sessions_without_one_and_keeps_the_others() {
    let world = World::posting_by_hand().await;
    let member = world.member(Role::Security).await;
    let manage = &["member.manage"];
    let (by_password, by_both) = (
        world.session_of(member, manage, Assurance::Password).await,
        world.session_of(member, manage, Assurance::SecondFactor).await,
    );
    let other = World::posting_by_hand().await;
    let elsewhere = other.session_of(other.member(Role::Host).await, manage, Assurance::Password).await;
    let warm = deps(&[]).await;
    let statuses = async || {
        let mut statuses = Vec::new();
        for session in [&by_password, &by_both, &elsewhere] {
            let listing = Event::new("GET", MEMBERS, &[]).in_session(session);
            statuses.push(listing.send(&warm, manage_members::handle).await.status);
        }
        statuses
    };
    assert_eq!(statuses().await, [200, 200, 200]);

    let answer = ask(&requiring(&world, true)).await;

    assert_eq!((answer.status, &answer.body), (200, &json!({ "requires_mfa": true })), "{}", answer.text);
    assert_eq!(statuses().await, [401, 200, 200]);
    assert_eq!((policy(&world).await, policy(&other).await), (answer.body, json!({ "requires_mfa": false })));
    assert!(is_open(&world, &world.token).await, "a token proves what it is by itself");
}

#[tokio::test]
async fn a_policy_is_changed_with_its_entry_and_once() {
    let world = World::posting_by_hand().await;

    for requires_mfa in [false, true, true, false] {
        let answer = ask(&requiring(&world, requires_mfa)).await;
        assert_eq!((answer.status, &answer.body["requires_mfa"]), (200, &json!(requires_mfa)), "{}", answer.text);
    }

    let entries = world.entries().await;
    assert_eq!(world.actions().await, ["sign_in_policy.changed"; 2]);
    assert_eq!(entries[0]["target"], json!({ "kind": "organization", "id": world.organization }));
    assert_eq!(entries[0]["diff"]["changed"], json!({ "requires_mfa": { "from": false, "to": true } }));
    assert_eq!(entries[1]["diff"]["changed"], json!({ "requires_mfa": { "from": true, "to": false } }));
}

#[tokio::test]
async fn demanding_less_ends_nothing() {
    let world = World::posting_by_hand().await;
    ask(&requiring(&world, true)).await;
    let session = world.session_of(world.member(Role::Host).await, &[], Assurance::Password).await;

    ask(&requiring(&world, false)).await;

    assert!(is_open(&world, &session).await);
}

#[tokio::test]
async fn a_narrow_token_does_not_change_how_everybody_signs_in() {
    let world = World::posting_by_hand().await;
    assert_eq!(ask(&requiring(&world, true)).await.status, 200);
    let narrow = world.token_with(&["member.manage"]).await;

    let refused = ask(&requiring(&world, false).bearer(&narrow)).await;

    assert_eq!((refused.problem().as_str(), policy(&world).await), ("403 forbidden", json!({ "requires_mfa": true })));
    assert_eq!(world.actions().await.pop().as_deref(), Some("access.refused"));
    let admin = world.token_with(&Role::Admin.words()).await;
    assert_eq!(ask(&requiring(&world, false).bearer(&admin)).await.status, 200);
}

#[tokio::test]
async fn a_stranger_in_an_open_session_does_not_change_the_sign_in_policy() {
    let world = World::posting_by_hand().await;
    let session =
        world.session_of(world.member(Role::Owner).await, &Role::Owner.words(), Assurance::SecondFactor).await;
    let changing = || {
        let key = uuid::Uuid::new_v4().to_string();
        Event::new("PATCH", POLICY, &[]).in_session(&session).idempotent(&key).json(&json!({ "requires_mfa": true }))
    };
    let stale = "UPDATE credentials SET created_at = now() - interval '10 minutes' WHERE organization_id = $1 AND kind = 'session'";
    let fresh = "UPDATE credentials SET created_at = now() WHERE organization_id = $1 AND kind = 'session'";

    world.execute(stale, &[&world.organization]).await;
    assert_eq!(ask(&changing()).await.problem(), "403 forbidden :not_fresh");
    assert_eq!(policy(&world).await["requires_mfa"], false);

    world.execute(fresh, &[&world.organization]).await;
    assert_eq!(ask(&changing()).await.status, 200);
}

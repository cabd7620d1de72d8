//! At the deadline.

use shared::authn::{CredentialKind, session::Assurance};

use super::*;
use crate::harness::{Event, stack};

/// True where the credential of an event is still taken at the door.
async fn opens(event: &Event) -> bool {
    let variables = stack::variables("fn_manage_access_reviews", &[]);
    let deps = stack::connect::<manage_access_reviews::Deps>(&variables).await;
    event.again().send(&deps, manage_access_reviews::handle).await.status != 401
}

fn listing() -> Event {
    Event::new("GET", "/v1/access-reviews", &[])
}

#[tokio::test]
async fn what_stayed_undecided_is_gone_with_sessions_tokens_links_and_kiosks_and_stays_gone() {
    let world = World::new().await;
    world.member(Role::Owner).await;
    let member = world.member(Role::Admin).await;
    let session = world.session_of(member, &["review.decide"], Assurance::SecondFactor).await;
    let token = world.token_of(member, &["review.decide"]).await;
    let link = world.link_of(member, CredentialKind::PasswordReset).await;
    let (_, device) = world.paired_kiosk("Main entrance").await;
    let impersonation = world.impersonation(now()).await;
    let deadline = now().plus_seconds(60);
    let review = open(&world, days(deadline, -30)).await;
    let theirs = [listing().in_session(&session), listing().bearer(&token), listing().bearer(&device)];

    sweep(&world, deadline.plus_seconds(-1)).await;
    for event in &theirs {
        assert!(opens(event).await, "a second before the deadline");
    }
    sweep(&world, deadline).await;

    for event in &theirs {
        assert!(!opens(event).await);
    }
    assert!(!world.is_live(&link).await);
    assert_eq!(state_of(&world, member).await, "deactivated");
    assert_eq!(outcome(&world, review, impersonation.uuid()).await, ("revoke".to_owned(), "undecided".to_owned()));
    let live = "SELECT count(*) FROM credentials WHERE organization_id = $1 AND kind IN ('session', 'api_token', 'impersonation',
        'password_reset') AND revoked_at IS NULL";
    assert_eq!(number(&world, live).await, 0);
    let before = world.actions().await;
    assert_eq!(
        (sweep(&world, days(deadline, 1)).await, world.actions().await),
        (0, before),
        "again, it changes nothing"
    );
}

#[tokio::test]
async fn each_item_has_its_entry_and_the_closing_its_counts() {
    let world = World::new().await;
    let owner = world.member(Role::Owner).await;
    let (kept, host) = (world.member(Role::Host).await, world.member(Role::Host).await);
    let opened = days(now(), -40);
    let review = open(&world, opened).await;
    let decide =
        "UPDATE access_review_items SET decision = 'keep', how = 'decided', reason = 'Still works at the admitted',
        decided_by = $3, decided_at = now() WHERE review_id = $1 AND subject_id = $2";
    world.execute(decide, &[&review, &kept, &owner]).await;
    let gone = "UPDATE credentials SET revoked_at = now() WHERE organization_id = $1 AND kind = 'api_token'";
    assert_eq!(world.execute(gone, &[&world.organization]).await, 1, "what has no access any more has its entry, too");

    sweep(&world, days(opened, 30)).await;

    let revoked = entries(&world, "access.revoked").await;
    let said: Vec<_> = revoked
        .iter()
        .map(|entry| {
            (entry["target"]["kind"].as_str().unwrap(), &entry["diff"]["added"]["had_access"], &entry["reason"])
        })
        .collect();
    assert_eq!(said, [("api_token", &json!(false), &Value::Null), ("member", &json!(true), &Value::Null)]);
    assert_eq!(
        (&revoked[1]["target"]["id"], &revoked[1]["diff"]["added"]["cause"]),
        (&json!(host), &json!("undecided"))
    );
    let spared = entries(&world, "access.spared").await;
    assert_eq!((spared.len(), &spared[0]["target"]["id"]), (1, &json!(owner)));
    let closed = entries(&world, "access_review.closed").await;
    assert_eq!(closed.len(), 1);
    assert_eq!(closed[0]["diff"]["added"], json!({ "kept": 1, "revoked": 2, "undecided": 2, "spared": 1 }));
    assert_eq!(
        (&closed[0]["actor"]["id"], &closed[0]["target"]["id"]),
        (&json!("sweep-access-reviews"), &json!(review))
    );
    assert_eq!(state_of(&world, kept).await, "active");
    let events = "SELECT count(*) FROM outbox WHERE organization_id = $1 AND kind = 'member.revoked'";
    assert_eq!(number(&world, events).await, 1);
}

#[tokio::test]
async fn of_the_owners_the_one_who_was_there_most_recently_stays() {
    let world = World::new().await;
    let (first, second, third) =
        (world.member(Role::Owner).await, world.member(Role::Owner).await, world.member(Role::Owner).await);
    let opened = days(now(), -40);
    set(&world, second, "last_sign_in_at = now() - interval '41 days'").await;
    set(&world, third, "last_sign_in_at = now() - interval '50 days'").await;
    let review = open(&world, opened).await;

    sweep(&world, days(opened, 30)).await;

    let mut states = Vec::new();
    for owner in [first, second, third] {
        states.push(state_of(&world, owner).await);
    }
    assert_eq!(states, ["deactivated", "active", "deactivated"]);
    assert_eq!(outcome(&world, review, second.uuid()).await, ("keep".to_owned(), "last_owner".to_owned()));
}

#[tokio::test]
async fn an_owner_who_never_joined_is_spared_where_there_is_no_other() {
    let world = World::new().await;
    let owner = world.member(Role::Owner).await;
    set(&world, owner, "state = 'invited'").await;
    let opened = days(now(), -40);
    let review = open(&world, opened).await;

    sweep(&world, days(opened, 30)).await;

    assert_eq!(state_of(&world, owner).await, "invited");
    assert_eq!(outcome(&world, review, owner.uuid()).await.1, "last_owner");
}

#[tokio::test]
async fn what_is_taken_its_item_and_its_entry_are_written_in_one_transaction() {
    let world = World::new().await;
    world.execute("DELETE FROM credentials WHERE organization_id = $1", &[&world.organization]).await;
    let (_, member) = (world.member(Role::Owner).await, world.member(Role::Host).await);
    world.session_of(member, &[], Assurance::Password).await;
    let opened = days(now(), -40);
    open(&world, opened).await;

    sweep(&world, days(opened, 30)).await;

    let written = "SELECT count(*), count(DISTINCT written) FROM (
        SELECT xmin::text AS written FROM members WHERE organization_id = $1 AND state = 'deactivated'
        UNION ALL SELECT xmin::text FROM credentials WHERE organization_id = $1
        UNION ALL SELECT xmin::text FROM access_review_items WHERE organization_id = $1 AND decision = 'revoke'
        UNION ALL SELECT xmin::text FROM outbox WHERE organization_id = $1 AND kind = 'member.revoked'
        UNION ALL SELECT xmin::text FROM audit_log WHERE organization_id = $1 AND action = 'access.revoked') AS rows";
    let row = &world.own_rows(written).await[0];
    assert_eq!((row.get::<_, i64>(0), row.get::<_, i64>(1)), (5, 1));
}

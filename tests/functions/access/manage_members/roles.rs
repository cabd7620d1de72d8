//! Roles.

use shared::authn::session::Assurance;

use super::*;

#[tokio::test]
async fn a_role_is_changed_with_its_entry_and_once() {
    let world = World::posting_by_hand().await;
    let member = world.member(Role::FrontDesk).await;

    let changed = ask(&giving(&world.token, member, Role::Security)).await;
    let again = ask(&giving(&world.token, member, Role::Security)).await;

    assert_eq!((changed.status, &changed.body["role"]), (200, &json!("security")), "{}", changed.text);
    assert_eq!((again.status, &again.body), (200, &changed.body));
    assert_eq!(read(&world, member).await, changed.body);
    let entries = world.entries().await;
    assert_eq!(world.actions().await, ["member.role_changed"]);
    assert_eq!(entries[0]["target"], json!({ "kind": "member", "id": member }));
    assert_eq!(entries[0]["diff"]["changed"], json!({ "role": { "from": "front_desk", "to": "security" } }));
}

#[tokio::test]
async fn another_role_ends_sessions_and_the_tokens_that_reach_further_than_it() {
    let world = World::posting_by_hand().await;
    let (member, bystander) = (world.member(Role::FrontDesk).await, world.member(Role::FrontDesk).await);
    let session = world.session_of(member, &["visit.read"], Assurance::SecondFactor).await;
    let further = world.token_of(member, &["visit.read", "visit.check_in"]).await;
    let within = world.token_of(member, &["visit.read"]).await;
    let theirs = world.session_of(bystander, &["visit.read"], Assurance::Password).await;

    let changed = ask(&giving(&world.token, member, Role::Auditor)).await;

    assert_eq!(changed.status, 200, "{}", changed.text);
    let mut open = Vec::new();
    for secret in [&session, &further, &within, &theirs, &world.token] {
        open.push(is_open(&world, secret).await);
    }
    assert_eq!(open, [false, false, true, true, true]);
}

#[tokio::test]
async fn the_same_role_again_ends_nothing() {
    let world = World::posting_by_hand().await;
    let member = world.member(Role::Owner).await;
    let session = world.session_of(member, &["visit.read"], Assurance::SecondFactor).await;

    // The only owner, who stays one.
    let answer = ask(&giving(&world.token, member, Role::Owner)).await;

    assert_eq!((answer.status, is_open(&world, &session).await), (200, true), "{}", answer.text);
    assert_eq!(world.actions().await, Vec::<String>::new());
}

#[tokio::test]
async fn who_is_invited_gets_another_role_and_who_is_deactivated_none() {
    let world = World::posting_by_hand().await;
    let member = world.member(Role::Host).await;
    set(&world, member, "state = 'invited'").await;
    let invited = ask(&giving(&world.token, member, Role::Auditor)).await;
    set(&world, member, "state = 'deactivated'").await;
    let deactivated = ask(&giving(&world.token, member, Role::Host)).await;

    assert_eq!((invited.status, &invited.body["state"]), (200, &json!("invited")), "{}", invited.text);
    assert_eq!(deactivated.problem(), "409 conflict :deactivated");
    assert_eq!(read(&world, member).await["role"], "auditor");
}

//! An organization is never without an owner.

use shared::access::Permission;

use super::*;

const ROUNDS: usize = 12;

#[tokio::test]
async fn the_last_owner_is_neither_demoted_nor_deactivated() {
    let world = World::posting_by_hand().await;
    let (last, other) = (world.member(Role::Owner).await, world.member(Role::Owner).await);

    // Who is invited or deactivated answers for nothing.
    for state in ["invited", "deactivated"] {
        set(&world, other, &format!("state = '{state}'")).await;
        assert_eq!(
            ask(&giving(&world.token, last, Role::Admin)).await.problem(),
            "409 conflict :last_owner",
            "{state}"
        );
        assert_eq!(ask(&to(&world, last, DEACTIVATE)).await.problem(), "409 conflict :last_owner", "{state}");
    }
    assert_eq!((owners(&world).await, world.actions().await.len()), (1, 0));

    set(&world, other, "state = 'active'").await;
    assert_eq!(ask(&giving(&world.token, last, Role::Admin)).await.status, 200);
    assert_eq!(
        ask(&to(&world, other, DEACTIVATE)).await.problem(),
        "409 conflict :last_owner",
        "now the other is the last"
    );
}

#[tokio::test]
async fn two_owners_who_demote_each_other_leave_one() {
    let world = World::posting_by_hand().await;
    let (ada, bob) = (world.member(Role::Owner).await, world.member(Role::Owner).await);
    let all: Vec<&str> = Permission::ALL.iter().map(|permission| permission.word()).collect();
    let (adas, bobs) = (world.token_of(ada, &all).await, world.token_of(bob, &all).await);
    let (one, other) = (deps(&[]).await, deps(&[]).await);

    for round in 0..ROUNDS {
        let again = "UPDATE members SET role = 'owner', state = 'active' WHERE organization_id = $1";
        world.execute(again, &[&world.organization]).await;
        let fresh = "UPDATE credentials SET revoked_at = NULL WHERE organization_id = $1";
        world.execute(fresh, &[&world.organization]).await;
        let of_bob =
            if round % 2 == 0 { giving(&adas, bob, Role::Auditor) } else { to(&world, bob, DEACTIVATE).bearer(&adas) };
        let of_ada = giving(&bobs, ada, Role::Auditor);

        // Both have looked, and found another owner, before either acts.
        let held = format!("SELECT 1 FROM members WHERE organization_id = '{}' FOR UPDATE", world.organization);
        let held = Unfinished::begin(&world, &held).await;
        let (first, second, ()) = tokio::join!(
            of_bob.send(&one, manage_members::handle),
            of_ada.send(&other, manage_members::handle),
            held.commit_when_awaited_by(&world, 2),
        );

        let won = [&first, &second].into_iter().filter(|answer| answer.status == 200).count();
        assert_eq!((won, owners(&world).await), (1, 1), "round {round}: {} {}", first.text, second.text);
    }
}

#[tokio::test]
async fn two_owners_who_demote_each_other_through_others_hands_are_told_which_came_too_late() {
    let world = World::posting_by_hand().await;
    let (ada, bob) = (world.member(Role::Owner).await, world.member(Role::Owner).await);
    let (one, other) = (deps(&[]).await, deps(&[]).await);
    let (of_bob, of_ada) = (giving(&world.token, bob, Role::Auditor), giving(&world.token, ada, Role::Auditor));

    let held = format!("SELECT 1 FROM members WHERE organization_id = '{}' FOR UPDATE", world.organization);
    let held = Unfinished::begin(&world, &held).await;
    let (first, second, ()) = tokio::join!(
        of_bob.send(&one, manage_members::handle),
        of_ada.send(&other, manage_members::handle),
        held.commit_when_awaited_by(&world, 2),
    );

    let mut problems = [first, second].map(|answer| answer.problem());
    problems.sort();
    assert_eq!(problems, ["200 -", "409 conflict :last_owner"]);
    assert_eq!((owners(&world).await, world.actions().await), (1, vec!["member.role_changed".to_owned()]));
}

#[tokio::test]
async fn owners_who_leave_all_at_once_leave_one() {
    let world = World::posting_by_hand().await;
    let mut members = Vec::new();
    for _ in 0..4 {
        members.push(world.member(Role::Owner).await);
    }
    let mut leaving = tokio::task::JoinSet::new();
    for member in members {
        let event = to(&world, member, DEACTIVATE);
        leaving.spawn(async move { ask(&event).await.status });
    }

    let mut statuses = leaving.join_all().await;

    statuses.sort_unstable();
    assert_eq!(statuses, [200, 200, 200, 409]);
    assert_eq!(owners(&world).await, 1);
}

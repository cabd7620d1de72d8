//! Owners are told fourteen, seven and one day before the deadline, each time once.

use super::*;
use crate::harness::mails;

/// Members who have a mail of this kind to come, one for each mail.
async fn reminded(world: &World) -> Vec<MemberId> {
    let sql = "SELECT member_id FROM mails WHERE organization_id = $1 AND kind = 'access_review_due' ORDER BY mail_id";
    world.own_rows(sql).await.iter().map(|row| row.get(0)).collect()
}

#[tokio::test]
async fn owners_are_told_three_times_and_each_time_once() {
    let world = World::posting_by_hand().await;
    let (ada, bob) = (world.member(Role::Owner).await, world.member(Role::Owner).await);
    let (invited, _) = (world.member(Role::Owner).await, world.member(Role::Admin).await);
    set(&world, invited, "state = 'invited'").await;
    let opened = days(now(), -40);
    open(&world, opened).await;
    let deadline = days(opened, 30);

    let mut told = Vec::new();
    for (before, seconds) in [(14, -1), (14, 0), (13, 0), (7, -1), (7, 0), (6, 0), (1, -1), (1, 0), (1, 3600)] {
        sweep(&world, days(deadline, -before).plus_seconds(seconds)).await;
        told.push(reminded(&world).await.len());
    }

    assert_eq!(told, [0, 2, 2, 2, 4, 4, 4, 6, 6]);
    let mut members = reminded(&world).await;
    members.sort();
    // Two ids of one millisecond stand in either order.
    let mut owners = [ada, ada, ada, bob, bob, bob];
    owners.sort();
    assert_eq!(members, owners);
}

#[tokio::test]
async fn of_reminders_that_were_missed_the_latest_is_sent_once() {
    let world = World::posting_by_hand().await;
    world.member(Role::Owner).await;
    let opened = days(now(), -40);
    open(&world, opened).await;

    for hour in [0, 1, 24] {
        sweep(&world, days(opened, 24).plus_seconds(hour * 3600)).await;
    }

    assert_eq!(reminded(&world).await.len(), 1);
}

#[tokio::test]
async fn no_owner_is_told_where_everything_is_decided() {
    let world = World::posting_by_hand().await;
    let owner = world.member(Role::Owner).await;
    let opened = days(now(), -40);
    open(&world, opened).await;
    let decide =
        "UPDATE access_review_items SET decision = 'keep', how = 'decided', reason = 'Still works at the admitted',
        decided_by = $2, decided_at = now() WHERE organization_id = $1";
    world.execute(decide, &[&world.organization, &owner]).await;

    sweep(&world, days(opened, 29)).await;

    assert_eq!(reminded(&world).await.len(), 0);
}

#[tokio::test]
async fn the_mail_says_what_is_at_stake_and_carries_no_credential() {
    let world = World::posting_by_hand().await;
    let owner = world.member(Role::Owner).await;
    let opened = days(now(), -40);
    open(&world, opened).await;

    sweep(&world, days(opened, 29)).await;
    let mail = mails::sent_to(&world, &world.address_of(owner).await).await;

    assert_eq!(mail.subject, "Who keeps access to Test on Doorbook?");
    assert!(mail.text.contains("lose their access at the deadline") && !mail.text.contains('#'), "{}", mail.text);
}

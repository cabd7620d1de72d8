//! An owner always remains, and no member takes from one who has more.

use super::super::manage_members::Unfinished;
use super::*;

const ROUNDS: usize = 6;

#[tokio::test]
async fn the_last_owner_is_not_revoked() {
    let world = World::new().await;
    let (last, other) = (world.member(Role::Owner).await, world.member(Role::Owner).await);
    let (_, reviewer) = reviewer(&world, Role::Admin).await;
    let all: Vec<&str> = Permission::ALL.iter().map(|permission| permission.word()).collect();
    let reach = "UPDATE credentials SET permissions = $2 WHERE credential_id = $1";
    world.execute(reach, &[&world.credential_id(&reviewer).await, &all]).await;
    let review = reviews::open(&world, reviews::now()).await;
    let (of_last, of_other) = (world.item_of(review, last.uuid()).await, world.item_of(review, other.uuid()).await);

    let first = ask(&deciding(&reviewer, review, of_other, "revoke")).await;
    let refused = ask(&deciding(&reviewer, review, of_last, "revoke")).await;
    let kept = ask(&deciding(&reviewer, review, of_last, "keep")).await;

    assert_eq!(
        (first.status, refused.problem().as_str(), kept.status),
        (200, "409 conflict :last_owner", 200),
        "{}",
        first.text
    );
    assert_eq!(owners(&world).await, 1);
}

#[tokio::test]
async fn two_owners_who_revoke_each_other_leave_one() {
    let world = World::new().await;
    let ((ada, adas), (bob, bobs)) = (reviewer(&world, Role::Owner).await, reviewer(&world, Role::Owner).await);
    let review = reviews::open(&world, reviews::now()).await;
    let (of_ada, of_bob) = (world.item_of(review, ada.uuid()).await, world.item_of(review, bob.uuid()).await);
    let (one, other) = (deps(&[]).await, deps(&[]).await);

    for round in 0..ROUNDS {
        for again in [
            "UPDATE members SET state = 'active' WHERE organization_id = $1",
            "UPDATE credentials SET revoked_at = NULL WHERE organization_id = $1",
            "UPDATE access_review_items SET decision = NULL, how = NULL, reason = NULL, decided_by = NULL, decided_at = NULL,
              revoked_at = NULL WHERE organization_id = $1",
        ] {
            world.execute(again, &[&world.organization]).await;
        }
        let (bob_goes, ada_goes) =
            (deciding(&adas, review, of_bob, "revoke"), deciding(&bobs, review, of_ada, "revoke"));

        // Both have looked, and found another owner, before either acts.
        let held = format!("SELECT 1 FROM members WHERE organization_id = '{}' FOR UPDATE", world.organization);
        let held = Unfinished::begin(&world, &held).await;
        let (first, second, ()) = tokio::join!(
            bob_goes.send(&one, manage_access_reviews::handle),
            ada_goes.send(&other, manage_access_reviews::handle),
            held.commit_when_awaited_by(&world, 2),
        );

        let won = [&first, &second].into_iter().filter(|answer| answer.status == 200).count();
        assert_eq!((won, owners(&world).await), (1, 1), "round {round}: {} {}", first.text, second.text);
    }
}

#[tokio::test]
async fn an_owners_item_is_the_owners_to_revoke() {
    let world = World::new().await;
    let owner = world.member(Role::Owner).await;
    let (_, another) = reviewer(&world, Role::Owner).await;
    let (_, security) = reviewer(&world, Role::Security).await;
    let review = reviews::open(&world, reviews::now()).await;
    let item = world.item_of(review, owner.uuid()).await;

    let refused = ask(&deciding(&security, review, item, "revoke")).await;
    let entry = world.entries().await.pop().expect("an entry");
    let by_owner = ask(&deciding(&another, review, item, "revoke")).await;

    assert_eq!(refused.problem(), "403 forbidden");
    assert_eq!(
        (&entry["action"], &entry["target"]["id"]),
        (&json!("access.refused"), &json!(format!("POST {DECISION}")))
    );
    assert_eq!(entry["diff"]["added"], json!({ "permission": "audit.read" }));
    assert_eq!((by_owner.status, owners(&world).await), (200, 1), "{}", by_owner.text);
}

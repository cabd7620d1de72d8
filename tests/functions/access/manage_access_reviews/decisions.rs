//! What is decided, and what follows from it.

use shared::authn::{CredentialKind, session::Assurance};

use super::*;

#[tokio::test]
async fn a_member_who_is_revoked_opens_nothing_with_the_next_request_in_a_warm_function_too() {
    let world = World::new().await;
    let (_, reviewer) = reviewer(&world, Role::Owner).await;
    let member = world.member(Role::Security).await;
    let session = world.session_of(member, &["review.decide"], Assurance::SecondFactor).await;
    let token = world.token_of(member, &["review.decide"]).await;
    let links = [CredentialKind::MemberInvitation, CredentialKind::PasswordReset];
    let links = [world.link_of(member, links[0]).await, world.link_of(member, links[1]).await];
    let review = reviews::open(&world, reviews::now()).await;
    let item = world.item_of(review, member.uuid()).await;
    let warm = deps(&[]).await;
    let theirs = [Event::new("GET", REVIEWS, &[]).in_session(&session), reading(&token, REVIEWS, &[])];
    for event in &theirs {
        assert_eq!(event.send(&warm, manage_access_reviews::handle).await.status, 200);
    }

    let answer = ask(&deciding(&reviewer, review, item, "revoke")).await;

    assert_eq!((answer.status, &answer.body["decision"]), (200, &json!("revoke")), "{}", answer.text);
    for event in &theirs {
        assert_eq!(event.again().send(&warm, manage_access_reviews::handle).await.problem(), "401 unauthenticated");
    }
    for link in &links {
        assert!(!world.is_live(link).await);
    }
    let state = "SELECT state FROM members WHERE member_id = $1";
    assert_eq!(world.rows(state, &[&member]).await[0].get::<_, String>(0), "deactivated");
    let event =
        "SELECT count(*) FROM outbox WHERE organization_id = $1 AND kind = 'member.revoked' AND subject_id = $2";
    assert_eq!(world.rows(event, &[&world.organization, &member]).await[0].get::<_, i64>(0), 1);
}

#[tokio::test]
async fn tokens_kiosks_and_impersonations_that_are_revoked_end_at_once() {
    let world = World::new().await;
    let (_, reviewer) = reviewer(&world, Role::Security).await;
    let token = world.token_with(&["visit.read"]).await;
    let (kiosk, device) = world.paired_kiosk("Main entrance").await;
    let impersonation = world.impersonation(reviews::now()).await;
    let review = reviews::open(&world, reviews::now()).await;
    let subjects = [world.credential_id(&token).await.uuid(), kiosk.uuid(), impersonation.uuid()];

    for subject in subjects {
        let item = world.item_of(review, subject).await;
        let answer = ask(&deciding(&reviewer, review, item, "revoke")).await;
        assert_eq!((answer.status, &answer.body["how"]), (200, &json!("decided")), "{}", answer.text);
        assert_eq!(answer.body, shown(&world, review, item).await);
    }

    assert!(!world.is_live(&token).await && !world.is_live(&device).await);
    for secret in [&token, &device] {
        assert_eq!(ask(&reading(secret, REVIEWS, &[])).await.problem(), "401 unauthenticated");
    }
    let revoked = "SELECT revoked_at IS NOT NULL FROM kiosks WHERE kiosk_id = $1";
    assert!(world.rows(revoked, &[&kiosk]).await[0].get::<_, bool>(0));
    let ended = "SELECT i.ended_by, c.revoked_at IS NOT NULL FROM impersonations AS i
        JOIN credentials AS c USING (organization_id, credential_id) WHERE i.impersonation_id = $1";
    let row = &world.rows(ended, &[&impersonation]).await[0];
    assert_eq!((row.get::<_, &str>(0), row.get::<_, bool>(1)), ("review", true));
}

#[tokio::test]
async fn a_token_that_is_revoked_takes_what_was_made_with_it_since_the_review_began() {
    let world = World::new().await;
    let (_, reviewer) = reviewer(&world, Role::Security).await;
    let token = world.token_with(&["visit.read"]).await;
    let review = reviews::open(&world, reviews::now()).await;
    let child = world.token_with(&["visit.read"]).await;
    let (parent_id, child_id) = (world.credential_id(&token).await, world.credential_id(&child).await);
    let made = "UPDATE credentials SET made_by = $2 WHERE organization_id = $1 AND credential_id = $3";
    world.execute(made, &[&world.organization, &parent_id, &child_id]).await;

    let item = world.item_of(review, parent_id.uuid()).await;
    assert_eq!(ask(&deciding(&reviewer, review, item, "revoke")).await.status, 200);

    assert_eq!((world.is_live(&token).await, world.is_live(&child).await), (false, false));
}

#[tokio::test]
async fn decision_end_and_entries_are_written_in_one_transaction() {
    let world = World::new().await;
    let (reviewer_id, reviewer) = reviewer(&world, Role::Owner).await;
    let member = world.member(Role::Host).await;
    world.session_of(member, &[], Assurance::Password).await;
    let review = reviews::open(&world, reviews::now()).await;
    let item = world.item_of(review, member.uuid()).await;

    ask(&deciding(&reviewer, review, item, "revoke")).await;

    let written = "SELECT count(*), count(DISTINCT written) FROM (
        SELECT xmin::text AS written FROM access_review_items WHERE organization_id = $1 AND decision = 'revoke'
        UNION ALL SELECT xmin::text FROM members WHERE organization_id = $1 AND state = 'deactivated'
        UNION ALL SELECT xmin::text FROM credentials WHERE organization_id = $1 AND revoked_at IS NOT NULL
        UNION ALL SELECT xmin::text FROM audit_log WHERE organization_id = $1 AND action <> 'access_review.opened') AS rows";
    let row = &world.own_rows(written).await[0];
    assert_eq!((row.get::<_, i64>(0), row.get::<_, i64>(1)), (1 + 1 + 1 + 2, 1));
    let entries = world.entries().await;
    let [.., decided, revoked] = entries.as_slice() else { panic!("two entries") };
    assert_eq!((&decided["action"], &decided["reason"]), (&json!("access_review.decided"), &json!(REASON)));
    assert_eq!(decided["target"], json!({ "kind": "access_review", "id": review }));
    assert_eq!(
        (&decided["diff"]["added"]["decision"], &decided["diff"]["added"]["item_id"]),
        (&json!("revoke"), &json!(item))
    );
    assert_eq!((&revoked["action"], &revoked["reason"]), (&json!("access.revoked"), &json!(REASON)));
    assert_eq!(revoked["target"], json!({ "kind": "member", "id": member }));
    assert_eq!(revoked["diff"]["added"]["cause"], "decided");
    assert_eq!(shown(&world, review, item).await["decided_by"], json!(reviewer_id));
}

#[tokio::test]
async fn what_is_kept_stays_open_and_can_still_be_revoked() {
    let world = World::new().await;
    let (_, reviewer) = reviewer(&world, Role::Owner).await;
    let token = world.token_with(&["review.decide"]).await;
    let review = reviews::open(&world, reviews::now()).await;
    let item = world.item_of(review, world.credential_id(&token).await.uuid()).await;

    let kept = ask(&deciding(&reviewer, review, item, "keep")).await;
    let still = ask(&reading(&token, REVIEWS, &[])).await;
    let kept_again = ask(&deciding(&reviewer, review, item, "keep")).await;
    let revoked = ask(&deciding(&reviewer, review, item, "revoke")).await;
    let back = ask(&deciding(&reviewer, review, item, "keep")).await;

    assert_eq!((kept.status, &kept.body["revoked_at"], still.status), (200, &Value::Null, 200), "{}", kept.text);
    assert_eq!(
        (kept_again.problem().as_str(), revoked.status, back.problem().as_str()),
        ("409 conflict :already_decided", 200, "409 conflict :already_decided")
    );
    assert!(!world.is_live(&token).await);
    let counts = read(&world, review).await["counts"].clone();
    let known = (&counts["items"], &counts["waiting"], &counts["kept"], &counts["revoked"]);
    assert_eq!(known, (&json!(4), &json!(3), &json!(0), &json!(1)));
}

#[tokio::test]
async fn what_has_no_access_any_more_is_revoked_without_a_fault() {
    let world = World::new().await;
    let (_, reviewer) = reviewer(&world, Role::Owner).await;
    let member = world.member(Role::Host).await;
    let token = world.token_with(&[]).await;
    let token = world.credential_id(&token).await;
    let review = reviews::open(&world, reviews::now()).await;
    world.execute("UPDATE members SET state = 'deactivated' WHERE member_id = $1", &[&member]).await;
    world.execute("UPDATE credentials SET revoked_at = now() WHERE credential_id = $1", &[&token]).await;

    for subject in [member.uuid(), token.uuid()] {
        let item = world.item_of(review, subject).await;
        assert_eq!(ask(&deciding(&reviewer, review, item, "revoke")).await.status, 200);
    }

    let events = "SELECT count(*) FROM outbox WHERE organization_id = $1 AND kind = 'member.revoked'";
    assert_eq!(world.own_rows(events).await[0].get::<_, i64>(0), 0);
}

#[tokio::test]
async fn of_two_reviewers_at_once_one_decides() {
    let world = World::new().await;
    let ((_, first), (_, second)) = (reviewer(&world, Role::Owner).await, reviewer(&world, Role::Admin).await);
    let member = world.member(Role::Host).await;
    let review = reviews::open(&world, reviews::now()).await;
    let item = world.item_of(review, member.uuid()).await;
    let (one, other) = (deps(&[]).await, deps(&[]).await);
    let held = format!("SELECT 1 FROM access_review_items WHERE item_id = '{item}' FOR UPDATE");
    let held = super::super::manage_members::Unfinished::begin(&world, &held).await;

    let (of_first, of_second) = (deciding(&first, review, item, "revoke"), deciding(&second, review, item, "revoke"));
    let (of_first, of_second, ()) = tokio::join!(
        of_first.send(&one, manage_access_reviews::handle),
        of_second.send(&other, manage_access_reviews::handle),
        held.commit_when_awaited_by(&world, 2),
    );

    let mut problems = [of_first, of_second].map(|answer| answer.problem());
    problems.sort();
    assert_eq!(problems, ["200 -", "409 conflict :already_decided"]);
    assert_eq!(world.actions().await, ["access_review.opened", "access_review.decided", "access.revoked"]);
}

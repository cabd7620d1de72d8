//! What a lost connection leaves behind.

use super::*;
use crate::harness::tap::Tap;

async fn behind_a_tap() -> (Tap, set_password::Deps) {
    let variables = stack::variables("fn_set_password", &[]);
    let (tap, url) = Tap::before_url(variables.required("DATABASE_URL").expect("a URL")).await;
    let deps = deps(&[("DATABASE_URL", &url)]).await;
    (tap, deps)
}

#[tokio::test]
async fn a_lost_answer_of_any_round_trip_ends_with_one_member_who_has_their_password() {
    // BEGIN, look-up, COMMIT; then BEGIN, the password, its entry, COMMIT.
    for lost in 0..7 {
        let world = World::posting_by_hand().await;
        let (member, link) = invited(&world, Role::FrontDesk).await;
        let (tap, deps) = behind_a_tap().await;
        tap.lose_one_answer_after(lost);

        let answer = accepting(&link, PASSWORD).send(&deps, set_password::handle).await;

        assert_eq!(answer.status, 200, "{lost} answers: {}", answer.text);
        assert_eq!(answer.body["member_id"], json!(member));
        assert!(is_password(&world, member, PASSWORD).await);
        assert_eq!(world.actions().await, ["member.joined"]);
        // To any other request it is used.
        assert_eq!(ask(&accepting(&link, ANOTHER)).await.problem(), "404 not_found");
    }
}

#[tokio::test]
async fn a_lost_answer_of_a_reset_leaves_one_password_and_one_mail() {
    for lost in 0..7 {
        let world = World::posting_by_hand().await;
        let member = with_password(&world, Role::FrontDesk).await;
        let link = world.link_of(member, CredentialKind::PasswordReset).await;
        let (tap, deps) = behind_a_tap().await;
        tap.lose_one_answer_after(lost);

        let answer = completing(&link, ANOTHER).send(&deps, set_password::handle).await;

        assert_eq!(answer.status, 200, "{lost} answers: {}", answer.text);
        assert!(is_password(&world, member, ANOTHER).await);
        assert_eq!((mails(&world).await.len(), world.actions().await.len()), (1, 1));
    }
}

#[tokio::test]
async fn a_lost_answer_of_a_change_leaves_the_old_password_or_the_new_one_and_no_session_of_the_old() {
    // The door; BEGIN, look-up, COMMIT; then BEGIN, the session, the password, its entry, COMMIT.
    for lost in 0..9 {
        let world = World::posting_by_hand().await;
        let member = with_password(&world, Role::FrontDesk).await;
        let own = session(&world, member, Assurance::Password).await;
        let (tap, deps) = behind_a_tap().await;
        tap.lose_one_answer_after(lost);

        let answer = changing(&own, PASSWORD, ANOTHER).send(&deps, set_password::handle).await;

        // Who does not hear of COMMIT signs in with the new password: the session that would answer has ended by it.
        let told = if lost == 8 { "401 unauthenticated" } else { "200 -" };
        assert_eq!(answer.problem(), told, "{lost} answers");
        assert!(is_password(&world, member, ANOTHER).await && !is_open(&world, &own).await);
        assert_eq!(answer.cookie.is_some(), lost != 8);
        assert_eq!((world.actions().await, mails(&world).await.len()), (vec!["member.password_changed".to_owned()], 1));
    }
}

#[tokio::test]
async fn a_lost_answer_of_a_wish_sends_one_mail_or_two() {
    // The handle; then BEGIN, the wish, COMMIT.
    for lost in 0..4 {
        let world = World::posting_by_hand().await;
        let member = with_password(&world, Role::FrontDesk).await;
        let wish = wishing(&world.slug, &world.address_of(member).await);
        let (tap, deps) = behind_a_tap().await;
        tap.lose_one_answer_after(lost);

        assert_eq!(wish.send(&deps, set_password::handle).await.status, 202);

        // Only a lost answer to COMMIT makes it two, and each link is worth as much as the other.
        assert_eq!(mails(&world).await.len(), if lost == 3 { 2 } else { 1 });
    }
}

#[tokio::test]
async fn a_database_that_stays_away_leaves_everything_as_it_was() {
    let world = World::posting_by_hand().await;
    let (_, link) = invited(&world, Role::FrontDesk).await;
    let member = with_password(&world, Role::FrontDesk).await;
    let own = session(&world, member, Assurance::Password).await;
    let (tap, deps) = behind_a_tap().await;
    let events =
        [accepting(&link, PASSWORD), wishing(&world.slug, "ada@example.com"), changing(&own, PASSWORD, ANOTHER)];
    tap.close();

    for event in &events {
        let failed = event.send(&deps, set_password::handle).await;
        assert_eq!(failed.problem(), "503 unavailable");
        assert!(!failed.text.contains(PASSWORD) && failed.cookie.is_none());
    }

    assert!(is_open(&world, &link).await && is_open(&world, &own).await && world.actions().await.is_empty());
    tap.open();
    for (event, status) in events.iter().zip([200, 202, 200]) {
        assert_eq!(event.again().send(&deps, set_password::handle).await.status, status);
    }
}

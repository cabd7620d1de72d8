//! An invitation makes a member, once.

use shared::{
    authn::{NewCredential, Realm},
    clock::Clock,
    id::OrganizationId,
};

use super::*;
use crate::harness::mails;

#[tokio::test]
async fn an_invitation_makes_a_member_who_is_not_signed_in_yet() {
    let world = World::posting_by_hand().await;
    let (member, link) = invited(&world, Role::FrontDesk).await;

    let answer = ask(&accepting(&link, PASSWORD)).await;

    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.body, json!({ "member_id": member, "state": "active" }));
    assert!(is_password(&world, member, PASSWORD).await && !is_password(&world, member, ANOTHER).await);
    let state = "SELECT state FROM members WHERE organization_id = $1 AND member_id = $2";
    assert_eq!(world.rows(state, &[&world.organization, &member]).await[0].get::<_, &str>(0), "active");
    assert_eq!((answer.cookie, sessions(&world).await), (None, 0));
    assert_eq!(world.actions().await, ["member.joined"]);
    let entry = world.entries().await.remove(0);
    assert_eq!(entry["actor"], json!({ "kind": "member", "id": member }));
    assert_eq!((&entry["ip"], &entry["ua"]), (&json!("203.0.113.7"), &json!("doorbook-tests")));
    assert_eq!(entry["target"], json!({ "kind": "member", "id": member }));
    assert_eq!(entry["diff"]["added"], json!({ "role": "front_desk" }));
}

#[tokio::test]
async fn an_invitation_is_used_once() {
    let world = World::posting_by_hand().await;
    let (member, link) = invited(&world, Role::FrontDesk).await;
    let other = world.link_of(member, CredentialKind::MemberInvitation).await;
    assert_eq!(ask(&accepting(&link, PASSWORD)).await.status, 200);

    let again = ask(&accepting(&link, ANOTHER)).await;
    let older = ask(&accepting(&other, ANOTHER)).await;

    assert_eq!((again.problem().as_str(), older.problem().as_str()), ("404 not_found", "404 not_found"));
    assert!(is_password(&world, member, PASSWORD).await);
    assert!(!is_open(&world, &link).await && !is_open(&world, &other).await);
    assert_eq!(world.actions().await, ["member.joined"]);
}

#[tokio::test]
async fn of_two_who_accept_at_once_one_joins() {
    let world = World::posting_by_hand().await;
    let (member, link) = invited(&world, Role::FrontDesk).await;
    let (one, other) = (accepting(&link, PASSWORD), accepting(&link, ANOTHER));

    let (one, other) = tokio::join!(ask(&one), ask(&other));

    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 404], "{} {}", one.text, other.text);
    let winners = if one.status == 200 { PASSWORD } else { ANOTHER };
    assert!(is_password(&world, member, winners).await);
    assert_eq!(world.actions().await, ["member.joined"]);
}

#[tokio::test]
async fn the_link_of_a_mail_opens_for_seventy_two_hours() {
    for (seconds, status) in [(72 * 3600 - 60, 200), (72 * 3600 + 60, 404)] {
        let world = World::posting_by_hand().await;
        let (member, _) = invited(&world, Role::FrontDesk).await;
        world.ask_for_mail(member, "member_invitation").await;
        let mail = mails::sent_to(&world, &world.address_of(member).await).await;

        let answer = ask_later(&accepting(mail.credential(), PASSWORD), seconds).await;

        assert_eq!(answer.status, status, "{seconds}: {}", answer.text);
        assert_eq!(is_password(&world, member, PASSWORD).await, status == 200);
    }
}

#[tokio::test]
async fn a_link_opens_one_thing_of_one_organization() {
    let (world, other) = (World::posting_by_hand().await, World::posting_by_hand().await);
    let (member, invitation) = invited(&world, Role::FrontDesk).await;
    let known = with_password(&world, Role::FrontDesk).await;
    let reset = world.link_of(known, CredentialKind::PasswordReset).await;
    let session = session(&world, known, Assurance::Password).await;
    let forged = |kind, organization| {
        NewCredential::generate(kind, Realm::Test, organization).unwrap().text.expose_secret().clone()
    };
    let absent = forged(CredentialKind::MemberInvitation, OrganizationId::new(Clock::System { offset_s: 0 }.now()));
    let foreign = forged(CredentialKind::MemberInvitation, other.organization);
    let unknown = ask(&accepting(&forged(CredentialKind::MemberInvitation, world.organization), ANOTHER)).await;
    assert_eq!(unknown.problem(), "404 not_found");

    for wrong in [&reset, &session, &world.token, &world.kiosk, &absent, &foreign] {
        let answer = ask(&accepting(wrong, ANOTHER)).await;
        assert_eq!(answer.problem(), "404 not_found", "{wrong}");
        assert_eq!(answer.without_request_id(), unknown.without_request_id());
        assert_eq!(answer.headers.len(), unknown.headers.len());
    }
    for wrong in [&invitation, &session, &world.token, &world.kiosk] {
        assert_eq!(ask(&completing(wrong, ANOTHER)).await.problem(), "404 not_found", "{wrong}");
    }

    assert!(is_password(&world, known, PASSWORD).await && is_open(&world, &reset).await);
    assert!(!is_password(&world, member, ANOTHER).await && is_open(&world, &invitation).await);
    assert_eq!((world.actions().await.len(), other.actions().await.len()), (0, 0));
    assert_eq!(ask(&accepting(&invitation, PASSWORD)).await.status, 200, "the right one still does");
}

#[tokio::test]
async fn a_link_ends_with_what_it_was_for() {
    let world = World::posting_by_hand().await;
    let (member, invitation) = invited(&world, Role::FrontDesk).await;
    let known = with_password(&world, Role::FrontDesk).await;
    let reset = world.link_of(known, CredentialKind::PasswordReset).await;
    // An invitation is for who is invited, and a reset for who may sign in.
    set(&world, member, "state = 'deactivated'").await;
    set(&world, known, "state = 'deactivated'").await;

    assert_eq!(ask(&accepting(&invitation, ANOTHER)).await.problem(), "404 not_found");
    assert_eq!(ask(&completing(&reset, ANOTHER)).await.problem(), "404 not_found");

    let states = world.own_rows("SELECT DISTINCT state FROM members WHERE organization_id = $1").await;
    assert_eq!(states.iter().map(|row| row.get::<_, String>(0)).collect::<Vec<_>>(), ["deactivated"]);
    assert!(is_password(&world, known, PASSWORD).await);
}

#[tokio::test]
async fn an_address_that_tries_links_is_throttled_whatever_it_brings() {
    let world = World::posting_by_hand().await;
    let (_, link) = invited(&world, Role::FrontDesk).await;
    let deps = deps(&[]).await;
    let wrong = NewCredential::generate(CredentialKind::MemberInvitation, Realm::Test, world.organization).unwrap();
    let wrong = accepting(wrong.text.expose_secret(), PASSWORD);
    for _ in 0..31 {
        assert_eq!(wrong.again().send(&deps, set_password::handle).await.problem(), "404 not_found");
    }

    let right = accepting(&link, PASSWORD).send(&deps, set_password::handle).await;

    assert_eq!((right.problem().as_str(), right.headers["retry-after"].as_str()), ("429 throttled", "60"));
    assert!(is_open(&world, &link).await, "it is not used up");
    let later = ask_later(&accepting(&link, PASSWORD), 61).await;
    assert_eq!(later.status, 200, "{}", later.text);
}

//! A forgotten password: a link by mail, and nothing told to the caller who asks for it.

use std::time::Duration;

use super::*;
use crate::harness::{mails as post, stack::CONSOLE_ORIGIN};

#[tokio::test]
async fn a_link_by_mail_sets_another_password_and_ends_every_session() {
    let world = World::posting_by_hand().await;
    let member = with_password(&world, Role::FrontDesk).await;
    let session = session(&world, member, Assurance::Password).await;
    let token = world.token_of(member, &["visit.read"]).await;
    let warm = deps(&[]).await;
    let probe = changing(&session, "not the password", PASSWORD);
    assert_eq!(probe.send(&warm, set_password::handle).await.problem(), "422 unprocessable /current:wrong");
    let address = world.address_of(member).await;
    // Addresses are known again in either case.
    assert_eq!(ask(&wishing(&world.slug, &address.to_uppercase())).await.status, 202);
    let mail = post::sent_to(&world, &address).await;

    let answer = ask(&completing(mail.credential(), ANOTHER)).await;
    let again = ask(&completing(mail.credential(), PASSWORD)).await;

    assert_eq!((answer.status, again.problem().as_str()), (200, "404 not_found"), "{}", answer.text);
    assert_eq!(answer.body, json!({ "member_id": member, "state": "active" }));
    assert!(is_password(&world, member, ANOTHER).await && !is_password(&world, member, PASSWORD).await);
    assert_eq!(probe.again().send(&warm, set_password::handle).await.problem(), "401 unauthenticated");
    assert!(is_open(&world, &token).await, "a program goes on");
    assert_eq!(mails(&world).await, ["password_reset", "password_changed"]);
    assert_eq!(world.actions().await, ["session.refused", "mail.sent", "member.password_reset"]);
    assert_eq!(world.entries().await[2]["actor"], json!({ "kind": "member", "id": member }));
}

#[tokio::test]
async fn a_reset_passes_no_second_factor_by() {
    let world = World::posting_by_hand().await;
    let member = with_password(&world, Role::Owner).await;
    enrol(&world, member).await;
    let link = world.link_of(member, CredentialKind::PasswordReset).await;

    let answer = ask(&completing(&link, ANOTHER)).await;

    assert_eq!((answer.status, &answer.cookie, sessions(&world).await), (200, &None, 0), "{}", answer.text);
    let factor = "SELECT totp_sealed = '\\x01' AND totp_step = 7 AND recovery_salt IS NOT NULL
        FROM member_proofs WHERE organization_id = $1";
    assert!(world.own_rows(factor).await[0].get::<_, bool>(0));
}

#[tokio::test]
async fn one_link_that_is_used_ends_the_others() {
    let world = World::posting_by_hand().await;
    let member = with_password(&world, Role::FrontDesk).await;
    let (first, second) = (
        world.link_of(member, CredentialKind::PasswordReset).await,
        world.link_of(member, CredentialKind::PasswordReset).await,
    );
    let (one, other) = (completing(&first, ANOTHER), completing(&second, "seven small lanterns at dawn"));

    let (one, other) = tokio::join!(ask(&one), ask(&other));

    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 404], "{} {}", one.text, other.text);
    assert!(!is_open(&world, &first).await && !is_open(&world, &second).await);
    assert_eq!(world.actions().await, ["member.password_reset"]);
}

#[tokio::test]
async fn every_reset_request_gets_the_same_answer_at_the_same_time() {
    let (world, other) = (World::posting_by_hand().await, World::posting_by_hand().await);
    let member = with_password(&world, Role::FrontDesk).await;
    let (guest, _) = invited(&world, Role::FrontDesk).await;
    let gone = with_password(&world, Role::FrontDesk).await;
    set(&world, gone, "state = 'deactivated'").await;
    let (known, guest, gone) =
        (world.address_of(member).await, world.address_of(guest).await, world.address_of(gone).await);

    let mut answers = Vec::new();
    for (slug, address) in [
        (world.slug.as_str(), known.as_str()),
        (&world.slug, "unknown@example.com"),
        (&world.slug, &guest),
        (&world.slug, &gone),
        (&other.slug, &known),
        ("no-such-handle", &known),
    ] {
        let began = tokio::time::Instant::now();
        answers.push(ask(&wishing(slug, address)).await);
        assert!(began.elapsed() >= Duration::from_millis(300), "{slug} {address}");
    }

    for answer in &answers {
        assert_eq!((answer.status, answer.text.as_str(), &answer.cookie), (202, "{}", &None));
        assert_eq!(answer.headers.len(), answers[0].headers.len());
    }
    assert_eq!((mails(&world).await, mails(&other).await.len()), (vec!["password_reset".to_owned()], 0));
    let sql = "SELECT member_id FROM mails WHERE organization_id = $1";
    assert_eq!(world.own_rows(sql).await[0].get::<_, MemberId>(0), member);
    assert_eq!((world.actions().await.len(), other.actions().await.len()), (0, 0), "asking changes nothing");
}

#[tokio::test]
async fn no_mailbox_is_filled_and_the_answer_does_not_tell() {
    let world = World::posting_by_hand().await;
    let member = with_password(&world, Role::FrontDesk).await;
    let wish = wishing(&world.slug, &world.address_of(member).await);

    let mut answers = Vec::new();
    for _ in 0..5 {
        let answer = ask(&wish.again()).await;
        answers.push((answer.status, answer.text));
    }

    assert_eq!(answers, vec![(202, "{}".to_owned()); 5]);
    assert_eq!(mails(&world).await.len(), 3);
    // One more an hour later.
    assert_eq!(ask_later(&wish.again(), 3601).await.status, 202);
    assert_eq!(mails(&world).await.len(), 4);
}

#[tokio::test]
async fn an_address_that_asks_too_often_is_told_to_wait() {
    let world = World::posting_by_hand().await;
    let member = with_password(&world, Role::FrontDesk).await;
    // So many requests are counted against the address of these tests within this minute.
    let counted = "INSERT INTO refused_sources
        VALUES ($1::uuid, sha256(convert_to($1::uuid::text || ' 203.0.113.7', 'UTF8')), now(), 29)";
    world.execute(counted, &[&world.organization]).await;
    let stranger = wishing(&world.slug, "unknown@example.com");
    let wish = wishing(&world.slug, &world.address_of(member).await);

    let (thirtieth, more) = (ask(&stranger).await, ask(&wish).await);

    assert_eq!((thirtieth.status, more.problem().as_str()), (202, "429 throttled"));
    assert_eq!((more.headers["retry-after"].as_str(), mails(&world).await.len()), ("60", 0));
    assert_eq!((ask_later(&wish.again(), 61).await.status, mails(&world).await.len()), (202, 1));
}

#[tokio::test]
async fn the_link_leads_to_the_console_whatever_host_was_asked() {
    let world = World::posting_by_hand().await;
    let member = with_password(&world, Role::FrontDesk).await;
    let address = world.address_of(member).await;
    let poisoned = wishing(&world.slug, &address)
        .header("host", "doorbook.evil.example")
        .header("x-forwarded-host", "doorbook.evil.example")
        .header("x-forwarded-proto", "http")
        .header("forwarded", "host=doorbook.evil.example")
        .header("origin", "https://doorbook.evil.example")
        .header("referer", "https://doorbook.evil.example/");

    assert_eq!(ask(&poisoned).await.status, 202);

    let mail = post::sent_to(&world, &address).await;
    assert!(mail.link().starts_with(&format!("{CONSOLE_ORIGIN}/reset#dbr_test_")), "{}", mail.link());
    assert!(!mail.text.contains("evil") && !mail.subject.contains("evil"));
}

//! `send-mail` promises: every mail that was asked for is handed over, with a link that stands in it alone, and nothing
//! goes to anybody who must not have it any more.

mod failures;

use std::time::Duration;

use serde_json::{Value, json};
use shared::{
    access::Role,
    authn::{Credential, CredentialKind},
    id::MemberId,
    runtime::{self, Fired},
};

use crate::harness::{
    World,
    mails::{self, fire, request, send, sender, sent_to},
    stack::{self, CONSOLE_ORIGIN},
};

/// A member whose membership stands so.
async fn member(world: &World, state: &str) -> (MemberId, String) {
    let member = world.member(Role::Host).await;
    world.execute("UPDATE members SET state = $2 WHERE member_id = $1", &[&member, &state]).await;
    (member, world.address_of(member).await)
}

/// An invited person whose mail waits.
async fn invited(world: &World) -> (MemberId, String) {
    let (member, address) = member(world, "invited").await;
    world.ask_for_mail(member, "member_invitation").await;
    (member, address)
}

/// Mails of a world: attempts, whether sent, whether given up, and seconds until it may be tried.
async fn standing(world: &World) -> Vec<(i32, bool, bool, i64)> {
    let sql = "SELECT attempts, sent_at IS NOT NULL, given_up_at IS NOT NULL, round(extract(epoch FROM not_before - now()))::bigint
        FROM mails WHERE organization_id = $1 ORDER BY mail_id";
    world.own_rows(sql).await.iter().map(|row| (row.get(0), row.get(1), row.get(2), row.get(3))).collect()
}

/// How many mails of a world were sent.
async fn sent(world: &World) -> usize {
    standing(world).await.iter().filter(|(_, is_sent, ..)| *is_sent).count()
}

async fn marks(world: &World) -> usize {
    world.own_rows("SELECT 1 FROM pending_work WHERE organization_id = $1 AND kind = 'mail'").await.len()
}

/// Kind, member and seconds of life of the valid credential with this text.
async fn opened_by(world: &World, text: &str) -> (String, MemberId, i64) {
    let credential = Credential::parse(text).expect("a credential");
    assert_eq!(credential.organization, world.organization);
    let sql = "SELECT kind, member_id, extract(epoch FROM expires_at - created_at)::bigint FROM credentials
        WHERE organization_id = $1 AND sha256 = $2 AND revoked_at IS NULL AND permissions = '{}'";
    let rows = world.rows(sql, &[&world.organization, &credential.sha256.as_slice()]).await;
    let row = rows.first().expect("the credential is known");
    (row.get(0), row.get(1), row.get(2))
}

#[tokio::test]
async fn an_invitation_carries_a_link_for_three_days() {
    let world = World::posting_by_hand().await;
    let (member, address) = invited(&world).await;

    let mail = sent_to(&world, &address).await;

    assert_eq!(mail.from, stack::variable("DOORBOOK_TEST_MAIL_FROM"));
    assert_eq!(mail.subject, "Test invites you to Doorbook");
    assert!(mail.link().starts_with(&format!("{CONSOLE_ORIGIN}/join#dbm_test_")), "{}", mail.text);
    assert_eq!(Credential::parse(mail.credential()).unwrap().kind, CredentialKind::MemberInvitation);
    let opened = opened_by(&world, mail.credential()).await;
    assert_eq!(opened, ("member_invitation".to_owned(), member, 72 * 60 * 60));
    assert_eq!((sent(&world).await, marks(&world).await), (1, 0));
    let entry = world.entries().await.pop().unwrap();
    assert_eq!((&entry["action"], &entry["actor"]["id"]), (&json!("mail.sent"), &json!("send-mail")));
    assert_eq!(entry["target"], json!({ "kind": "member", "id": member }));
    assert_eq!(entry["diff"]["added"], json!({ "kind": "member_invitation" }));
}

#[tokio::test]
async fn a_link_to_a_new_password_is_good_for_an_hour() {
    let world = World::posting_by_hand().await;
    let (member, address) = member(&world, "active").await;
    world.ask_for_mail(member, "password_reset").await;

    let mail = sent_to(&world, &address).await;

    assert!(mail.link().starts_with(&format!("{CONSOLE_ORIGIN}/reset#dbr_test_")), "{}", mail.text);
    assert_eq!(opened_by(&world, mail.credential()).await, ("password_reset".to_owned(), member, 60 * 60));
}

#[tokio::test]
async fn what_tells_of_a_change_carries_no_credential() {
    let world = World::posting_by_hand().await;
    let (member, address) = member(&world, "active").await;
    let before = world.count("credentials").await;

    for kind in ["password_changed", "second_factor_changed"] {
        world.ask_for_mail(member, kind).await;
        let mail = sent_to(&world, &address).await;
        assert!(mail.text.contains(CONSOLE_ORIGIN) && mail.text.contains("Test") && !mail.text.contains('#'));
        assert!(!mail.text.contains("db"), "{}", mail.text);
    }

    assert_eq!((world.count("credentials").await, mails::to(&address).len()), (before, 2));
}

#[tokio::test]
async fn a_link_stands_in_no_table_and_no_log_of_the_database() {
    let world = World::posting_by_hand().await;
    let (_, address) = invited(&world).await;

    let mail = sent_to(&world, &address).await;

    let tables = "SELECT relname::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace";
    let tables = world.rows(tables, &[]).await;
    assert!(tables.len() > 20);
    for table in tables.iter().map(|row| row.get::<_, String>(0)) {
        let sql = format!("SELECT count(*) FROM {table} AS t WHERE strpos(t::text, $1) > 0");
        for (word, expected) in [(mail.credential(), 0), (address.as_str(), i64::from(table == "members"))] {
            let found: i64 = world.rows(&sql, &[&word]).await[0].get(0);
            assert_eq!(found, expected, "{word} in {table}");
        }
    }
    let log = std::fs::read(stack::variable("DOORBOOK_TEST_DATABASE_LOG")).expect("a log");
    assert!(!String::from_utf8_lossy(&log).contains(mail.credential()));
}

#[tokio::test]
async fn a_message_that_comes_again_sends_nothing_again() {
    let world = World::posting_by_hand().await;
    let (_, address) = invited(&world).await;
    let (deps, message) = (sender(&[]).await, request(&world));

    for _ in 0..3 {
        assert_eq!(fire(&deps, message.clone()).await.unwrap(), json!({ "batchItemFailures": [] }));
    }

    assert_eq!(mails::to(&address).len(), 1);
    assert_eq!(world.actions().await, ["mail.sent"]);
}

#[tokio::test]
async fn senders_at_once_send_each_mail_once() {
    let world = World::posting_by_hand().await;
    let mut addresses = Vec::new();
    for _ in 0..6 {
        addresses.push(invited(&world).await.1);
    }
    let senders = [sender(&[]).await, sender(&[]).await, sender(&[]).await];

    let (first, second, third) =
        tokio::join!(send(&world, &senders[0]), send(&world, &senders[1]), send(&world, &senders[2]));

    assert!(first && second && third);
    assert!(addresses.iter().all(|address| mails::to(address).len() == 1));
    assert_eq!(world.actions().await, ["mail.sent"; 6]);
    // A sender that met another one left the mark; the next look finds nothing, and takes it.
    assert!(send(&world, &senders[0]).await);
    assert_eq!(marks(&world).await, 0);
}

#[tokio::test]
async fn another_organizations_mail_is_left_alone() {
    let (ours, theirs) = (World::posting_by_hand().await, World::posting_by_hand().await);
    let (address, other) = (invited(&ours).await.1, invited(&theirs).await.1);

    assert!(send(&ours, &sender(&[]).await).await);

    assert_eq!((mails::to(&address).len(), mails::to(&other).len()), (1, 0));
    assert!(matches!(standing(&theirs).await[..], [(0, false, false, _)]));
    assert_eq!(theirs.actions().await, [""; 0]);
}

#[tokio::test]
async fn the_schedule_finds_what_no_message_told() {
    let world = World::new().await;
    let (member, address) = member(&world, "invited").await;
    // So long ago that a sender of those days finds no mail but this one.
    let ago = "BEGIN; INSERT INTO mails (organization_id, mail_id, member_id, kind, requested_at, not_before)
          VALUES ('{o}', gen_random_uuid(), '{m}', 'member_invitation', now() - interval '3000 days', now() - interval '3000 days'); COMMIT";
    let ago = ago.replace("{o}", &world.organization.to_string()).replace("{m}", &member.to_string());
    world.database.batch_execute(&ago).await.expect("a mail");
    let deps = sender(&[("CLOCK_OFFSET_SECONDS", &(-2999 * 24 * 60 * 60).to_string())]).await;

    let first = fire(&deps, json!({})).await.unwrap();
    let second = fire(&deps, json!({})).await.unwrap();

    assert_eq!(first, json!({ "organizations": 1, "done": 1, "failed": 0 }));
    assert_eq!(second, json!({ "organizations": 0, "done": 0, "failed": 0 }));
    assert_eq!((mails::to(&address).len(), marks(&world).await), (1, 0));
}

#[tokio::test]
async fn who_must_not_have_it_any_more_gets_no_mail() {
    for (kind, state) in [
        ("member_invitation", "active"),
        ("member_invitation", "deactivated"),
        ("password_reset", "invited"),
        ("password_reset", "deactivated"),
        ("password_changed", "deactivated"),
        ("second_factor_changed", "deactivated"),
    ] {
        let world = World::posting_by_hand().await;
        let (member, address) = member(&world, state).await;
        let before = world.count("credentials").await;
        world.ask_for_mail(member, kind).await;

        assert!(send(&world, &sender(&[]).await).await);

        assert!(matches!(standing(&world).await[..], [(1, false, true, _)]), "{kind} to a member who is {state}");
        assert!(mails::to(&address).is_empty(), "{kind} to a member who is {state}");
        assert_eq!((world.count("credentials").await, world.actions().await), (before, Vec::new()));
        assert_eq!(marks(&world).await, 0);
    }
}

#[tokio::test]
async fn a_message_that_is_none_of_ours_comes_back() {
    let world = World::posting_by_hand().await;
    let (_, address) = invited(&world).await;
    let mut event = request(&world);
    let body: Value = serde_json::from_str(event["Records"][0]["body"].as_str().unwrap()).unwrap();
    for (name, value) in [("kind", json!("outbox.nudge")), ("v", json!(2)), ("to", json!("eve@example.com"))] {
        let mut changed = body.clone();
        changed[name] = value;
        event["Records"][0]["body"] = json!(changed.to_string());
        let answer = fire(&sender(&[]).await, event.clone()).await.unwrap();
        assert_eq!(answer, json!({ "batchItemFailures": [{ "itemIdentifier": "one" }] }), "{name}");
    }
    assert!(mails::to(&address).is_empty());
}

#[tokio::test]
async fn without_time_nothing_is_begun() {
    let world = World::posting_by_hand().await;
    invited(&world).await;
    let deps = sender(&[]).await;
    let fired = Fired { event: request(&world), request_id: "test".to_owned(), remaining: Duration::ZERO };

    let answer = runtime::work(deps.clock, &deps, send_mail::consume, send_mail::sweep, fired).await.unwrap();

    assert_eq!(answer, json!({ "batchItemFailures": [] }));
    assert!(matches!(standing(&world).await[..], [(0, false, false, _)]));
    assert_eq!(marks(&world).await, 1);
}

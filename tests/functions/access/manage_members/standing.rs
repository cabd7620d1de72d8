//! Deactivation and what gives back; a second factor that was lost.

use shared::authn::{CredentialKind, session::Assurance};

use super::*;

const MANAGE: &[&str] = &["member.manage"];

#[tokio::test]
async fn a_deactivated_member_opens_nothing_with_the_next_request_in_a_warm_function_too() {
    let world = World::posting_by_hand().await;
    let (member, bystander) = (world.member(Role::Admin).await, world.member(Role::Admin).await);
    let session = world.session_of(member, MANAGE, Assurance::SecondFactor).await;
    let token = world.token_of(member, MANAGE).await;
    let theirs = world.session_of(bystander, MANAGE, Assurance::SecondFactor).await;
    let warm = deps(&[]).await;
    let listing = || Event::new("GET", MEMBERS, &[]);
    let ended = [listing().in_session(&session), listing().bearer(&token)];
    for event in ended.iter().chain([&listing().in_session(&theirs)]) {
        assert_eq!(event.send(&warm, manage_members::handle).await.status, 200);
    }

    let answer = ask(&to(&world, member, DEACTIVATE)).await;

    assert_eq!((answer.status, &answer.body["state"]), (200, &json!("deactivated")), "{}", answer.text);
    for event in &ended {
        assert_eq!(event.again().send(&warm, manage_members::handle).await.problem(), "401 unauthenticated");
    }
    assert_eq!(listing().in_session(&theirs).send(&warm, manage_members::handle).await.status, 200);
}

#[tokio::test]
async fn member_sessions_links_tokens_and_entry_change_in_one_transaction() {
    let world = World::posting_by_hand().await;
    let member = world.member(Role::Auditor).await;
    world.session_of(member, MANAGE, Assurance::Password).await;
    world.token_of(member, MANAGE).await;
    for kind in [CredentialKind::MemberInvitation, CredentialKind::PasswordReset] {
        world.link_of(member, kind).await;
    }

    ask(&to(&world, member, DEACTIVATE)).await;

    let written = "SELECT count(*), count(DISTINCT written) FROM (
        SELECT xmin::text AS written FROM members WHERE organization_id = $1 AND state = 'deactivated'
        UNION ALL SELECT xmin::text FROM credentials WHERE organization_id = $1 AND revoked_at IS NOT NULL
        UNION ALL SELECT xmin::text FROM audit_log WHERE organization_id = $1) AS rows";
    let row = &world.own_rows(written).await[0];
    assert_eq!((row.get::<_, i64>(0), row.get::<_, i64>(1)), (1 + 4 + 1, 1));
    let event = "SELECT kind, subject_kind, subject_id = $2, facts::text FROM outbox WHERE organization_id = $1";
    let row = &world.rows(event, &[&world.organization, &member.uuid()]).await[0];
    let (kind, subject): (String, String) = (row.get(0), row.get(1));
    assert_eq!((kind.as_str(), subject.as_str(), row.get(2)), ("member.revoked", "member", true));
    assert_eq!(row.get::<_, String>(3), "{}");
}

#[tokio::test]
async fn who_is_deactivated_stays_so_and_nothing_more_is_written() {
    let world = World::posting_by_hand().await;
    let member = world.member(Role::Host).await;

    let first = ask(&to(&world, member, DEACTIVATE).json(&json!({ "reason": REASON }))).await;
    let again =
        ask(&to(&world, member, DEACTIVATE).json(&json!({ "reason": "Said a second time, and not written" }))).await;

    assert_eq!((first.status, again.status, &first.body), (200, 200, &again.body));
    let entries = world.entries().await;
    assert_eq!(world.actions().await, ["member.deactivated"]);
    assert_eq!(world.count("outbox").await, 1);
    assert_eq!((&entries[0]["reason"], &entries[0]["target"]["id"]), (&json!(REASON), &json!(member)));
    assert_eq!(entries[0]["diff"]["changed"], json!({ "state": { "from": "active", "to": "deactivated" } }));
}

#[tokio::test]
async fn who_comes_back_has_the_password_that_they_had_or_an_invitation() {
    let world = World::posting_by_hand().await;
    let (known, new) = (world.member(Role::Host).await, world.member(Role::Host).await);
    choose_password(&world, known).await;
    for member in [known, new] {
        set(&world, member, "state = 'deactivated'").await;
    }

    let mut states = Vec::new();
    for member in [known, new, known, new] {
        let answer = ask(&to(&world, member, REACTIVATE)).await;
        assert_eq!(answer.body, read(&world, member).await, "{}", answer.text);
        states.push(answer.body["state"].clone());
    }

    assert_eq!(states, ["active", "invited", "active", "invited"]);
    assert_eq!(world.actions().await, ["member.reactivated"; 2]);
    assert_eq!(mails(&world).await, ["member_invitation"]);
    let entries = world.entries().await;
    assert_eq!(entries[0]["diff"]["changed"], json!({ "state": { "from": "deactivated", "to": "active" } }));
    assert_eq!(entries[1]["diff"]["changed"], json!({ "state": { "from": "deactivated", "to": "invited" } }));
}

#[tokio::test]
async fn a_lost_second_factor_is_taken_away_once_with_the_sessions_and_told_by_mail() {
    let world = World::posting_by_hand().await;
    let member = world.member(Role::Security).await;
    choose_password(&world, member).await;
    enrol(&world, member).await;
    let session = world.session_of(member, MANAGE, Assurance::SecondFactor).await;
    let token = world.token_of(member, MANAGE).await;

    let first = ask(&to(&world, member, RESET).json(&json!({ "reason": REASON }))).await;
    let again = ask(&to(&world, member, RESET)).await;

    assert_eq!((first.status, &first.body["has_second_factor"]), (200, &json!(false)), "{}", first.text);
    assert_eq!((again.status, &again.body), (200, &first.body));
    assert_eq!((is_open(&world, &session).await, is_open(&world, &token).await), (false, true));
    let left = "SELECT count(*) FROM member_proofs WHERE organization_id = $1
        AND totp_sealed IS NULL AND recovery_salt IS NULL";
    assert_eq!((world.own_rows(left).await[0].get::<_, i64>(0), world.count("recovery_codes").await), (1, 0));
    assert_eq!(mails(&world).await, ["second_factor_changed"]);
    let entries = world.entries().await;
    assert_eq!(world.actions().await, ["member.second_factor_reset"]);
    assert_eq!(entries[0]["reason"], REASON);
    assert_eq!(entries[0]["diff"]["changed"], json!({ "has_second_factor": { "from": true, "to": false } }));
}

#[tokio::test]
async fn a_reason_does_not_hold_the_members_address() {
    let world = World::posting_by_hand().await;
    let member = world.member(Role::Security).await;
    choose_password(&world, member).await;
    enrol(&world, member).await;
    let reason = format!("{member} (at) example.com has left").replace(" (at) ", "@").to_uppercase();

    for route in [DEACTIVATE, RESET] {
        let answer = ask(&to(&world, member, route).json(&json!({ "reason": reason }))).await;
        assert_eq!(answer.problem(), "422 unprocessable /reason:names_the_person", "{route}");
    }

    assert_eq!(world.actions().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_member_does_not_reset_their_own_second_factor() {
    let world = World::posting_by_hand().await;
    let (owner, other) = (world.member(Role::Owner).await, world.member(Role::Owner).await);
    for member in [owner, other] {
        choose_password(&world, member).await;
        enrol(&world, member).await;
    }
    let all = Role::Owner.words();
    let (session, token) =
        (world.session_of(owner, &all, Assurance::SecondFactor).await, world.token_of(owner, &all).await);
    let reset = |member: MemberId| {
        let key = uuid::Uuid::new_v4().to_string();
        Event::new("POST", RESET, &[&member.to_string()]).idempotent(&key)
    };

    for event in [reset(owner).in_session(&session), reset(owner).bearer(&token)] {
        assert_eq!(ask(&event).await.problem(), "403 forbidden");
        let entry = world.entries().await.pop().expect("an entry");
        assert_eq!(entry["diff"]["added"], json!({ "own_member": owner }));
    }

    assert_eq!(read(&world, owner).await["has_second_factor"], true);
    // Nor does the database, whatever the function says.
    let maker = world.credential_id(&session).await;
    let sql = format!(
        "BEGIN; SELECT app.bind('{}', NULL); SELECT app.clear_second_factor('{maker}', '{owner}', 'owner', '{{}}', now()); ROLLBACK",
        world.organization
    );
    assert!(postgres::superuser().await.batch_execute(&sql).await.is_err());
    assert_eq!(ask(&reset(other).in_session(&session)).await.status, 200, "another owner's is theirs to take");
}

#[tokio::test]
async fn a_stranger_in_an_open_session_resets_no_second_factor() {
    let world = World::posting_by_hand().await;
    let (owner, other) = (world.member(Role::Owner).await, world.member(Role::Owner).await);
    choose_password(&world, other).await;
    enrol(&world, other).await;
    let session = world.session_of(owner, &Role::Owner.words(), Assurance::SecondFactor).await;
    let age = "UPDATE credentials SET created_at = now() - $2 * interval '1 second'
        WHERE organization_id = $1 AND member_id IS NOT NULL AND kind = 'session'";
    let resetting = || {
        let key = uuid::Uuid::new_v4().to_string();
        Event::new("POST", RESET, &[&other.to_string()]).in_session(&session).idempotent(&key)
    };

    world.execute(age, &[&world.organization, &600.0]).await;
    assert_eq!(ask(&resetting()).await.problem(), "403 forbidden :not_fresh");
    assert_eq!(read(&world, other).await["has_second_factor"], true);

    world.execute(age, &[&world.organization, &570.0]).await;
    assert_eq!(ask(&resetting()).await.status, 200);
}

//! Invitations.

use shared::queue::{Envelope, MAIL_REQUEST, OUTBOX_NUDGE, Queue, QueueSender};

use super::*;

#[tokio::test]
async fn an_invitation_makes_a_member_a_key_and_the_wish_for_a_mail() {
    let world = World::posting_by_hand().await;

    let answer = ask(&inviting(&world.token, &frida())).await;

    assert_eq!(answer.status, 201, "{}", answer.text);
    let mut expected = frida();
    for (name, value) in [
        ("member_id", answer.body["member_id"].clone()),
        ("state", json!("invited")),
        ("created_at", answer.body["created_at"].clone()),
        ("last_sign_in_at", Value::Null),
        ("has_second_factor", json!(false)),
        ("invitation_refused", json!(false)),
    ] {
        expected[name] = value;
    }
    assert_eq!(answer.body, expected);
    assert_eq!(mails(&world).await, ["member_invitation"]);
    let sealed_for = "SELECT p.kind, length(p.wrapped_key) > 32
        FROM members AS m JOIN people AS p USING (organization_id, person_id)
        WHERE m.organization_id = $1";
    let rows = world.own_rows(sealed_for).await;
    assert_eq!((rows.len(), rows[0].get::<_, String>(0), rows[0].get::<_, bool>(1)), (1, "member".to_owned(), true));
}

#[tokio::test]
async fn name_and_address_of_who_is_invited_stand_sealed_in_the_log() {
    let world = World::posting_by_hand().await;

    let answer = ask(&inviting(&world.token, &frida())).await;

    let entries = world.entries().await;
    assert_eq!(world.actions().await, ["member.invited"]);
    assert_eq!(entries[0]["target"], json!({ "kind": "member", "id": answer.body["member_id"] }));
    let added = &entries[0]["diff"]["added"];
    assert_eq!(added["role"], "front_desk");
    assert!(added["person_id"].is_string());
    assert!(added["name"]["sealed"].is_string() && added["email"]["sealed"].is_string(), "{added}");
}

#[tokio::test]
async fn no_two_members_have_one_address_in_whatever_case_unless_in_two_organizations() {
    let (world, other) = (World::posting_by_hand().await, World::posting_by_hand().await);
    ask(&inviting(&world.token, &frida())).await;
    let mut again = frida();
    again["email"] = json!("FRIDA@North-Gate.example");

    let refused = ask(&inviting(&world.token, &again)).await;
    let elsewhere = ask(&inviting(&other.token, &again)).await;

    assert_eq!((refused.problem().as_str(), elsewhere.status), ("409 conflict /email:taken", 201));
    assert_eq!((world.count("members").await, world.count("people").await), (1, 2));
}

#[tokio::test]
async fn two_invitations_at_once_to_one_address_make_one_member() {
    let world = World::posting_by_hand().await;
    let (one, other) = (deps(&[]).await, deps(&[]).await);
    let (first, second) = (inviting(&world.token, &frida()), inviting(&world.token, &frida()));

    let (first, second) =
        tokio::join!(first.send(&one, manage_members::handle), second.send(&other, manage_members::handle));

    let mut problems = [first, second].map(|answer| answer.problem());
    problems.sort();
    assert_eq!(problems, ["201 -", "409 conflict /email:taken"]);
    assert_eq!((world.count("members").await, mails(&world).await.len()), (1, 1));
}

#[tokio::test]
async fn only_who_waits_is_invited_again() {
    let world = World::posting_by_hand().await;
    let member = world.member(Role::Auditor).await;

    for (state, expected) in
        [("invited", "200 -"), ("active", "409 conflict :not_invited"), ("deactivated", "409 conflict :not_invited")]
    {
        set(&world, member, &format!("state = '{state}'")).await;
        assert_eq!(ask(&to(&world, member, INVITE)).await.problem(), expected, "{state}");
    }

    assert_eq!(mails(&world).await, ["member_invitation"]);
    assert_eq!(world.actions().await, ["member.invited"]);
}

#[tokio::test]
async fn the_queue_of_mail_is_told_of_mail_and_of_nothing_else() {
    let variables = stack::variables("fn_manage_members", &[]);
    let queue = QueueSender::to(Queue::MailRequests, &variables).expect("a queue");
    let now = shared::clock::Clock::System { offset_s: 0 }.now();
    let told = |kind| queue.carries(&Envelope::new(kind, uuid::Uuid::nil().into(), uuid::Uuid::nil(), "r", now));

    assert_eq!((told(MAIL_REQUEST), told(OUTBOX_NUDGE)), (true, false));
}

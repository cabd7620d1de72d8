//! What is said of a member stands where members are kept, and nowhere else in the clear.

use shared::audit::hex;

use super::*;

const CANARY: &str = "zqkwuvxy";

#[tokio::test]
async fn name_and_address_stand_in_no_entry_no_event_and_no_mail_that_waits() {
    let world = World::posting_by_hand().await;
    world.member(Role::Owner).await;
    let person = json!({ "email": format!("{CANARY}@example.com"), "name": format!("{CANARY} Desk"), "role": "host" });
    let invited = ask(&inviting(&world.token, &person)).await;
    let member: MemberId = serde_json::from_value(invited.body["member_id"].clone()).expect("an id");

    let mut statuses = Vec::new();
    for event in [
        to(&world, member, INVITE),
        giving(&world.token, member, Role::Auditor),
        to(&world, member, DEACTIVATE).json(&json!({ "reason": REASON })),
        to(&world, member, REACTIVATE),
    ] {
        statuses.push(ask(&event).await.status);
    }

    assert_eq!(statuses, [200; 4]);
    let shown = read(&world, member).await;
    assert_eq!((&shown["email"], &shown["name"]), (&person["email"], &person["name"]), "the canary is alive");
    let actions =
        ["member.invited", "member.invited", "member.role_changed", "member.deactivated", "member.reactivated"];
    assert_eq!(world.actions().await, actions);
    for table in ["audit_log", "outbox", "mails", "answers", "credentials"] {
        let sql = format!("SELECT t::text FROM {table} AS t WHERE organization_id = $1");
        let rows = world.own_rows(&sql).await;
        assert!(!rows.is_empty(), "{table}");
        let telling: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
        let telling = telling.concat().to_lowercase();
        assert!(!telling.contains(CANARY) && !telling.contains(&hex(CANARY.as_bytes())), "{table}");
    }
}

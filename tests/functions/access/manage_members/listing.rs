//! Members as they are shown, and that showing changes nothing.

use std::collections::BTreeSet;

use super::*;

fn ids(answer: &Answer) -> Vec<String> {
    let items = answer.body["items"].as_array().expect("items");
    items.iter().map(|item| item["member_id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn members_are_listed_the_oldest_first_page_by_page() {
    let world = World::posting_by_hand().await;
    let mut made = Vec::new();
    for role in [Role::Owner, Role::Auditor, Role::Host] {
        made.push(world.member(role).await.to_string());
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
    let listing = Event::new("GET", MEMBERS, &[]).bearer(&world.token);

    let first = ask(&listing.clone().query("limit=2")).await;
    let cursor = first.body["next_cursor"].as_str().expect("another page").to_owned();
    let second = ask(&listing.query(&format!("limit=2&cursor={cursor}"))).await;

    assert_eq!([ids(&first), ids(&second)].concat(), made);
    assert_eq!(second.body["next_cursor"], Value::Null);
    assert_eq!(world.actions().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_member_is_shown_with_their_last_sign_in_and_without_what_they_prove() {
    let world = World::posting_by_hand().await;
    let member = world.member(Role::Security).await;
    choose_password(&world, member).await;
    let before = read(&world, member).await;
    enrol(&world, member).await;
    set(&world, member, "last_sign_in_at = '2026-10-31T12:00:00Z'").await;

    let after = read(&world, member).await;

    assert_eq!((&before["has_second_factor"], &after["has_second_factor"]), (&json!(false), &json!(true)));
    assert_eq!((&before["last_sign_in_at"], &after["last_sign_in_at"]), (&Value::Null, &json!("2026-10-31T12:00:00Z")));
    let shown: BTreeSet<_> = after.as_object().unwrap().keys().map(String::as_str).collect();
    let wanted = [
        "member_id",
        "name",
        "email",
        "role",
        "state",
        "created_at",
        "last_sign_in_at",
        "has_second_factor",
        "invitation_refused",
    ];
    assert_eq!(shown, wanted.into());
    let listed = ask(&Event::new("GET", MEMBERS, &[]).bearer(&world.token)).await;
    assert_eq!(listed.body["items"], json!([after]));
}

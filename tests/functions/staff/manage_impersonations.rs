//! `manage-impersonations` promises: an organization sees who of the operator's staff comes and why, lets them in where
//! it says so, and ends it.

mod refusals;

use serde_json::{Value, json};
use shared::access::Role;

use crate::harness::{
    Event, World,
    event::Answer,
    staff::{REASON, Staff, ask, ask_at, by_customer, coming_in, ending, letting_in},
};

const LIST: &str = "/v1/impersonations";
const ONE: &str = "/v1/impersonations/{impersonation_id}";
const POLICY: &str = "/v1/impersonation-policy";
const DAY_S: i64 = 86_400;

fn requiring(customer: &World, requires_approval: bool) -> Event {
    by_customer(customer, "PATCH", POLICY, &[]).json(&json!({ "requires_approval": requires_approval }))
}

fn reading(customer: &World, impersonation: &str) -> Event {
    Event::new("GET", ONE, &[impersonation]).bearer(&customer.token)
}

/// Where it stands, so many seconds from now.
async fn state(customer: &World, impersonation: &str, offset_s: i64) -> Value {
    ask_at(offset_s, &reading(customer, impersonation)).await.body["state"].clone()
}

async fn list(customer: &World, query: &str) -> Answer {
    ask(&Event::new("GET", LIST, &[]).bearer(&customer.token).query(query)).await
}

/// Every route, with what it takes.
fn routes(customer: &World, impersonation: &str) -> Vec<Event> {
    vec![
        Event::new("GET", LIST, &[]).bearer(&customer.token),
        reading(customer, impersonation),
        letting_in(customer, impersonation, true),
        ending(customer, impersonation),
        Event::new("GET", POLICY, &[]).bearer(&customer.token),
        requiring(customer, true),
    ]
}

#[tokio::test]
async fn the_organization_sees_who_came_as_what_and_why() {
    let (staff, customer) = (Staff::of(Role::Admin).await, World::new().await);
    let opened = staff.open(&customer, Role::Owner).await;

    let seen = ask(&reading(&customer, &opened.id)).await;

    assert_eq!(seen.status, 200, "{}", seen.text);
    let told = &opened.answer.body;
    let expected = json!({
        "impersonation_id": opened.id, "staff_id": staff.member, "staff_name": "Member of the test",
        "staff_organization_id": staff.operator.organization, "staff_role": "admin", "role": "owner", "reason": REASON,
        "state": "open", "requested_at": seen.body["requested_at"], "approved_at": null, "restricted_approved_at": null,
        "opened_at": told["opened_at"], "expires_at": told["expires_at"], "ended_at": null, "ended_by": null,
    });
    assert_eq!(seen.body, expected);
    assert_eq!(list(&customer, "").await.body["items"], json!([expected]));
}

#[tokio::test]
async fn a_list_is_paged_from_the_oldest_on() {
    let (staff, customer) = (Staff::of(Role::Admin).await, World::new().await);
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(staff.request(&customer, Role::Owner).await);
    }

    let first = list(&customer, "limit=2").await;
    let cursor = first.body["next_cursor"].as_str().expect("a cursor").to_owned();
    let second = list(&customer, &format!("limit=2&cursor={cursor}")).await;

    let pages = [&first, &second].map(|page| page.body["items"].as_array().unwrap().clone());
    let listed: Vec<_> = pages.iter().flatten().map(|item| item["impersonation_id"].as_str().unwrap()).collect();
    assert_eq!((listed, &second.body["next_cursor"]), (ids.iter().map(String::as_str).collect(), &Value::Null));
}

#[tokio::test]
async fn staff_are_let_in_once_with_an_entry() {
    let (staff, customer) = (Staff::of(Role::Admin).await, World::new().await);
    assert_eq!(ask(&requiring(&customer, true)).await.status, 200);
    let id = staff.request(&customer, Role::Owner).await;
    assert_eq!(state(&customer, &id, 0).await, "requested");

    let (first, again) = (ask(&letting_in(&customer, &id, false)).await, ask(&letting_in(&customer, &id, false)).await);

    assert_eq!((first.status, &first.body["state"]), (200, &json!("approved")), "{}", first.text);
    assert_eq!(first.body, again.body);
    assert_eq!(first.body, ask(&reading(&customer, &id)).await.body);
    let approvals: Vec<_> =
        customer.entries().await.into_iter().filter(|entry| entry["action"] == "impersonation.approved").collect();
    assert_eq!(approvals.len(), 1);
    assert_eq!(approvals[0]["target"], json!({ "kind": "impersonation", "id": id }));
    assert_eq!(approvals[0]["diff"]["added"], json!({ "restricted": false, "role": "owner" }));
    // To Restricted values too, later, which is another entry.
    let further = ask(&letting_in(&customer, &id, true)).await;
    assert_eq!(further.body["approved_at"], first.body["approved_at"]);
    assert!(further.body["restricted_approved_at"].is_string());
    staff.come_in(&customer, id).await;
}

#[tokio::test]
async fn what_is_ended_stays_so_and_opens_nothing() {
    let (staff, customer) = (Staff::of(Role::Admin).await, World::new().await);
    let requested = staff.request(&customer, Role::Owner).await;
    let handed = staff.request(&customer, Role::Owner).await;
    let token = staff.token(&customer, &handed).await;
    let opened = staff.open(&customer, Role::Owner).await;

    for id in [&requested, &handed, &opened.id] {
        let (first, again) = (ask(&ending(&customer, id)).await, ask(&ending(&customer, id)).await);
        assert_eq!(
            (&first.body["state"], &first.body["ended_by"]),
            (&json!("ended"), &json!("customer")),
            "{}",
            first.text
        );
        assert_eq!((first.body.clone(), first.body), (again.body, ask(&reading(&customer, id)).await.body));
        assert_eq!(ask(&letting_in(&customer, id, true)).await.problem(), "409 conflict :ended");
    }
    assert_eq!(ask(&coming_in(&token)).await.problem(), "401 unauthenticated");
    assert_eq!(ask(&opened.reading("/v1/visits")).await.problem(), "401 unauthenticated");
    let ended: Vec<_> =
        customer.entries().await.into_iter().filter(|entry| entry["action"] == "impersonation.ended").collect();
    assert_eq!(ended.len(), 3);
    assert!(ended.iter().all(|entry| entry["diff"]["added"] == json!({ "ended_by": "customer" })), "{ended:?}");
}

#[tokio::test]
async fn where_it_stands_follows_the_clock() {
    let (staff, customer) = (Staff::of(Role::Admin).await, World::new().await);
    let waiting = staff.request(&customer, Role::Owner).await;
    let opened = staff.open(&customer, Role::Owner).await.id;

    assert_eq!(state(&customer, &waiting, DAY_S - 60).await, "approved");
    assert_eq!(state(&customer, &waiting, DAY_S).await, "lapsed");
    assert_eq!(state(&customer, &opened, 29 * 60).await, "open");
    assert_eq!(state(&customer, &opened, 30 * 60).await, "ended");
    assert_eq!(ask_at(DAY_S, &letting_in(&customer, &waiting, false)).await.problem(), "409 conflict :ended");
    // It was not ended: its time ran out.
    let seen = ask_at(DAY_S, &ending(&customer, &opened)).await;
    assert_eq!((seen.status, &seen.body["ended_at"], &seen.body["ended_by"]), (200, &Value::Null, &Value::Null));
}

#[tokio::test]
async fn the_policy_is_changed_with_an_entry_and_holds_for_who_asked_before() {
    let (staff, customer) = (Staff::of(Role::Admin).await, World::new().await);
    let (before, open) = (staff.request(&customer, Role::Owner).await, staff.open(&customer, Role::Owner).await);
    let policy = async || ask(&Event::new("GET", POLICY, &[]).bearer(&customer.token)).await.body;
    assert_eq!(policy().await, json!({ "requires_approval": false }));

    for _ in 0..2 {
        assert_eq!(ask(&requiring(&customer, true)).await.body, json!({ "requires_approval": true }));
    }

    assert_eq!(policy().await, json!({ "requires_approval": true }));
    assert_eq!(state(&customer, &before, 0).await, "requested");
    // Who is in already stays in, until they are ended.
    assert_eq!(ask(&open.reading("/v1/visits")).await.status, 200);
    let changes: Vec<_> = customer
        .entries()
        .await
        .into_iter()
        .filter(|entry| entry["action"] == "impersonation_policy.changed")
        .collect();
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0]["diff"]["changed"], json!({ "requires_approval": { "from": false, "to": true } }));
}

#[tokio::test]
async fn a_request_that_meets_a_change_of_the_policy_waits_for_it_and_is_bound_by_it() {
    let (staff, customer) = (Staff::of(Role::Admin).await, World::new().await);
    let holder = crate::harness::postgres::superuser().await;
    let turn_on = format!(
        "BEGIN; UPDATE organizations SET requires_staff_approval = true WHERE organization_id = '{}'",
        customer.organization
    );
    holder.batch_execute(&turn_on).await.unwrap();
    let event = staff.asking(&customer, Role::Owner);
    let asking = tokio::spawn(async move { ask(&event).await });
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    assert!(!asking.is_finished(), "it does not wait");

    holder.batch_execute("COMMIT").await.unwrap();

    assert_eq!(asking.await.unwrap().body["state"], "requested");
}

#[tokio::test]
async fn staff_do_not_let_themselves_in() {
    let (staff, customer) = (Staff::of(Role::Owner).await, World::new().await);
    let opened = staff.open(&customer, Role::Owner).await;
    for event in routes(&customer, &opened.id) {
        let event = event.without_header("authorization").in_session(&opened.session);
        assert_eq!(ask(&event).await.problem(), "403 forbidden");
    }
    assert_eq!(state(&customer, &opened.id, 0).await, "open");
}

#[tokio::test]
async fn a_member_who_may_not_reveal_lets_no_staff_reveal() {
    let (staff, customer) = (Staff::of(Role::Admin).await, World::new().await);
    let id = staff.request(&customer, Role::Owner).await;
    let approver = customer.token_with(&["impersonation.approve"]).await;

    assert_eq!(ask(&letting_in(&customer, &id, true).bearer(&approver)).await.problem(), "403 forbidden");
    let entry = customer.entries().await.pop().expect("an entry");
    assert_eq!(
        (&entry["action"], &entry["diff"]["added"]["permission"]),
        (&json!("access.refused"), &json!("visit.reveal"))
    );
    assert_eq!(ask(&letting_in(&customer, &id, false).bearer(&approver)).await.status, 200);
    assert_eq!(ask(&letting_in(&customer, &id, true)).await.status, 200);
}

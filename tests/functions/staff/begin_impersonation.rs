//! `begin-impersonation` promises: a token opens once, for the staff who asked for it and what they asked for, and what
//! it opens reaches no further than both roles and ends when it must.

mod attacks;
mod failures;
mod limits;

use serde_json::{Value, json};
use shared::access::{Permission, Role, staff_reach};

use crate::harness::{
    World, arrivals,
    staff::{REASON, Staff, ask, ask_at, coming_in, ending, letting_in},
};

const MINUTE_S: i64 = 60;

#[tokio::test]
async fn a_token_opens_what_was_asked_for_with_an_entry_that_says_why() {
    let (staff, customer) = (Staff::of(Role::Admin).await, World::new().await);

    let opened = staff.open(&customer, Role::Owner).await;

    let (told, id) = (&opened.answer.body, json!(opened.id));
    assert_eq!((&told["impersonation_id"], &told["organization_id"]), (&id, &json!(customer.organization)));
    assert_eq!((&told["role"], &told["reason"]), (&json!("owner"), &json!(REASON)));
    let reach: Vec<_> = staff_reach(Role::Admin, Role::Owner, false).collect();
    assert_eq!(told["permissions"], json!(reach));
    assert!(opened.session.starts_with("dbx_test_") && !opened.answer.text.contains(&opened.session));
    assert_eq!(opened.answer.headers["x-doorbook-impersonation"], opened.id);
    let entry = customer.entries().await.pop().unwrap();
    assert_eq!((&entry["action"], &entry["reason"]), (&json!("impersonation.opened"), &json!(REASON)));
    assert_eq!(entry["actor"], json!({ "kind": "staff", "id": staff.member, "impersonation": id }));
    assert_eq!(entry["diff"]["added"]["staff_organization_id"], json!(staff.operator.organization));
    assert_eq!(entry["diff"]["added"]["expires_at"], told["expires_at"]);
    assert!(!json!(customer.entries().await).to_string().contains(&opened.session));
}

#[tokio::test]
async fn the_session_says_who_acts_for_whom_and_why() {
    let (staff, customer) = (Staff::of(Role::Admin).await, World::new().await);
    let opened = staff.open(&customer, Role::FrontDesk).await;

    let own = ask(&opened.reading("/v1/session")).await;

    let (banner, told) = (&own.body["banner"], &opened.answer.body);
    assert_eq!((own.status, &own.body["member"]), (200, &Value::Null), "{}", own.text);
    assert_eq!((&banner["impersonation_id"], &banner["staff_id"]), (&json!(opened.id), &json!(staff.member)));
    assert_eq!((&banner["staff_name"], &banner["role"]), (&json!("Member of the test"), &json!("front_desk")));
    assert_eq!((&banner["reason"], &banner["opened_at"]), (&json!(REASON), &told["opened_at"]));
    assert_eq!((&own.body["permissions"], &own.body["csrf_token"]), (&told["permissions"], &told["csrf_token"]));
}

#[tokio::test]
async fn every_answer_under_it_says_so_and_every_entry_cites_it() {
    let (staff, customer) = (Staff::of(Role::Admin).await, World::new().await);
    let opened = staff.open(&customer, Role::Owner).await;
    let before = customer.entries().await.len();
    let absent = uuid::Uuid::new_v4().to_string();
    let token = json!({ "name": "Left behind", "scopes": ["visit.read"] });
    let visit = crate::harness::Event::new("GET", "/v1/visits/{visit_id}", &[&absent]);

    for (event, status) in [
        (opened.reading("/v1/visits"), 200),
        (opened.making_a_site(), 201),
        (opened.changing("POST", "/v1/api-tokens", &[], &token), 403),
        (visit.in_session(&opened.session), 404),
        (opened.reading("/v1/visits").query("limit=0"), 400),
        (opened.making_a_site().text("{"), 400),
        (opened.making_a_site().header("content-type", "text/plain"), 415),
        (opened.making_a_site().header("origin", "https://evil.example"), 403),
    ] {
        let answer = ask(&event).await;
        assert_eq!(answer.status, status, "{}", answer.text);
        let shown = &answer.headers["x-doorbook-impersonation"];
        // What is refused before the database is asked is under one of which nothing is known.
        assert!(*shown == opened.id || (status >= 400 && shown == "unverified"), "{status} {shown}");
        assert!(matches!(status, 400 | 403 | 415) || *shown == opened.id, "{status} {shown}");
    }
    let ordinary = ask(&crate::harness::Event::new("GET", "/v1/visits", &[]).bearer(&customer.token)).await;
    assert!(!ordinary.headers.contains_key("x-doorbook-impersonation"));

    let entries = customer.entries().await.split_off(before);
    assert_eq!(entries.len(), 2, "{entries:?}");
    for (entry, action) in entries.iter().zip(["site.created", "access.refused"]) {
        assert_eq!(entry["action"], action);
        assert_eq!(entry["actor"], json!({ "kind": "staff", "id": staff.member, "impersonation": opened.id }));
    }
}

#[tokio::test]
async fn a_role_that_only_reads_at_the_operators_only_reads_at_the_customers() {
    let (auditor, owner) = (Staff::of(Role::Auditor).await, Staff::of(Role::Owner).await);
    let customer = World::new().await;
    let (reads, writes) = (auditor.open(&customer, Role::Owner).await, owner.open(&customer, Role::Owner).await);

    assert_eq!(reads.answer.body["permissions"], json!(["audit.read", "visit.read"]));
    assert_eq!(ask(&reads.reading("/v1/visits")).await.status, 200);
    assert_eq!(ask(&reads.making_a_site()).await.problem(), "403 forbidden");
    // The positive control, and the other way round: an owner who acts as an auditor.
    assert_eq!(ask(&writes.making_a_site()).await.status, 201);
    let writes = owner.open(&customer, Role::Auditor).await;
    assert_eq!(ask(&writes.making_a_site()).await.problem(), "403 forbidden");
}

#[tokio::test]
async fn restricted_values_take_the_customers_word_and_their_entry_cites_the_impersonation() {
    let (staff, customer) = (Staff::of(Role::Owner).await, World::new().await);
    let visit = arrivals::visit_of(&customer, &arrivals::driver(&customer)).await;
    let body = json!({ "fields": ["licence_number"], "reason": "The carrier asked which licence was shown" });
    let opened = staff.open(&customer, Role::Owner).await;
    let revealing = || opened.changing("POST", "/v1/visits/{visit_id}/reveal", &[&visit], &body);
    assert_eq!(ask(&revealing()).await.problem(), "403 forbidden");
    assert_eq!(ask(&letting_in(&customer, &opened.id, false)).await.status, 200);
    assert_eq!(ask(&revealing()).await.problem(), "403 forbidden");

    assert_eq!(ask(&letting_in(&customer, &opened.id, true)).await.status, 200);

    let revealed = ask(&revealing()).await;
    assert_eq!(revealed.body["values"]["licence_number"], arrivals::LICENCE_NUMBER, "{}", revealed.text);
    let entry = customer.entries().await.pop().unwrap();
    assert_eq!(entry["action"], "visit.revealed");
    assert_eq!(entry["actor"], json!({ "kind": "staff", "id": staff.member, "impersonation": opened.id }));
    let own = ask(&opened.reading("/v1/session")).await;
    assert!(own.body["permissions"].as_array().unwrap().contains(&json!("visit.reveal")));
}

#[tokio::test]
async fn the_customers_word_before_the_opening_counts_and_gives_no_role_what_it_has_not() {
    let customer = World::new().await;
    for (own, role, reveals) in
        [(Role::Owner, Role::Owner, true), (Role::Auditor, Role::Owner, false), (Role::Owner, Role::FrontDesk, false)]
    {
        let staff = Staff::of(own).await;
        let id = staff.request(&customer, role).await;
        assert_eq!(ask(&letting_in(&customer, &id, true)).await.status, 200);
        let opened = staff.come_in(&customer, id).await;
        // Once more while it is open, which changes nothing.
        assert_eq!(ask(&letting_in(&customer, &opened.id, true)).await.status, 200);
        let permissions = ask(&opened.reading("/v1/session")).await.body["permissions"].clone();
        let reach: Vec<Permission> = staff_reach(own, role, true).collect();
        assert_eq!(permissions, json!(reach));
        assert_eq!(reach.contains(&Permission::VisitReveal), reveals);
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_by_place() {
    for (body, problem) in [
        (r#"{"token": "#, "400 malformed /token:not_json"),
        (r#"{"token": 7}"#, "400 malformed /token:wrong_type"),
        ("{}", "400 malformed /token:missing"),
        (r#"{"token": "v4.public.x", "role": "owner"}"#, "400 malformed /role:unknown_field"),
        (r#"{"token": ""}"#, "401 unauthenticated"),
        (r#"{"token": "v4.public.x"}"#, "401 unauthenticated"),
    ] {
        assert_eq!(ask(&coming_in("x").text(body)).await.problem(), problem, "{body}");
    }
    let other = coming_in("x").header("content-type", "text/plain");
    assert_eq!(ask(&other).await.problem(), "415 unsupported_media_type");
    assert_eq!(ask(&coming_in(&"x".repeat(8193))).await.problem(), "401 unauthenticated");
}

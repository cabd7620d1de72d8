//! `request-impersonation` promises: only staff who proved a second factor ask, both organizations' logs say so before
//! anything opens, and a token goes to the staff who asked, once the customer lets them in.

mod failures;

use serde_json::{Value, json};
use shared::{access::Role, authn::session::Assurance, id::MemberId};

use crate::harness::{
    World,
    staff::{REASON, Staff, ask, ask_at, by_customer, ending, letting_in, session},
};

const DAY_S: f64 = 86_400.0;

/// The newest entry of a world's log.
async fn last(world: &World) -> Value {
    world.entries().await.pop().expect("an entry")
}

/// The customer lets staff in from now on.
async fn demand_approval(customer: &World) {
    let policy = by_customer(customer, "PATCH", "/v1/impersonation-policy", &[]);
    assert_eq!(ask(&policy.json(&json!({ "requires_approval": true }))).await.status, 200);
}

#[tokio::test]
async fn a_request_stands_in_both_logs_which_name_each_other() {
    let (staff, customer) = (Staff::of(Role::Admin).await, World::new().await);

    let answer = ask(&staff.asking(&customer, Role::FrontDesk)).await;

    assert_eq!(answer.status, 201, "{}", answer.text);
    let id = &answer.body["impersonation_id"];
    let expected = json!({ "impersonation_id": id, "organization_id": customer.organization, "state": "approved", "role": "front_desk" });
    assert_eq!(answer.body, expected);
    let (theirs, own) = (last(&customer).await, last(&staff.operator).await);
    for entry in [&theirs, &own] {
        assert_eq!((&entry["action"], &entry["reason"]), (&json!("impersonation.requested"), &json!(REASON)));
        assert_eq!(entry["target"], json!({ "kind": "impersonation", "id": id }));
        assert_eq!(entry["diff"]["added"]["role"], "front_desk");
    }
    assert_eq!(theirs["request_id"], own["request_id"]);
    assert_eq!(theirs["actor"], json!({ "kind": "staff", "id": staff.member, "impersonation": id }));
    assert_eq!(own["actor"], json!({ "kind": "member", "id": staff.member }));
    assert_eq!(theirs["diff"]["added"]["staff_organization_id"], json!(staff.operator.organization));
    assert_eq!(own["diff"]["added"]["organization_id"], json!(customer.organization));
    assert!(!json!([theirs, own]).to_string().contains("Member of the test"));
}

#[tokio::test]
async fn each_owner_of_the_customer_is_told_once() {
    let (staff, customer) = (Staff::of(Role::Admin).await, World::posting_by_hand().await);
    let (owner, _) = (customer.member(Role::Owner).await, customer.member(Role::Admin).await);
    let asking = staff.asking(&customer, Role::FrontDesk);

    for event in [&asking, &asking.again()] {
        assert_eq!(ask(event).await.status, 201);
    }

    let sql = "SELECT member_id FROM mails WHERE organization_id = $1 AND kind = 'impersonation_requested'";
    let told: Vec<MemberId> = customer.own_rows(sql).await.iter().map(|row| row.get(0)).collect();
    assert_eq!(told, [owner]);
}

#[tokio::test]
async fn a_token_is_shown_once_and_a_newer_one_may_be_asked_for() {
    let (staff, customer) = (Staff::of(Role::Admin).await, World::new().await);
    let id = staff.request(&customer, Role::Owner).await;
    let going = staff.going_over(&customer, &id);

    let (first, again) = (ask(&going).await, ask(&going.again()).await);
    let newer = ask(&staff.going_over(&customer, &id)).await;

    let token = first.body["token"].as_str().unwrap();
    assert!(token.starts_with("v4.public."), "{token}");
    assert_eq!(
        (again.status, &again.body["token"], &again.body["expires_at"]),
        (201, &Value::Null, &first.body["expires_at"])
    );
    assert_eq!(again.headers["idempotency-replayed"], "true");
    assert_ne!(newer.body["token"], first.body["token"]);
    let entry = last(&staff.operator).await;
    assert_eq!(entry["action"], "impersonation.handed_off");
    assert_eq!(entry["target"], json!({ "kind": "impersonation", "id": id }));
    assert_eq!(entry["diff"]["added"]["organization_id"], json!(customer.organization));
    assert!(!json!(staff.operator.entries().await).to_string().contains("v4.public"));
    let actions = staff.operator.actions().await;
    assert_eq!(actions.iter().filter(|action| *action == "impersonation.handed_off").count(), 2);
}

#[tokio::test]
async fn only_staff_who_proved_a_second_factor_ask() {
    let (staff, customer) = (Staff::of(Role::Admin).await, World::new().await);
    let id = staff.request(&customer, Role::Owner).await;
    let (before, operator) = (customer.actions().await, &staff.operator);
    let colleague = operator.member(Role::Owner).await;
    let owner = customer.member(Role::Owner).await;
    let sessions = [
        session(operator, colleague, Role::Owner, Assurance::SecondFactor).await,
        session(operator, staff.member, Role::Admin, Assurance::Password).await,
        // An owner of the customer's is not the operator's staff, whatever they may do at home.
        session(&customer, owner, Role::Owner, Assurance::SecondFactor).await,
    ];

    for session in &sessions {
        for event in [staff.asking(&customer, Role::Owner), staff.going_over(&customer, &id)] {
            let refused = ask(&event.in_session(session)).await;
            assert_eq!(refused.problem(), "403 forbidden");
        }
    }

    let refusals: Vec<_> =
        operator.entries().await.into_iter().filter(|entry| entry["action"] == "access.refused").collect();
    assert_eq!(refusals.len(), 4);
    assert!(refusals.iter().all(|entry| entry["diff"]["added"]["permission"] == "staff"), "{refusals:?}");
    let written = customer.actions().await;
    assert_eq!(written[before.len()..], ["access.refused".to_owned(), "access.refused".to_owned()]);
    assert_eq!(ask(&staff.going_over(&customer, &id)).await.status, 201);
}

#[tokio::test]
async fn a_dismissed_member_and_one_whose_session_ended_ask_for_nothing() {
    let (staff, customer) = (Staff::of(Role::Admin).await, World::new().await);
    assert_eq!(ask(&staff.asking(&customer, Role::Owner)).await.status, 201);

    staff.dismiss().await;
    assert_eq!(ask(&staff.asking(&customer, Role::Owner)).await.problem(), "403 forbidden");

    let end = "UPDATE credentials SET revoked_at = now() WHERE organization_id = $1 AND kind = 'session'";
    staff.operator.execute(end, &[&staff.operator.organization]).await;
    assert_eq!(ask(&staff.asking(&customer, Role::Owner)).await.problem(), "401 unauthenticated");
    assert_eq!(customer.count("impersonations").await, 1);
}

#[tokio::test]
async fn where_the_customer_lets_staff_in_a_token_waits_for_it() {
    let (staff, customer) = (Staff::of(Role::Admin).await, World::new().await);
    let before = staff.request(&customer, Role::Owner).await;
    demand_approval(&customer).await;
    let answer = ask(&staff.asking(&customer, Role::Owner)).await;
    assert_eq!(answer.body["state"], "requested");
    assert_eq!(last(&customer).await["diff"]["added"]["needs_approval"], true);

    // It holds for what was asked for before, too.
    for id in [&before, answer.body["impersonation_id"].as_str().unwrap()] {
        assert_eq!(ask(&staff.going_over(&customer, id)).await.problem(), "409 conflict :waits_for_approval");
        assert_eq!(ask(&letting_in(&customer, id, false)).await.status, 200);
        assert_eq!(ask(&staff.going_over(&customer, id)).await.status, 201);
    }
}

#[tokio::test]
async fn what_has_ended_is_open_or_lapsed_gives_no_token() {
    let (staff, customer) = (Staff::of(Role::Admin).await, World::new().await);
    let ended = staff.request(&customer, Role::Owner).await;
    assert_eq!(ask(&ending(&customer, &ended)).await.status, 200);
    let open = staff.open(&customer, Role::Owner).await.id;
    let old = staff.request(&customer, Role::Owner).await;
    let sql = "UPDATE impersonations SET requested_at = requested_at - $3 * interval '1 second'
        WHERE organization_id = $1 AND impersonation_id::text = $2";
    customer.execute(sql, &[&customer.organization, &old, &(DAY_S - 60.0)]).await;
    assert_eq!(ask(&staff.going_over(&customer, &old)).await.status, 201, "within a day");
    customer.execute(sql, &[&customer.organization, &old, &60.0]).await;

    for (id, state) in [(&ended, "ended"), (&open, "already_open"), (&old, "ended")] {
        assert_eq!(ask(&staff.going_over(&customer, id)).await.problem(), format!("409 conflict :{state}"));
    }
}

#[tokio::test]
async fn staff_hand_off_only_what_they_asked_for() {
    let (staff, customer) = (Staff::of(Role::Admin).await, World::new().await);
    let (stranger, elsewhere) = (Staff::of(Role::Admin).await, World::new().await);
    let id = staff.request(&customer, Role::Owner).await;
    let absent = uuid::Uuid::new_v4().to_string();

    let theirs = ask(&stranger.going_over(&customer, &id)).await;

    assert_eq!(theirs.problem(), "404 not_found");
    for event in [
        stranger.going_over(&customer, &absent),
        stranger.going_over(&customer, "nonsense"),
        staff.going_over(&elsewhere, &id),
        staff.going_over(&customer, &absent),
        staff.going_over(&customer, &id).json(&json!({ "slug": "unknown-s" })),
    ] {
        assert_eq!(ask(&event).await.without_request_id(), theirs.without_request_id());
    }
    assert_eq!(ask(&staff.going_over(&customer, &id)).await.status, 201);
}

#[tokio::test]
async fn an_unknown_handle_or_the_operators_own_is_refused() {
    let (staff, customer) = (Staff::of(Role::Admin).await, World::new().await);
    let to = |slug: &str| {
        let body = json!({ "slug": slug, "role": "owner", "reason": REASON });
        staff.asking(&customer, Role::Owner).json(&body)
    };

    assert_eq!(ask(&to("unknown-s")).await.problem(), "404 not_found");
    let own = ask(&to(&staff.operator.slug)).await;
    assert_eq!(own.problem(), "422 unprocessable /slug:own_organization");
    assert_eq!(staff.operator.count("impersonations").await, 0);
    assert_eq!(ask(&to(&customer.slug)).await.status, 201);
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_by_place() {
    let (staff, customer) = (Staff::of(Role::Admin).await, World::new().await);
    let id = staff.request(&customer, Role::Owner).await;
    for (field, value, problem) in [
        ("slug", json!("North Gate"), "/slug:wrong_form"),
        ("role", json!("operator"), "/role:unknown_value"),
        ("reason", json!("too short a reason"), "/reason:too_short"),
        ("reason", json!(" ".repeat(40)), "/reason:empty"),
        ("reason", json!("x".repeat(501)), "/reason:too_long"),
        ("reason", Value::Null, "/reason:wrong_type"),
        ("organization_id", json!(customer.organization), "/organization_id:unknown_field"),
        ("state", json!("approved"), "/state:unknown_field"),
    ] {
        let mut body = json!({ "slug": customer.slug, "role": "owner", "reason": REASON });
        body[field] = value;
        let answer = ask(&staff.asking(&customer, Role::Owner).json(&body)).await;
        assert_eq!(answer.problem(), format!("400 malformed {problem}"), "{body}");
    }
    for body in [r#"{"slug": "a-b", "token": "x"}"#, r#"{"slug":"#] {
        assert_eq!(ask(&staff.going_over(&customer, &id).text(body)).await.status, 400, "{body}");
    }
    let longest = json!({ "slug": customer.slug, "role": "owner", "reason": format!("{}déjà", "déjà vu ".repeat(62)) });
    let answer = ask(&staff.asking(&customer, Role::Owner).json(&longest)).await;
    let id = answer.body["impersonation_id"].as_str().expect("the longest reason is taken");
    staff.come_in(&customer, id.to_owned()).await;
}

#[tokio::test]
async fn neither_a_program_nor_an_impersonation_asks_and_no_credential_comes_first() {
    let (staff, customer) = (Staff::of(Role::Owner).await, World::new().await);
    let (id, third) = (staff.request(&customer, Role::Owner).await, World::new().await);
    let opened = staff.open(&customer, Role::Owner).await;
    for event in [staff.asking(&third, Role::Owner), staff.going_over(&customer, &id)] {
        let anonymous = event.again().with_cookies(&[]).text("{");
        assert_eq!(ask(&anonymous).await.problem(), "401 unauthenticated");
        let program = event.again().bearer(&staff.operator.token);
        assert_eq!(ask(&program).await.problem(), "403 forbidden");
        // Nested: staff in a customer's organization cannot go on to the next.
        let nested = ask(&event.again().in_session(&opened.session)).await;
        assert_eq!(nested.problem(), "403 forbidden");
        assert_eq!(nested.headers["x-doorbook-impersonation"], opened.id);
    }
    assert_eq!(third.count("impersonations").await, 0);
    let foreign = staff.asking(&third, Role::Owner).header("origin", "https://evil.example");
    assert_eq!(ask(&foreign).await.problem(), "403 forbidden #origin:not_the_console");
    assert_eq!(ask(&staff.asking(&third, Role::Owner).without_header("idempotency-key")).await.status, 400);
    assert_eq!(ask(&staff.asking(&third, Role::Owner)).await.status, 201);
}

#[tokio::test]
async fn a_session_that_was_not_used_for_half_an_hour_asks_for_nothing() {
    let (staff, customer) = (Staff::of(Role::Admin).await, World::new().await);
    assert_eq!(ask_at(28 * 60, &staff.asking(&customer, Role::Owner)).await.status, 201);
    assert_eq!(ask_at(61 * 60, &staff.asking(&customer, Role::Owner)).await.problem(), "401 unauthenticated");
}

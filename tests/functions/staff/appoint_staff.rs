//! `appoint-staff` promises: who may help customers is said by the operator alone, of its own active members, and a
//! dismissal ends whatever they had.

use serde_json::{Value, json};
use shared::{Error, Result, access::Role, http::read_json, runtime::Invocation};

use crate::harness::{
    World, stack,
    staff::{self, Staff, appoint},
    tap::Tap,
};

fn problem(outcome: Result<Value>) -> String {
    let error = outcome.expect_err("a refusal");
    let fields: Vec<String> = error.fields().iter().map(|field| format!("{}:{}", field.pointer, field.code)).collect();
    format!("{} {}", error.code().name(), fields.join(" "))
}

async fn invoke(changes: &[(&str, &str)], body: &Value) -> Result<Value> {
    let variables = stack::variables("fn_appoint_staff", changes);
    let deps = stack::connect::<appoint_staff::Deps>(&variables).await;
    let invocation = Invocation::new(uuid::Uuid::new_v4().to_string());
    let appointed = appoint_staff::handle(&deps, &invocation, read_json(body.to_string().as_bytes())?).await?;
    Ok(serde_json::to_value(appointed).expect("JSON"))
}

/// A world with a member of this address.
async fn operator() -> (World, Value, String) {
    let world = World::new().await;
    let member = world.member(Role::Admin).await;
    (world, json!(member), format!("{member}@example.com"))
}

async fn is_staff(world: &World) -> bool {
    let sql = "SELECT 1 FROM staff WHERE organization_id = $1 AND dismissed_at IS NULL";
    !world.own_rows(sql).await.is_empty()
}

#[tokio::test]
async fn a_member_is_appointed_and_dismissed_each_with_an_entry_in_their_own_organization() {
    let (world, member, email) = operator().await;

    let appointed = appoint(&world, &email.to_uppercase(), true).await.unwrap();

    let expected = json!({ "organization_id": world.organization, "member_id": member, "is_staff": true });
    assert_eq!((appointed, is_staff(&world).await), (expected, true));
    let dismissed = appoint(&world, &email, false).await.unwrap();
    assert_eq!((&dismissed["is_staff"], is_staff(&world).await), (&json!(false), false));
    assert_eq!(world.actions().await, ["staff.appointed", "staff.dismissed"]);
    for entry in world.entries().await {
        assert_eq!(entry["actor"], json!({ "kind": "system", "id": "appoint-staff" }));
        assert_eq!(entry["target"], json!({ "kind": "member", "id": member }));
        assert!(!entry.to_string().contains("@example.com"));
    }
}

#[tokio::test]
async fn what_is_so_already_is_left_so_without_an_entry() {
    let (world, _, email) = operator().await;
    for (is_staff, entries) in [(false, 0), (true, 1), (true, 1), (false, 2), (false, 2)] {
        assert_eq!(appoint(&world, &email, is_staff).await.unwrap()["is_staff"], json!(is_staff));
        assert_eq!(world.actions().await.len(), entries);
    }
}

#[tokio::test]
async fn who_is_no_member_or_not_active_is_not_appointed() {
    let (world, member, email) = operator().await;
    let stranger = World::new().await;
    for (body, expected) in [
        (json!({ "slug": "unknown-s", "email": email, "is_staff": true }), "unprocessable /slug:unknown_value"),
        (
            json!({ "slug": world.slug, "email": "no@body.example", "is_staff": true }),
            "unprocessable /email:unknown_value",
        ),
        // A member of the operator's organization is no member elsewhere.
        (json!({ "slug": stranger.slug, "email": email, "is_staff": true }), "unprocessable /email:unknown_value"),
    ] {
        assert_eq!(problem(invoke(&[], &body).await), expected, "{body}");
    }
    for state in ["invited", "deactivated"] {
        let sql = "UPDATE members SET state = $2 WHERE organization_id = $1";
        world.execute(sql, &[&world.organization, &state]).await;
        assert_eq!(problem(appoint(&world, &email, true).await), "unprocessable /email:not_active", "{state} {member}");
    }
    assert!(!is_staff(&world).await && world.actions().await.is_empty());
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_by_place() {
    for (field, value, expected) in [
        ("slug", json!("North Gate"), "malformed /slug:wrong_form"),
        ("email", json!("unknown"), "malformed /email:wrong_form"),
        ("is_staff", json!("yes"), "malformed /is_staff:wrong_type"),
        ("is_staff", Value::Null, "malformed /is_staff:wrong_type"),
        ("role", json!("owner"), "malformed /role:unknown_field"),
        ("organization_id", json!(uuid::Uuid::nil()), "malformed /organization_id:unknown_field"),
    ] {
        let mut body = json!({ "slug": "operator", "email": "a@b", "is_staff": true });
        body[field] = value;
        assert_eq!(problem(invoke(&[], &body).await), expected, "{body}");
    }
}

#[tokio::test]
async fn a_deactivated_member_is_dismissed_and_not_staff_again_when_they_come_back() {
    let (world, _, email) = operator().await;
    appoint(&world, &email, true).await.unwrap();
    for state in ["deactivated", "active"] {
        let sql = "UPDATE members SET state = $2 WHERE organization_id = $1";
        world.execute(sql, &[&world.organization, &state]).await;
        assert!(!is_staff(&world).await, "{state}");
    }
    // The positive control.
    appoint(&world, &email, true).await.unwrap();
    assert!(is_staff(&world).await);
}

#[tokio::test]
async fn a_dismissal_is_not_undone_by_an_appointment() {
    let (staff, customer) = (Staff::of(Role::Owner).await, World::new().await);
    let opened = staff.open(&customer, Role::Owner).await;
    let waiting = staff.request(&customer, Role::Owner).await;
    assert_eq!(staff::ask(&opened.reading("/v1/session")).await.status, 200);

    staff.dismiss().await;
    appoint(&staff.operator, &format!("{}@example.com", staff.member), true).await.unwrap();

    assert_eq!(staff::ask(&opened.reading("/v1/session")).await.problem(), "401 unauthenticated");
    assert_eq!(staff::ask(&staff.going_over(&customer, &waiting)).await.problem(), "409 conflict :ended");
    // The positive control: what is asked for anew opens.
    staff.open(&customer, Role::Owner).await;
}

#[tokio::test]
async fn a_lost_answer_appoints_once_and_an_absent_database_appoints_none() {
    let (world, _, email) = operator().await;
    let body = json!({ "slug": world.slug, "email": email, "is_staff": true });
    let variables = stack::variables("fn_appoint_staff", &[]);
    for lost in 0..9 {
        let (tap, url) = Tap::before_url(variables.required("DATABASE_URL").unwrap()).await;
        let settings = stack::variables("fn_appoint_staff", &[("DATABASE_URL", &url)]);
        let deps = stack::connect::<appoint_staff::Deps>(&settings).await;
        tap.lose_one_answer_after(lost);
        let invocation = Invocation::new(uuid::Uuid::new_v4().to_string());
        let read = read_json(body.to_string().as_bytes()).unwrap();
        let outcome = appoint_staff::handle(&deps, &invocation, read).await;
        assert!(matches!(outcome, Ok(_) | Err(Error::Unavailable(_))), "{lost}: {outcome:?}");
        assert_eq!(is_staff(&world).await, !world.actions().await.is_empty(), "{lost}");
    }

    assert!(invoke(&[], &body).await.is_ok());
    assert_eq!(world.actions().await, ["staff.appointed"]);
}

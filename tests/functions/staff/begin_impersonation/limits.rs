//! When an impersonation ends: by the clock, by the customer, by itself and by the operator, in warm functions too.

use super::*;
use crate::harness::{Event, stack, staff::Opened};

const UNAUTHENTICATED: &str = "401 unauthenticated";

/// A function that has served the impersonation before: whatever ends it must reach it there.
async fn warm(opened: &Opened) -> list_visits::Deps {
    let variables = stack::variables("fn_list_visits", &[]);
    let deps = stack::connect::<list_visits::Deps>(&variables).await;
    let answer = opened.reading("/v1/visits").send(&deps, list_visits::handle).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    deps
}

/// The next request, in the warm function.
async fn next(opened: &Opened, deps: &list_visits::Deps) -> String {
    let answer = opened.reading("/v1/visits").send(deps, list_visits::handle).await;
    // It belongs to no session any more, and the answer does not name one.
    assert_eq!(answer.headers["x-doorbook-impersonation"], "unverified");
    answer.problem()
}

#[tokio::test]
async fn it_ends_after_thirty_minutes_however_much_it_is_used() {
    let (staff, customer) = (Staff::of(Role::Admin).await, World::new().await);
    let opened = staff.open(&customer, Role::Owner).await;

    for minutes in [10, 20, 29] {
        assert_eq!(ask_at(minutes * MINUTE_S, &opened.reading("/v1/visits")).await.status, 200, "{minutes}");
    }
    assert_eq!(ask_at(30 * MINUTE_S, &opened.reading("/v1/visits")).await.problem(), UNAUTHENTICATED);
    assert_eq!(ask_at(30 * MINUTE_S, &opened.making_a_site()).await.problem(), UNAUTHENTICATED);
}

#[tokio::test]
async fn the_database_itself_gives_no_more_than_thirty_minutes() {
    let (staff, customer) = (Staff::of(Role::Admin).await, World::new().await);
    let id = staff.request(&customer, Role::Owner).await;
    customer
        .execute("SELECT set_config('app.organization_id', $1, false)", &[&customer.organization.to_string()])
        .await;
    let hand_off =
        "UPDATE impersonations SET hand_off_id = gen_random_uuid(), hand_off_expires_at = now() + interval '1 minute'
        WHERE organization_id = $1";
    customer.execute(hand_off, &[&customer.organization]).await;
    let begin =
        "SELECT app.begin_impersonation($1::text::uuid, gen_random_uuid(), sha256('x'), 'client', '{session.open}',
        now() + interval '12 hours', 'request', now())";
    customer.execute(begin, &[&id]).await;

    let longest = "SELECT max(c.expires_at - c.created_at) = interval '30 minutes' AND max(i.expires_at) = max(c.expires_at)
        FROM credentials AS c JOIN impersonations AS i USING (organization_id, credential_id) WHERE organization_id = $1";
    assert!(customer.own_rows(longest).await[0].get::<_, bool>(0));
}

#[tokio::test]
async fn the_customer_ends_it_with_the_next_request_in_a_warm_function_too() {
    let (staff, customer) = (Staff::of(Role::Admin).await, World::new().await);
    let opened = staff.open(&customer, Role::Owner).await;
    let other = staff.open(&customer, Role::Owner).await;
    let (deps, others) = (warm(&opened).await, warm(&other).await);

    assert_eq!(ask(&ending(&customer, &opened.id)).await.status, 200);

    assert_eq!(next(&opened, &deps).await, UNAUTHENTICATED);
    // The positive control: another one of the same staff goes on.
    let answer = other.reading("/v1/visits").send(&others, list_visits::handle).await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn a_request_that_is_under_way_when_it_is_ended_writes_nothing() {
    let (staff, customer) = (Staff::of(Role::Admin).await, World::new().await);
    let opened = staff.open(&customer, Role::Owner).await;
    let variables = stack::variables("fn_manage_sites", &[]);
    // Held back on its way to KMS, between admission and record.
    let (tap, url) = crate::harness::tap::Tap::before_url(variables.required("AWS_ENDPOINT_URL_KMS").unwrap()).await;
    let told = stack::variables("fn_manage_sites", &[("AWS_ENDPOINT_URL_KMS", &url)]);
    let deps = stack::connect::<manage_sites::Deps>(&told).await;
    tap.delay(std::time::Duration::from_millis(1500));
    let sites = customer.count("sites").await;

    let site = opened.making_a_site();
    let under_way = tokio::spawn(async move { site.send(&deps, manage_sites::handle).await });
    tokio::time::sleep(std::time::Duration::from_millis(700)).await;
    assert_eq!(ask(&ending(&customer, &opened.id)).await.status, 200);

    assert_eq!(under_way.await.unwrap().problem(), UNAUTHENTICATED);
    assert_eq!(customer.count("sites").await, sites);
}

#[tokio::test]
async fn staff_leave_by_themselves_and_the_log_says_so() {
    let (staff, customer) = (Staff::of(Role::Admin).await, World::new().await);
    let opened = staff.open(&customer, Role::Owner).await;
    let deps = warm(&opened).await;

    let out = ask(&Event::new("DELETE", "/v1/session", &[]).in_session(&opened.session)).await;

    assert_eq!((out.status, out.headers["x-doorbook-impersonation"].as_str()), (200, opened.id.as_str()));
    assert_eq!(next(&opened, &deps).await, UNAUTHENTICATED);
    let entry = customer.entries().await.pop().unwrap();
    assert_eq!(
        (&entry["action"], &entry["diff"]["added"]["ended_by"]),
        (&json!("impersonation.ended"), &json!("staff"))
    );
    assert_eq!(entry["actor"]["impersonation"], json!(opened.id));
}

#[tokio::test]
async fn whatever_the_operator_takes_from_staff_ends_what_they_opened() {
    let customer = World::new().await;
    let password = "INSERT INTO member_proofs (organization_id, member_id, password_phc, password_changed_at)
        VALUES ($1, $2, '$scrypt$ln=14,r=16,p=1$c2FsdHNhbHRzYWx0c2FsdA$aGFzaA', now())";
    for change in [
        "UPDATE members SET state = 'deactivated' WHERE organization_id = $1",
        "UPDATE members SET role = 'auditor' WHERE organization_id = $1",
        "UPDATE member_proofs SET password_changed_at = now() + interval '1 second' WHERE organization_id = $1",
        "UPDATE member_proofs SET totp_sealed = '\\x01', totp_confirmed_at = now(), recovery_salt = decode(repeat('07', 16), 'hex')
          WHERE organization_id = $1",
    ] {
        let staff = Staff::of(Role::Admin).await;
        staff.operator.execute(password, &[&staff.operator.organization, &staff.member]).await;
        let opened = staff.open(&customer, Role::Owner).await;
        let deps = warm(&opened).await;

        assert_eq!(staff.operator.execute(change, &[&staff.operator.organization]).await, 1, "{change}");

        assert_eq!(next(&opened, &deps).await, UNAUTHENTICATED, "{change}");
    }
    // A sign-in touches the same row and takes nothing.
    let staff = Staff::of(Role::Admin).await;
    staff.operator.execute(password, &[&staff.operator.organization, &staff.member]).await;
    let opened = staff.open(&customer, Role::Owner).await;
    let sign_in = "UPDATE member_proofs SET password_phc = password_phc, totp_step = 7 WHERE organization_id = $1";
    assert_eq!(staff.operator.execute(sign_in, &[&staff.operator.organization]).await, 1);
    assert_eq!(ask(&opened.reading("/v1/visits")).await.status, 200);
}

#[tokio::test]
async fn a_dismissal_ends_it_with_the_next_request_and_the_customer_sees_it_ended() {
    let (staff, customer) = (Staff::of(Role::Admin).await, World::new().await);
    let opened = staff.open(&customer, Role::Owner).await;
    let deps = warm(&opened).await;

    staff.dismiss().await;

    assert_eq!(next(&opened, &deps).await, UNAUTHENTICATED);
    let seen = Event::new("GET", "/v1/impersonations/{impersonation_id}", &[&opened.id]).bearer(&customer.token);
    let seen = ask(&seen).await;
    assert_eq!((&seen.body["state"], &seen.body["ended_by"]), (&json!("ended"), &Value::Null), "{}", seen.text);
}

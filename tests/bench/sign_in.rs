//! What a password costs, and whom: the request that brings it, and no other function.

use std::time::{Duration, Instant};

use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use serde_json::{Value, json};
use shared::{authn::password::Password, http::Request};

use crate::{
    cold_start,
    harness::stack,
    plan::Plan,
    runtime_api::RuntimeApi,
    samples::{median, ms},
    table::{Table, Target},
    tenants::{Tenant, Tenants},
};

const PASSWORD: &str = "a sentence that others would not choose";
/// Guesses at one account before it must wait: more would be answered without a look at the password.
const GUESSES: usize = 10;

const OF_MEMBERS: [&str; 3] = [
    "INSERT INTO people (organization_id, person_id, kind, key_id, wrapped_key, created_at)
     SELECT $1, m, 'member', $2, $3, now() FROM unnest($4::uuid[]) AS m",
    "INSERT INTO members (organization_id, member_id, person_id, email, name, role, state, created_at)
     SELECT $1, m, m, m::text || '@example.com', 'Member of the benchmark', 'auditor', 'active', now() FROM unnest($2::uuid[]) AS m",
    "INSERT INTO member_proofs (organization_id, member_id, password_phc, password_changed_at)
     SELECT $1, m, $2, now() FROM unnest($3::uuid[]) AS m",
];

/// Adds the rows: sizes and start-up with and without the hash, and how long each kind of answer takes.
pub(crate) async fn measure(plan: &Plan, tenants: &Tenants, table: &mut Table) {
    let tenant = &tenants.all[0];
    let accounts = plan.sign_ins.div_ceil(GUESSES) + 1;
    let members: Vec<uuid::Uuid> = (0..accounts).map(|_| uuid::Uuid::new_v4()).collect();
    enter(tenants, tenant, &members).await;
    of_memory(plan, tenant, members[0], table).await;
    of_time(plan, tenant, &members[1..], table).await;
}

async fn enter(tenants: &Tenants, tenant: &Tenant, members: &[uuid::Uuid]) {
    let password: Password = serde_json::from_value(json!(PASSWORD)).expect("a password");
    let hash = password.hash().expect("a hash");
    let (organization, key) = (tenant.organization.uuid(), tenant.key.key_id.uuid());
    tenants.execute(OF_MEMBERS[0], &[&organization, &key, &tenant.key.wrapped, &members]).await;
    tenants.execute(OF_MEMBERS[1], &[&organization, &members]).await;
    tenants.execute(OF_MEMBERS[2], &[&organization, &hash, &members]).await;
}

/// The deployed binaries, each in a process of its own: before anybody signs in, and after one has.
async fn of_memory(plan: &Plan, tenant: &Tenant, member: uuid::Uuid, table: &mut Table) {
    let event = event(tenant, &format!("{member}@example.com"), PASSWORD, 1).to_string();
    let mut api = RuntimeApi::start().await;
    let idle = cold_start::peak_mib(&mut api, &plan.binary("sign-in"), "fn_sign_in", None).await;
    let used = cold_start::peak_mib(&mut api, &plan.binary("sign-in"), "fn_sign_in", Some(event)).await;
    let other = plan.binary("manage-sessions");
    let other = cold_start::peak_mib(&mut api, &other, "fn_manage_sessions", None).await;
    table.add("sign-in, peak memory at start", (Target::None, " MiB"), idle);
    table.add("sign-in, peak memory after a sign-in", (Target::None, " MiB"), used);
    table.add("what a sign-in adds (scrypt's own are 32)", (Target::AtMost(40.0), " MiB"), used - idle);
    table.add("manage-sessions, peak memory at start", (Target::None, " MiB"), other);
}

/// In turns: the right password, a wrong one, and an address without an account.
async fn of_time(plan: &Plan, tenant: &Tenant, members: &[uuid::Uuid], table: &mut Table) {
    let variables = stack::variables("fn_sign_in", &[]);
    let deps = stack::connect::<sign_in::Deps>(&variables).await;
    let (mut right, mut wrong, mut unknown) = (Vec::new(), Vec::new(), Vec::new());
    for nth in 0..plan.sign_ins {
        let account = format!("{}@example.com", members[nth / GUESSES]);
        let absent_id = format!("{}@example.com", uuid::Uuid::new_v4());
        let ask = async |email: &str, password: &str| took(&deps, &event(tenant, email, password, nth)).await;
        unknown.push(ask(&absent_id, "another sentence, which is not it").await);
        wrong.push(ask(&account, "another sentence, which is not it").await);
        right.push(ask(&account, PASSWORD).await);
    }
    for (what, times) in [("right password", &right), ("wrong password", &wrong), ("unknown address", &unknown)] {
        for percent in [5, 50, 95] {
            let name = format!("sign-in, {what}, p{percent}");
            table.add(&name, (Target::None, " ms"), percentile(times, percent));
        }
    }
    let ratio = median(unknown) / median(wrong);
    table.add("sign-in, unknown address over wrong password, p50", (Target::AtMost(1.05), " ×"), ratio);
}

fn percentile(times: &[f64], percent: usize) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[(sorted.len() * percent).div_ceil(100) - 1]
}

async fn took(deps: &sign_in::Deps, event: &Value) -> f64 {
    let event: ApiGatewayV2httpRequest = serde_json::from_value(event.clone()).expect("an event");
    let request =
        Request::of_event(event, uuid::Uuid::new_v4().to_string(), Duration::from_secs(10)).expect("a request");
    let started = Instant::now();
    let reply = shared::runtime::answer(deps, sign_in::handle, &request).await;
    let took = ms(started.elapsed());
    assert!(matches!(reply.status(), 200 | 401), "{}", reply.body());
    took
}

/// A sign-in from an address of its own, so that no address fails often.
fn event(tenant: &Tenant, email: &str, password: &str, nth: usize) -> Value {
    let slug = format!("o{}", tenant.organization.uuid().simple());
    let source = format!("2001:db8::{nth:x}");
    json!({
        "version": "2.0", "routeKey": "POST /v1/session", "rawPath": "/v1/session", "rawQueryString": "",
        "headers": { "content-type": "application/json", "user-agent": "doorbook-bench" },
        "requestContext": {
            "accountId": "000000000000", "apiId": "local", "routeKey": "POST /v1/session", "stage": "$default",
            "requestId": uuid::Uuid::new_v4().to_string(), "timeEpoch": 0,
            "http": { "method": "POST", "path": "/v1/session", "protocol": "HTTP/1.1", "sourceIp": source, "userAgent": "doorbook-bench" },
        },
        "body": json!({ "slug": slug, "email": email, "password": password }).to_string(),
        "isBase64Encoded": false,
    })
}

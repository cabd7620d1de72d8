//! `create-organization` promises: an organization with keys, log, owner and token, all of it or nothing, once.

use serde_json::{Value, json};
use shared::{Error, Result, http::read_json, runtime::Invocation};
use tokio_postgres::Client;

use crate::harness::{Event, postgres, stack, tap::Tap};

async fn deps(changes: &[(&str, &str)]) -> create_organization::Deps {
    let variables = stack::variables("fn_create_organization", changes);
    stack::connect::<create_organization::Deps>(&variables).await
}

fn intake() -> Value {
    let id = uuid::Uuid::new_v4().simple();
    json!({
        "name": "Sample Works", "slug": format!("s{id}"), "plan": "standard", "environment": "test",
        "owner": { "name": "Olga Owner", "email": "olga@example.com" }, "request_key": format!("request {id}"),
    })
}

async fn invoke(deps: &create_organization::Deps, body: &Value) -> Result<Value> {
    let invocation = Invocation::new(uuid::Uuid::new_v4().to_string());
    let taken_on = create_organization::handle(deps, &invocation, read_json(body.to_string().as_bytes())?).await?;
    Ok(serde_json::to_value(taken_on).expect("JSON"))
}

fn problem(outcome: Result<Value>) -> String {
    let error = outcome.expect_err("a refusal");
    let fields: Vec<String> = error.fields().iter().map(|field| format!("{}:{}", field.pointer, field.code)).collect();
    format!("{} {}", error.code().name(), fields.join(" "))
}

async fn count(database: &Client, slug: &Value, table: &str) -> i64 {
    let sql = format!("SELECT count(*) FROM {table} JOIN directory USING (organization_id) WHERE slug = $1");
    let statement = database.prepare(&sql).await.expect("a statement");
    #[expect(clippy::disallowed_methods, reason = "a test may prepare")]
    database.query_one(&statement, &[&slug.as_str()]).await.expect("a row").get(0)
}

/// How many rows an organization of this handle has in each table that an intake writes.
async fn counts(database: &Client, slug: &Value) -> Vec<i64> {
    let mut counts = Vec::new();
    for table in
        ["organizations", "tenant_keys", "audit_heads", "people", "members", "mails", "credentials", "audit_log"]
    {
        counts.push(count(database, slug, table).await);
    }
    counts
}

async fn first_entry(database: &Client, organization: &Value) -> Value {
    let sql = "SELECT entry FROM audit_log WHERE organization_id = $1::text::uuid AND seq = 0";
    let statement = database.prepare(sql).await.expect("a statement");
    #[expect(clippy::disallowed_methods, reason = "a test may prepare")]
    let row = database.query_one(&statement, &[&organization.as_str()]).await.expect("an entry");
    serde_json::from_str(row.get(0)).expect("an entry is JSON")
}

#[tokio::test]
async fn makes_everything_that_an_organization_begins_with() {
    let (deps, database, intake) = (deps(&[]).await, postgres::superuser().await, intake());

    let taken_on = invoke(&deps, &intake).await.unwrap();

    assert_eq!(taken_on["slug"], intake["slug"]);
    assert_eq!(counts(&database, &intake["slug"]).await, [1; 8]);
    let entry = first_entry(&database, &taken_on["organization_id"]).await;
    assert_eq!((&entry["seq"], &entry["action"]), (&json!(0), &json!("organization.created")));
    assert_eq!(entry["actor"], json!({ "kind": "system", "id": "create-organization" }));
    assert_eq!(entry["diff"]["added"]["owner_member_id"], taken_on["owner_member_id"]);
    assert!(entry["diff"]["added"]["owner_name"]["commit"].is_string());
    assert!(!entry.to_string().contains("Olga") && !entry.to_string().contains("olga@"));
}

#[tokio::test]
async fn the_owner_is_invited_by_a_mail_that_the_schedule_finds() {
    let (deps, database) = (deps(&[]).await, postgres::superuser().await);

    let taken_on = invoke(&deps, &intake()).await.unwrap();

    let sql = "SELECT r.role || ' ' || r.state || ' ' || m.kind || ' ' || (m.sent_at IS NULL AND p.due_at <= now() + interval '1 minute')
        FROM members AS r JOIN mails AS m USING (organization_id, member_id)
        JOIN pending_work AS p ON p.organization_id = r.organization_id AND p.kind = 'mail'
        WHERE r.member_id = $1::text::uuid";
    let statement = database.prepare(sql).await.expect("a statement");
    #[expect(clippy::disallowed_methods, reason = "a test may prepare")]
    let row = database.query_one(&statement, &[&taken_on["owner_member_id"].as_str()]).await.expect("a mail");
    assert_eq!(row.get::<_, &str>(0), "owner invited member_invitation true");
}

#[tokio::test]
async fn the_token_opens_the_door_with_every_permission() {
    let taken_on = invoke(&deps(&[]).await, &intake()).await.unwrap();
    let variables = stack::variables("fn_manage_sites", &[]);
    let sites = stack::connect::<manage_sites::Deps>(&variables).await;
    let token = taken_on["api_token"].as_str().unwrap();
    assert!(token.starts_with("dbk_test_"));

    let site = json!({ "name": "Hall 1", "time_zone": "Europe/Berlin", "locale": "de" });
    let created = Event::new("POST", "/v1/sites", &[]).bearer(token).idempotent("key-1").json(&site);

    assert_eq!(created.send(&sites, manage_sites::handle).await.status, 201);
}

#[tokio::test]
async fn the_same_request_key_gives_the_same_organization_and_no_token() {
    let (deps, database, intake) = (deps(&[]).await, postgres::superuser().await, intake());

    let first = invoke(&deps, &intake).await.unwrap();
    let mut second = invoke(&deps, &intake).await.unwrap();

    assert_eq!(second["api_token"].take(), Value::Null);
    for field in ["organization_id", "slug", "owner_member_id"] {
        assert_eq!(first[field], second[field]);
    }
    assert_eq!(counts(&database, &intake["slug"]).await, [1; 8]);
}

#[tokio::test]
async fn a_request_key_of_another_handle_is_refused() {
    let (deps, mut intake) = (deps(&[]).await, intake());
    invoke(&deps, &intake).await.unwrap();

    intake["slug"] = json!("another-handle");

    assert_eq!(problem(invoke(&deps, &intake).await), "unprocessable /request_key:used_for_another_request");
}

#[tokio::test]
async fn a_handle_is_taken_once() {
    let (deps, database, intake) = (deps(&[]).await, postgres::superuser().await, intake());
    let mut without_key = intake.clone();
    without_key["request_key"] = Value::Null;
    invoke(&deps, &intake).await.unwrap();

    assert_eq!(problem(invoke(&deps, &without_key).await), "conflict /slug:taken");
    assert_eq!(counts(&database, &intake["slug"]).await, [1; 8]);
}

#[tokio::test]
async fn eight_at_once_make_one_organization() {
    let (database, intake) = (postgres::superuser().await, intake());
    let mut racers = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (deps, intake) = (deps(&[]).await, intake.clone());
        racers.spawn(async move { invoke(&deps, &intake).await.unwrap() });
    }

    let answers = racers.join_all().await;

    assert_eq!(answers.iter().filter(|answer| answer["api_token"].is_string()).count(), 1);
    assert!(answers.iter().all(|answer| answer["organization_id"] == answers[0]["organization_id"]));
    assert_eq!(counts(&database, &intake["slug"]).await, [1; 8]);
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_by_place() {
    let deps = deps(&[]).await;
    for (field, value, expected) in [
        ("slug", json!("North Gate"), "malformed /slug:wrong_form"),
        ("slug", Value::Null, "malformed /slug:wrong_type"),
        ("environment", json!("production"), "malformed /environment:unknown_value"),
        ("name", json!("x".repeat(201)), "malformed /name:too_long"),
        ("owner", json!({ "name": "A", "email": "unknown" }), "malformed /owner/email:wrong_form"),
        (
            "owner",
            json!({ "name": "A", "email": "a@b.example", "role": "owner" }),
            "malformed /owner/role:unknown_field",
        ),
        ("request_key", json!("x".repeat(256)), "malformed /request_key:too_long"),
        ("organization_id", json!(uuid::Uuid::nil()), "malformed /organization_id:unknown_field"),
        ("plan", json!("platinum"), "unprocessable /plan:unknown_value"),
    ] {
        let mut body = intake();
        body[field] = value;
        assert_eq!(problem(invoke(&deps, &body).await), expected);
    }
}

#[tokio::test]
async fn a_plan_without_limits_stays_out_of_production() {
    let mut body = intake();
    body["plan"] = json!("benchmark");
    let outside = [("READS_PER_MINUTE", ""), ("WRITES_PER_MINUTE", ""), ("ENVIRONMENT", "staging")];

    assert_eq!(problem(invoke(&deps(&outside).await, &body).await), "unprocessable /plan:only_for_load_tests");
    assert!(invoke(&deps(&[]).await, &body).await.is_ok());
}

#[tokio::test]
async fn a_plan_with_a_key_of_its_own_gets_one() {
    let (deps, database, mut body) = (deps(&[]).await, postgres::superuser().await, intake());
    body["plan"] = json!("enterprise");
    invoke(&deps, &body).await.unwrap();

    let sql = "SELECT kms_key_id FROM tenant_keys JOIN directory USING (organization_id) WHERE slug = $1";
    let statement = database.prepare(sql).await.expect("a statement");
    #[expect(clippy::disallowed_methods, reason = "a test may prepare")]
    let row = database.query_one(&statement, &[&body["slug"].as_str()]).await.expect("a key");

    assert!(row.get::<_, &str>(0).starts_with("arn:"));
    assert_ne!(row.get::<_, &str>(0), deps.keys.shared_kms_key());
}

#[tokio::test]
async fn a_kms_that_fails_leaves_nothing_and_a_retry_makes_it() {
    for answers_are_lost in [false, true] {
        let (database, intake) = (postgres::superuser().await, intake());
        let (tap, url) = Tap::before_url(&stack::variable("AWS_ENDPOINT_URL_KMS")).await;
        let deps = deps(&[("AWS_ENDPOINT_URL_KMS", &url)]).await;
        if answers_are_lost {
            tap.lose_answers_after(0)
        } else {
            tap.close()
        }

        let failed = invoke(&deps, &intake).await;

        assert_eq!(problem(failed), "unavailable ");
        assert_eq!(counts(&database, &intake["slug"]).await, [0; 8]);
        tap.open();
        assert!(invoke(&deps, &intake).await.unwrap()["api_token"].is_string());
    }
}

#[tokio::test]
async fn a_lost_answer_of_any_round_trip_makes_one_organization_or_none() {
    for lost in 0..14 {
        let (database, intake) = (postgres::superuser().await, intake());
        let variables = stack::variables("fn_create_organization", &[]);
        let (tap, url) = Tap::before_url(variables.required("DATABASE_URL").expect("a URL")).await;
        let deps = deps(&[("DATABASE_URL", &url)]).await;
        tap.lose_one_answer_after(lost);

        let outcome = invoke(&deps, &intake).await;

        // The last answer is COMMIT's: by then everything is there, and the token is not lost with it.
        let is_made = lost == 13;
        assert_eq!(counts(&database, &intake["slug"]).await, [i64::from(is_made); 8], "{lost} answers");
        match outcome {
            Ok(taken_on) => assert!(is_made && taken_on["api_token"].is_string()),
            Err(error) => assert!(!is_made && matches!(error, Error::Unavailable(_)), "{lost} answers: {error:?}"),
        }
        assert!(invoke(&deps, &intake).await.is_ok());
        assert_eq!(counts(&database, &intake["slug"]).await, [1; 8]);
    }
}

//! What row-level security is known to let slip, each tried. The numbers are those of the pitfalls.

use super::database::{
    connect, connect_apart, connect_as, new_id, outcome, run, text, texts, try_texts, two_organizations,
};
use crate::harness::postgres::as_role;

const REFUSED: &str = "42501";

/// As `app.bind` does for every function; anybody may set it, which is why a credential is asked for first.
fn bound_to(organization: &str) -> String {
    format!("SELECT FROM set_config('app.organization_id', '{organization}', true)")
}

/// 4: a setting that is missing, that is empty after a transaction, or that is nonsense.
#[tokio::test]
async fn an_unbound_transaction_reads_nothing() {
    let client = connect_as("fn_check_in").await;
    two_organizations(&connect().await).await;
    let read = "SELECT site_id FROM sites";

    let fresh = try_texts(&client, read).await;
    run(&client, &format!("BEGIN; {}; COMMIT", bound_to("x"))).await;
    let after_commit = try_texts(&client, read).await;
    run(&client, &format!("BEGIN; {}; ROLLBACK", bound_to("x"))).await;
    let after_rollback = try_texts(&client, read).await;

    assert_eq!([fresh, after_commit, after_rollback], [(); 3].map(|()| Err(REFUSED.to_owned())));
    assert_eq!(outcome(&client, &format!("{}; {read}", bound_to("nonsense"))).await, "22P02");
}

/// 6, 7: the next transaction of a connection knows nothing of the one before.
#[tokio::test]
async fn a_tenant_ends_with_its_transaction() {
    let admin = connect().await;
    let (a, _) = two_organizations(&admin).await;
    let client = connect_as("fn_check_in").await;

    run(&client, &format!("BEGIN; {}; SELECT site_id FROM sites; COMMIT", bound_to(&a))).await;

    assert_eq!(try_texts(&client, "SELECT site_id FROM sites").await, Err(REFUSED.to_owned()));
}

/// 8: what a savepoint bound is gone with it, and the tenant before it is back.
#[tokio::test]
async fn a_savepoint_gives_the_earlier_tenant_back() {
    let admin = connect().await;
    let (a, b) = two_organizations(&admin).await;
    let client = connect_as("fn_check_in").await;

    let statements = format!(
        "BEGIN; {}; SAVEPOINT s; {}; ROLLBACK TO s; SELECT site_id FROM sites; ROLLBACK",
        bound_to(&a),
        bound_to(&b)
    );

    assert_eq!(texts(&client, &statements).await, [a]);
}

/// 9: more than five runs, so that the plan is the generic one.
#[tokio::test]
async fn a_prepared_statement_remembers_no_tenant() {
    let admin = connect().await;
    let (a, b) = two_organizations(&admin).await;
    let client = connect_as("fn_check_in").await;
    run(&client, "PREPARE sites_seen AS SELECT site_id FROM sites").await;

    for organization in [&a, &b].repeat(8) {
        let seen = format!("BEGIN; {}; EXECUTE sites_seen; COMMIT", bound_to(organization));
        assert_eq!(texts(&client, &seen).await, std::slice::from_ref(organization));
    }
}

/// 11: app.* cannot be laid down by a role for itself, and what it lays down otherwise is refused or fails closed.
#[tokio::test]
async fn a_role_cannot_lay_a_tenant_down_for_its_next_session() {
    let client = connect_as("fn_check_in").await;

    let laid_down = outcome(&client, "ALTER ROLE fn_check_in SET app.organization_id = 'x'").await;

    assert_eq!(laid_down, REFUSED);
}

/// 16, 17, 33: nothing can be put where a function of the owner would find it first.
#[tokio::test]
async fn a_role_makes_no_object_anywhere() {
    let client = connect_as("fn_check_in").await;

    for attempt in [
        "CREATE TABLE public.credentials (x int)",
        "CREATE TEMP TABLE credentials (x int)",
        "CREATE FUNCTION public.sha256(bytea) RETURNS bytea LANGUAGE sql AS 'SELECT $1'",
        "CREATE FUNCTION pg_temp.leak(text) RETURNS bool LANGUAGE sql AS 'SELECT true'",
        "CREATE SCHEMA planted",
        "SELECT lo_create(0)",
        "SELECT lo_from_bytea(0, 'x')",
        "CREATE PUBLICATION planted",
        "ALTER TABLE sites NO FORCE ROW LEVEL SECURITY",
        "SET ROLE doorbook_owner",
    ] {
        assert_eq!(outcome(&client, attempt).await, REFUSED, "{attempt}");
    }
}

/// 20, 23: the same id, badge or address in two organizations does not collide.
#[tokio::test]
async fn another_tenants_values_are_free_to_use() {
    let admin = connect().await;
    let (a, b) = two_organizations(&admin).await;
    let as_a = format!("SET LOCAL ROLE doorbook_owner; SELECT app.bind('{a}', NULL);");
    let person = format!("INSERT INTO people VALUES ('{a}', '{b}', 'visitor', '{a}', '\\x05', now())");
    let site =
        format!("INSERT INTO sites VALUES ('{a}', '{b}', 'x', 'UTC', 'en', false, now()) ON CONFLICT DO NOTHING");
    let credential = format!(
        "INSERT INTO credentials SELECT '{a}', '{b}', 'api_token', sha256('{b}'), 'x', '{{}}', NULL, NULL, NULL, now()"
    );

    for taken_by_b in [person, site, credential] {
        assert_eq!(outcome(&admin, &format!("{as_a}{taken_by_b}")).await, "1", "{taken_by_b}");
    }
}

/// 22: a parent that still has children stays, in every organization.
#[tokio::test]
async fn a_parent_with_children_is_not_deleted() {
    let admin = connect().await;
    let (a, _) = two_organizations(&admin).await;

    for parent in ["organizations", "people", "sites", "hosts", "notices", "tenant_keys", "credentials", "visits"] {
        let deleted = format!("SET LOCAL ROLE doorbook_owner; SELECT app.bind('{a}', NULL); DELETE FROM {parent}");
        assert_eq!(outcome(&admin, &deleted).await, "23503", "{parent}");
    }
}

/// 24, 41: no role empties a table, the owner included, and a session in replica mode neither.
#[tokio::test]
async fn no_role_truncates() {
    // A table that is emptied with all that refers to it is locked whole, in an order that no function uses.
    let admin = connect_apart().await;
    let tables = texts(&admin, "SELECT oid::regclass FROM pg_class WHERE relkind = 'r' AND relforcerowsecurity").await;

    for table in &tables {
        let truncated = outcome(&admin, &format!("SET LOCAL ROLE doorbook_owner; TRUNCATE {table} CASCADE")).await;
        assert_eq!(truncated, REFUSED, "{table}");
    }
    let replica = "SET LOCAL session_replication_role = replica; TRUNCATE audit_log";
    assert_eq!(outcome(&admin, replica).await, REFUSED);
}

/// 25, 26: a bulk load and a dump fail instead of passing the policies by.
#[tokio::test]
async fn bulk_loads_and_dumps_fail() {
    let admin = connect().await;
    let (a, _) = two_organizations(&admin).await;
    let as_owner = format!("SET LOCAL ROLE doorbook_owner; SELECT app.bind('{a}', NULL);");

    assert_eq!(outcome(&admin, &format!("{as_owner} COPY sites FROM STDIN")).await, "0A000");
    assert_eq!(outcome(&admin, &format!("{as_owner} SET LOCAL row_security = off; SELECT FROM sites")).await, REFUSED);
}

/// 30: statistics of columns, which hold values of all tenants, are not readable.
#[tokio::test]
async fn statistics_show_a_role_no_values() {
    let admin = connect().await;
    two_organizations(&admin).await;
    run(&admin, "ANALYZE sites, visits, people").await;
    let client = connect_as("fn_check_in").await;

    assert_eq!(text(&client, "SELECT count(*) FROM pg_stats WHERE schemaname = 'public'").await, "0");
}

/// 32: a failing CHECK or NOT NULL names no value of the row.
#[tokio::test]
async fn a_failing_constraint_shows_no_row() {
    let admin = connect().await;
    let organization = new_id(&admin).await;
    let statements = format!(
        "BEGIN; SET LOCAL ROLE doorbook_owner; SELECT app.bind('{organization}', NULL); \
         INSERT INTO sites VALUES ('{organization}', gen_random_uuid(), repeat('canary', 40), 'UTC', 'en', false, now())"
    );

    let error = admin.batch_execute(&statements).await.unwrap_err();

    let refusal = error.as_db_error().expect("an answer of the server");
    assert_eq!(refusal.code().code(), "23514");
    assert_eq!(refusal.detail(), None);
}

/// 2, 3: not as a superuser pretends it, but through the login, TLS and all.
#[tokio::test]
async fn a_functions_own_login_reads_nothing_unbound() {
    let client = as_role("fn_check_in").await;

    let who = text(&client, "SELECT session_user || ' ' || current_setting('is_superuser')").await;

    assert_eq!(who, "fn_check_in off");
    assert_eq!(try_texts(&client, "SELECT site_id FROM sites").await, Err(REFUSED.to_owned()));
    assert_eq!(outcome(&client, "SET SESSION AUTHORIZATION doorbook_owner").await, REFUSED);
}

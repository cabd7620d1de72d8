//! The functions of the database that a check-in and a check-out are made of run with the rights of the role that calls them: they
//! reach no row and no column that its grants and the policies do not give it.

use tokio_postgres::Client;

use super::database::{connect, connect_apart, connect_as, outcome, run, text, texts, two_organizations};

const MOMENT: &str = "timestamptz '2026-01-01Z'";

/// An admission that asks for things of `theirs` with the credential of `ours`.
fn admit(ours: &str, secret: &str, theirs: &str, wanted: &str) -> String {
    format!(
        "SELECT {wanted} FROM app.admit_check_in('{ours}', sha256('{secret}'), 'api_token', 'visit.check_in', true, '192.0.2.1', 'write', NULL, \
         {MOMENT}, sha256('a key'), sha256('body'), 'a request', {MOMENT} + interval '30 s', '{theirs}', '{theirs}', '{theirs}', '{theirs}', '{theirs}', NULL)"
    )
}

/// The record of a visit in `ours` at the site of `site`; the claim is that of `admit`.
fn record(ours: &str, site: &str) -> String {
    let visit = format!(
        r#"{{"visit_id": "00000000-0000-4000-8000-000000000001", "site_id": "{site}", "person_id": "{ours}", "type": "visitor", "state": "on_site", "hold_reasons": [], "id_scan": null, "badge_number": 7,
        "badge_sha256": "\\x{}", "name": "Vera Visitor", "answers": {{}}}}"#,
        "ab".repeat(32)
    );
    let entry = r#"{"actor": {"kind": "api_token", "id": "x"}, "ip": null, "ua": null, "action": "visit.checked_in",
        "target": {"kind": "visit", "id": "x"}, "reason": null, "diff": {"added": {}, "removed": {}, "changed": {}}, "request_id": "a request"}"#;
    let event = format!(
        r#"[{{"event_id": "00000000-0000-4000-8000-000000000002", "kind": "visitor.checked_in", "subject_kind": "visit", "subject_id": "{ours}", "facts": {{}}}}]"#
    );
    format!(
        "SELECT app.record_check_in('{ours}', '{ours}', sha256('a key'), 'a request', '\\xab', {MOMENT}, {MOMENT}, '{visit}', NULL, '[]', '{event}', '{entry}')"
    )
}

async fn admitted(client: &Client, ours: &str) {
    assert_eq!(text(client, &admit(ours, ours, ours, "outcome")).await, "admitted");
}

#[tokio::test]
async fn they_have_no_rights_of_their_own() {
    let client = connect().await;
    let ours = "FROM pg_proc WHERE pronamespace = 'app'::regnamespace
        AND (proname LIKE 'admit\\_%' OR proname LIKE 'record\\_%' OR proname = 'emit_and_audit')";

    assert_eq!(texts(&client, &format!("SELECT proname {ours} AND prosecdef")).await, [""; 0]);
    assert_eq!(text(&client, &format!("SELECT count(*) {ours}")).await, "5");
}

#[tokio::test]
async fn an_admitted_caller_finds_what_is_theirs_and_nothing_of_another_organization() {
    let client = connect_as("fn_check_in").await;
    let (ours, theirs) = two_organizations(&connect().await).await;
    let wanted = "concat_ws(',', outcome, found_site, found_host, found_nda, applies_to, person_key, badge_number)";

    let own = text(&client, &admit(&ours, &ours, &ours, wanted)).await;
    let foreign = text(&client, &admit(&ours, &ours, &theirs, wanted).replace("a key", "another key")).await;

    assert_eq!(own, format!("admitted,{ours},{ours},{ours},driver,\\x03,2"));
    assert_eq!(foreign, "admitted");
}

#[tokio::test]
async fn a_refused_caller_learns_nothing_and_draws_no_badge_number() {
    let (client, admin) = (connect_as("fn_check_in").await, connect().await);
    let (ours, _) = two_organizations(&admin).await;
    let learnt = "concat_ws(',', outcome, key_id, wrapped_key, found_site, requires_nda, found_host, host_name, found_nda, applies_to, person_key, badge_number)";

    let refused = text(&client, &admit(&ours, "wrong", &ours, learnt)).await;

    assert_eq!(refused, "unauthenticated");
    let last = format!("SELECT last FROM badge_counters WHERE organization_id = '{ours}'");
    assert_eq!(text(&admin, &last).await, "1");
}

#[tokio::test]
async fn a_record_stays_within_the_organization_of_its_claim() {
    let client = connect_as("fn_check_in").await;
    let (ours, theirs) = two_organizations(&connect().await).await;
    admitted(&client, &ours).await;

    assert_eq!(outcome(&client, &record(&ours, &ours)).await, "1");
    assert_eq!(outcome(&client, &record(&ours, &theirs)).await, "23503", "a foreign site is no site");
    assert_eq!(outcome(&client, &record(&theirs, &theirs)).await, "DB409", "the claim is not theirs");
    let other_execution = record(&ours, &ours).replace("'a request', '\\xab'", "'another request', '\\xab'");
    assert_eq!(outcome(&client, &other_execution).await, "DB409");
}

#[tokio::test]
async fn a_revoked_credential_records_nothing() {
    let (client, admin) = (connect_as("fn_check_in").await, connect().await);
    let (ours, _) = two_organizations(&admin).await;
    admitted(&client, &ours).await;

    run(&admin, &format!("UPDATE credentials SET revoked_at = now() WHERE organization_id = '{ours}'")).await;

    assert_eq!(outcome(&client, &record(&ours, &ours)).await, "DB401");
}

/// Each right that is taken from the role is missing inside the call, too.
#[tokio::test]
async fn without_a_grant_the_call_fails() {
    let client = connect_apart().await;
    let (ours, _) = two_organizations(&client).await;
    admitted(&client, &ours).await;
    let as_check_in = "SET LOCAL ROLE fn_check_in";
    assert_eq!(outcome(&client, &format!("{as_check_in}; {}", record(&ours, &ours))).await, "1");

    for (taken, call) in [
        ("INSERT ON visits", record(&ours, &ours)),
        ("INSERT ON outbox", record(&ours, &ours)),
        ("INSERT (draft) ON audit_log", record(&ours, &ours)),
        ("SELECT (requires_nda) ON sites", admit(&ours, &ours, &ours, "outcome").replace("a key", "another key")),
        ("UPDATE (last) ON badge_counters", admit(&ours, &ours, &ours, "outcome").replace("a key", "another key")),
    ] {
        let tried = format!("REVOKE {taken} FROM fn_check_in; {as_check_in}; {call}");
        assert_eq!(outcome(&client, &tried).await, "42501", "{taken}");
    }
    let foreign = format!("SET LOCAL ROLE fn_check_out; {}", record(&ours, &ours));
    assert_eq!(outcome(&client, &foreign).await, "42501", "a call is one role's");
}

//! What a draft may hold. A refusal has one code and names the field, never its value.

use super::log::{DRAFT, WRITER, about, append, connect, connect_as, organization, outcome, run, text};

/// A change to a good draft, and the field that the refusal names.
const REFUSED: &[(&str, &str)] = &[
    ("NULL::jsonb", "actor"),
    ("'[]'::jsonb", "draft"),
    ("'[\"canary\"]'::jsonb", "draft"),
    ("d || '{\"canary\": 1}'", "draft"),
    ("d || '{\"seq\": 7}'", "draft"),
    ("d || '{\"draft\": null}'", "draft"),
    ("d - 'actor'", "actor"),
    ("d || '{\"actor\": \"canary\"}'", "actor"),
    ("d || '{\"actor\": []}'", "actor"),
    ("d #- '{actor,id}'", "actor"),
    ("d #- '{actor,kind}'", "actor"),
    ("jsonb_set(d, '{actor,id}', '7')", "actor"),
    ("jsonb_set(d, '{actor,id}', 'null')", "actor"),
    ("jsonb_set(d, '{actor,kind}', '\"canary\"')", "actor"),
    ("jsonb_set(d, '{actor,kind}', '[\"kiosk\"]')", "actor"),
    ("jsonb_set(d, '{actor,canary}', '1')", "actor"),
    ("jsonb_set(d, '{actor,impersonation}', '\"canary\"')", "actor"),
    ("jsonb_set(d, '{actor}', '{\"kind\": \"staff\", \"id\": \"s\", \"impersonation\": 1}')", "actor"),
    ("d - 'ip'", "ip"),
    ("d || '{\"ip\": 7}'", "ip"),
    ("d || '{\"ip\": []}'", "ip"),
    ("jsonb_set(d, '{actor,kind}', '\"system\"')", "ip"),
    ("jsonb_set(d, '{actor,kind}', '\"system\"') || '{\"ip\": null}'", "ua"),
    ("jsonb_set(d, '{actor,kind}', '\"visitor\"')", "ip"),
    ("d - 'ua'", "ua"),
    ("d || '{\"ua\": true}'", "ua"),
    ("d || jsonb_build_object('ua', repeat('c', 513))", "ua"),
    ("d || jsonb_build_object('ua', repeat('ä', 257))", "ua"),
    ("d - 'action'", "action"),
    ("d || '{\"action\": null}'", "action"),
    ("d || '{\"action\": [\"visit.checked_in\"]}'", "action"),
    ("d - 'target'", "target"),
    ("d || '{\"target\": null}'", "target"),
    ("d #- '{target,kind}'", "target"),
    ("jsonb_set(d, '{target,id}', '7')", "target"),
    ("jsonb_set(d, '{target,canary}', '\"x\"')", "target"),
    ("d - 'reason'", "reason"),
    ("d || '{\"reason\": 7}'", "reason"),
    ("d || '{\"reason\": {}}'", "reason"),
    ("d - 'diff'", "diff"),
    ("d || '{\"diff\": null}'", "diff"),
    ("d #- '{diff,changed}'", "diff"),
    ("jsonb_set(d, '{diff,added}', '[]')", "diff"),
    ("jsonb_set(d, '{diff,canary}', '{}')", "diff"),
    ("jsonb_set(d, '{diff,added,n}', to_jsonb(repeat('c', 262144)))", "size"),
    ("jsonb_build_object('canary', repeat('c', 64 * 1024 * 1024))", "size"),
    ("d - 'request_id'", "request_id"),
    ("d || '{\"request_id\": null}'", "request_id"),
    ("jsonb_set(d, '{diff,added,n}', '1.0')", "number"),
    ("jsonb_set(d, '{diff,added,n}', '1.5')", "number"),
    ("jsonb_set(d, '{diff,added,n}', '-0.0')", "number"),
    ("jsonb_set(d, '{diff,added,n}', '1e-1')", "number"),
    ("jsonb_set(d, '{diff,added,n}', '9007199254740992')", "number"),
    ("jsonb_set(d, '{diff,added,n}', '-9007199254740992')", "number"),
    ("jsonb_set(d, '{diff,added,n}', '1e300')", "number"),
    ("jsonb_set(d, '{diff,changed,n}', '{\"from\": [[0, {\"deep\": 0.5}]], \"to\": 1}')", "number"),
];

/// A change to a good draft that leaves it good, and what the entry then says of `diff.added.n`.
const ACCEPTED: &[(&str, &str)] = &[
    ("9007199254740991", "9007199254740991"),
    ("-9007199254740991", "-9007199254740991"),
    ("-0", "0"),
    ("1e2", "100"),
    ("[0, [1], {\"a\": 2}]", "[0, [1], {\"a\": 2}]"),
    ("\"1.5\"", "\"1.5\""),
    ("\"line\\nbreak\\r\\ttab\"", "\"line\\nbreak\\r\\ttab\""),
    ("\"\\u2028 \\u0085 \\ud83d\\ude9a\"", "\"\u{2028} \u{85} \u{1f69a}\""),
    ("\"quote \\\" slash \\\\\"", "\"quote \\\" slash \\\\\""),
    ("{\"doubled\": 1, \"doubled\": 2}", "{\"doubled\": 2}"),
    ("true", "true"),
    ("null", "null"),
];

fn changed(change: &str) -> String {
    format!("(SELECT {change} FROM (VALUES ({})) AS draft (d))", about("v"))
}

#[tokio::test]
async fn a_bad_draft_is_refused_by_its_field() {
    let admin = connect().await;
    let ours = organization(&admin).await;
    let client = connect_as(WRITER).await;

    for (change, field) in REFUSED {
        run(&client, "BEGIN").await;
        let refusal = client.batch_execute(&append(&ours, &changed(change))).await.expect_err(change);
        run(&client, "ROLLBACK").await;

        let refusal = refusal.as_db_error().unwrap();
        assert_eq!(refusal.code().code(), "22023", "{change}: {refusal}");
        assert_eq!(refusal.message(), format!("audit draft refused: {field}"), "{change}");
        assert_eq!([refusal.detail(), refusal.hint()], [None, None], "{change}");
    }
}

#[tokio::test]
async fn a_good_value_stands_in_one_line() {
    let admin = connect().await;
    let ours = organization(&admin).await;
    let client = connect_as(WRITER).await;

    for (value, wanted) in ACCEPTED {
        let change = format!("jsonb_set(d, '{{diff,added,n}}', '{value}')");
        run(&client, &format!("BEGIN; {}; COMMIT", append(&ours, &changed(&change)))).await;

        let newest = format!("SELECT entry FROM audit_log WHERE organization_id = '{ours}' ORDER BY seq DESC LIMIT 1");
        let entry = text(&admin, &newest).await;
        assert!(entry.contains(&format!("\"diff\": {{\"added\": {{\"n\": {wanted}}}")), "{value}: {entry}");
        assert!(!entry.contains(['\n', '\r', '\0']), "{value}");
    }
}

#[tokio::test]
async fn sealed_values_stand_where_they_must() {
    let admin = connect().await;
    let ours = organization(&admin).await;
    let client = connect_as(WRITER).await;
    let sealed = "{\"sealed\": \"ZQ==\", \"commit\": \"Yw==\"}";

    for change in [
        format!("jsonb_set(d, '{{actor,kind}}', '\"visitor\"') || '{{\"ip\": {sealed}}}'"),
        format!("d || '{{\"ua\": {sealed}}}'"),
        "jsonb_set(d, '{actor,kind}', '\"system\"') || '{\"ip\": null, \"ua\": null}'".to_owned(),
        "jsonb_set(d, '{actor}', '{\"kind\": \"staff\", \"id\": \"s\", \"impersonation\": \"i\"}')".to_owned(),
        "d || jsonb_build_object('ua', repeat('c', 512))".to_owned(),
    ] {
        assert_eq!(outcome(&client, &append(&ours, &changed(&change))).await, "1", "{change}");
    }
}

/// What jsonb cannot hold never becomes a draft.
#[tokio::test]
async fn no_text_that_is_no_text_arrives() {
    let admin = connect().await;
    let ours = organization(&admin).await;
    let client = connect_as(WRITER).await;

    for (text, code) in
        [("\\u0000", "22P05"), ("\\ud800", "22P02"), ("\\udc00\\ud800", "22P02"), ("\u{1}", "22P02"), ("\n", "22P02")]
    {
        let draft = format!("'{}'::jsonb", DRAFT.replace('#', text));
        assert_eq!(outcome(&client, &append(&ours, &draft)).await, code, "{text:?}");
    }
}

#[tokio::test]
async fn an_action_that_needs_a_reason_has_one() {
    let admin = connect().await;
    let ours = organization(&admin).await;
    let reasoned = format!(
        "INSERT INTO audit_actions VALUES ('{WRITER}', 'test.reasoned', true); SET LOCAL SESSION AUTHORIZATION {WRITER};"
    );
    let draft = about("v").replace("visit.checked_in", "test.reasoned");
    let with_reason = draft.replace("\"reason\": null", "\"reason\": \"because\"");

    assert_eq!(outcome(&admin, &format!("{reasoned}{}", append(&ours, &draft))).await, "22023");
    assert_eq!(outcome(&admin, &format!("{reasoned}{}", append(&ours, &with_reason))).await, "1");
}

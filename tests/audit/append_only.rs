//! No role changes what was written: neither a function, nor the owner, nor a session in replica mode.

use super::log::{WRITER, about, append, connect, connect_as, organization, outcome, run, text};

const REFUSED: &str = "42501";

#[tokio::test]
async fn a_function_may_append_a_draft_and_nothing_else() {
    let admin = connect().await;
    let ours = organization(&admin).await;
    let client = connect_as(WRITER).await;
    let bound = format!("SELECT FROM set_config('app.organization_id', '{ours}', true);");

    for change in [
        "UPDATE audit_log SET draft = NULL",
        "UPDATE audit_log SET entry = ''",
        "DELETE FROM audit_log",
        "TRUNCATE audit_log",
        "SELECT FROM audit_log FOR UPDATE",
        "INSERT INTO audit_log (entry, leaf, link) VALUES ('', '', '')",
        "INSERT INTO audit_log (draft, entry) VALUES ('{}', '')",
        "INSERT INTO audit_log (draft) VALUES ('{}') ON CONFLICT (organization_id, seq) DO UPDATE SET draft = NULL",
        "UPDATE audit_heads SET seq = 0",
        "SELECT FROM audit_heads",
        "ALTER TABLE audit_log DISABLE TRIGGER append_only",
        "SET session_replication_role = replica",
    ] {
        assert_eq!(outcome(&client, &format!("{bound}{change}")).await, REFUSED, "{change}");
    }
    assert_eq!(outcome(&client, &append(&ours, &about("v"))).await, "1");
}

#[tokio::test]
async fn the_owner_changes_no_entry() {
    let admin = connect().await;
    let ours = organization(&admin).await;

    for mode in ["origin", "replica", "local"] {
        let bound = format!(
            "SET LOCAL session_replication_role = {mode}; SET LOCAL ROLE doorbook_owner; SELECT app.bind('{ours}', NULL);"
        );
        for change in [
            "UPDATE audit_log SET draft = NULL",
            "UPDATE audit_log SET entry = replace(entry, 'seed', 'else')",
            "DELETE FROM audit_log",
            "TRUNCATE audit_log",
        ] {
            assert_eq!(outcome(&admin, &format!("{bound}{change}")).await, REFUSED, "{mode}: {change}");
        }
        let forged =
            format!("{bound} INSERT INTO audit_log (entry, leaf, link) SELECT entry, leaf, link FROM audit_log");
        assert_eq!(outcome(&admin, &forged).await, "22023", "{mode}: an entry of one's own writing");
    }
}

/// A superuser has to switch the triggers of the table off by name: replica mode, which switches off all others, is not
/// enough.
#[tokio::test]
async fn a_superuser_in_replica_mode_changes_no_entry() {
    let admin = connect().await;
    let ours = organization(&admin).await;

    for mode in ["origin", "replica", "local"] {
        let of_ours = format!("WHERE organization_id = '{ours}'");
        for (change, refusal) in [
            (format!("UPDATE audit_log SET entry = replace(entry, 'seed', 'else') {of_ours}"), REFUSED),
            (format!("DELETE FROM audit_log {of_ours}"), REFUSED),
            ("TRUNCATE audit_log".to_owned(), REFUSED),
            (
                format!(
                    "SELECT FROM app.bind('{ours}', NULL); INSERT INTO audit_log (entry, leaf, link) \
                     SELECT replace(entry, '\"seq\": 0', '\"seq\": 1'), leaf, link FROM audit_log {of_ours}"
                ),
                "22023",
            ),
        ] {
            let change = format!("SET LOCAL session_replication_role = {mode}; {change}");
            assert_eq!(outcome(&admin, &change).await, refusal, "{change}");
        }
    }
}

#[tokio::test]
async fn a_session_in_replica_mode_writes_entries_like_any_other() {
    let admin = connect().await;
    let ours = organization(&admin).await;
    let draft = about("v").replace("visit.checked_in", "organization.created");

    run(&admin, &format!("BEGIN; SET LOCAL session_replication_role = replica; {}; COMMIT", append(&ours, &draft)))
        .await;

    let newest = format!(
        "SELECT seq || (entry::jsonb ->> 'seq') FROM audit_log WHERE organization_id = '{ours}' ORDER BY seq DESC LIMIT 1"
    );
    assert_eq!(text(&admin, &newest).await, "11");
}

/// An entry whose transaction fails leaves neither row nor gap.
#[tokio::test]
async fn what_is_rolled_back_was_never_numbered() {
    let admin = connect().await;
    let ours = organization(&admin).await;
    let client = connect_as(WRITER).await;

    run(&client, &format!("BEGIN; {}; ROLLBACK", append(&ours, &about("lost")))).await;
    run(&client, &format!("BEGIN; {}; COMMIT", append(&ours, &about("kept")))).await;

    let kept = format!("SELECT seq FROM audit_log WHERE organization_id = '{ours}' AND target_id = 'kept'");
    assert_eq!(text(&admin, &kept).await, "1");
}

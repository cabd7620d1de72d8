//! One chain per organization, without a gap, with any number of writers at the same time, and what the database alone
//! writes in it.

use std::time::Duration;

use super::log::{WRITER, about, append, connect, connect_as, organization, outcome, run, text, texts};

/// Everything about a log that could be broken; empty when nothing is.
fn breaks(organization: &str) -> String {
    format!(
        "SELECT seq || ': ' || problem FROM (
            SELECT seq, unnest(ARRAY[
                CASE WHEN seq <> row_number() OVER w - 1 THEN 'a gap' END,
                CASE WHEN leaf <> audit.leaf(entry) THEN 'another leaf' END,
                CASE WHEN link <> audit.link(lag(link, 1, audit.genesis(organization_id)) OVER w, leaf) THEN 'another link' END,
                CASE WHEN entry::jsonb ->> 'at' < lag(entry::jsonb ->> 'at') OVER w THEN 'time falls' END,
                CASE WHEN entry::jsonb ->> 'seq' <> seq::text OR entry::jsonb ->> 'org' <> organization_id::text THEN 'other columns' END,
                CASE WHEN entry::jsonb -> 'prev' <> coalesce(to_jsonb(lag(seq) OVER (PARTITION BY target_kind, target_id ORDER BY seq)), 'null')
                  THEN 'another prev' END,
                CASE WHEN entry ~ E'[\\n\\r]' THEN 'more than one line' END]) AS problem
            FROM audit_log WHERE organization_id = '{organization}' WINDOW w AS (ORDER BY seq)) AS checked
         WHERE problem IS NOT NULL"
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eight_writers_make_one_gapless_chain() {
    let admin = connect().await;
    let ours = organization(&admin).await;
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..8 {
        let organization = ours.clone();
        writers.spawn(async move {
            let client = connect_as(WRITER).await;
            for turn in 0..25 {
                let draft = about(&format!("visit-{}", (writer + turn) % 5));
                run(&client, &format!("BEGIN; {}; COMMIT", append(&organization, &draft))).await;
            }
        });
    }
    writers.join_all().await;

    assert_eq!(texts(&admin, &breaks(&ours)).await, Vec::<String>::new());
    let entries = format!("SELECT count(*) FROM audit_log WHERE organization_id = '{ours}'");
    assert_eq!(text(&admin, &entries).await, "201");
    let head = format!("SELECT seq || encode(link, 'hex') FROM audit_heads WHERE organization_id = '{ours}'");
    let newest = format!(
        "SELECT seq || encode(link, 'hex') FROM audit_log WHERE organization_id = '{ours}' ORDER BY seq DESC LIMIT 1"
    );
    assert_eq!(text(&admin, &head).await, text(&admin, &newest).await);
}

#[tokio::test]
async fn two_organizations_do_not_wait_for_each_other() {
    let admin = connect().await;
    let (ours, theirs) = (organization(&admin).await, organization(&admin).await);
    let (first, second) = (connect_as(WRITER).await, connect_as(WRITER).await);
    let hurried = |organization: &str| format!("SET LOCAL lock_timeout = '2s'; {}", append(organization, &about("v")));

    run(&first, &format!("BEGIN; {}", append(&ours, &about("v")))).await;

    assert_eq!(outcome(&second, &hurried(&theirs)).await, "1");
    assert_eq!(outcome(&second, &hurried(&ours)).await, "55P03");
    run(&first, "COMMIT").await;
    assert_eq!(outcome(&second, &hurried(&ours)).await, "1");
}

/// The server's clock may be set back; the log's does not go with it.
#[tokio::test]
async fn time_never_falls() {
    let admin = connect().await;
    let ours = organization(&admin).await;
    let future = "2999-01-01T00:00:00.000001Z";
    run(&admin, &format!("UPDATE audit_heads SET at = '{future}' WHERE organization_id = '{ours}'")).await;

    let client = connect_as(WRITER).await;
    run(&client, &format!("BEGIN; {}; COMMIT", append(&ours, &about("v")))).await;

    let newest = format!("SELECT entry::jsonb ->> 'at' FROM audit_log WHERE organization_id = '{ours}' AND seq = 1");
    assert_eq!(text(&admin, &newest).await, future);
    assert_eq!(texts(&admin, &breaks(&ours)).await, Vec::<String>::new());
}

/// Read while the head is locked: an entry that had to wait is not older than the one it waited for.
#[tokio::test]
async fn an_entry_is_as_old_as_its_turn() {
    let admin = connect().await;
    let ours = organization(&admin).await;
    let (first, second) = (connect_as(WRITER).await, connect_as(WRITER).await);
    run(&first, &format!("BEGIN; {}", append(&ours, &about("first")))).await;

    let waiting = async { run(&second, &format!("BEGIN; {}; COMMIT", append(&ours, &about("second")))).await };
    let committing = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        run(&first, "COMMIT").await;
    };
    tokio::join!(waiting, committing);

    let apart = format!(
        "SELECT (max(entry::jsonb ->> 'at')::timestamptz - min(entry::jsonb ->> 'at')::timestamptz) > '200 ms' \
         FROM audit_log WHERE organization_id = '{ours}' AND seq > 0"
    );
    assert_eq!(text(&admin, &apart).await, "t");
}

#[tokio::test]
async fn no_role_writes_in_anothers_name() {
    let admin = connect().await;
    let ours = organization(&admin).await;
    let client = connect_as(WRITER).await;

    for forgery in [
        "SET LOCAL ROLE doorbook_owner",
        "SET LOCAL ROLE fn_check_out",
        "SELECT set_config('role', 'doorbook_owner', true)",
    ] {
        assert_eq!(outcome(&client, forgery).await, "42501", "{forgery}");
    }
    let foreign_action = about("v").replace("visit.checked_in", "organization.created");
    assert_eq!(outcome(&client, &append(&ours, &foreign_action)).await, "42501");
    for role in ["none", WRITER] {
        run(&client, &format!("BEGIN; SET LOCAL ROLE {role}; {}; COMMIT", append(&ours, &about(role)))).await;
        let via = format!(
            "SELECT entry::jsonb ->> 'via' FROM audit_log WHERE organization_id = '{ours}' AND target_id = '{role}'"
        );
        assert_eq!(text(&admin, &via).await, WRITER);
    }
}

/// One row is read for `prev`, however many entries the target or the organization has.
#[tokio::test]
async fn an_entry_costs_the_same_in_a_long_log() {
    let admin = connect().await;
    let ours = organization(&admin).await;
    let many = format!(
        "{} FROM generate_series(1, 600)",
        append(&ours, &about("busy")).replace("VALUES (", "SELECT (").as_str()
    );
    run(&connect_as(WRITER).await, &format!("BEGIN; {many}; COMMIT")).await;

    let read = "SELECT coalesce(idx_tup_fetch, 0) + coalesce(seq_tup_read, 0) FROM pg_stat_xact_user_tables WHERE relname = 'audit_log'";
    for target in ["busy", "new"] {
        let counted = format!("BEGIN; {}; {read}; COMMIT", append(&ours, &about(target)));
        // A connection counts on from what it did within the last second, so each gets its own.
        let rows: i64 = text(&connect_as(WRITER).await, &counted).await.parse().unwrap();
        assert!(rows <= 1, "{rows} rows were read for an entry about {target}");
    }
}

#[tokio::test]
async fn a_moment_is_found_in_a_log() {
    let admin = connect().await;
    let ours = organization(&admin).await;
    let client = connect_as(WRITER).await;
    for target in ["first", "second", "third"] {
        run(&client, &format!("BEGIN; {}; COMMIT", append(&ours, &about(target)))).await;
    }
    let found = |wanted: &str| {
        format!(
            "BEGIN; SELECT FROM app.bind('{ours}', NULL); SELECT audit.first_seq_at({wanted}) FROM audit_log \
             WHERE organization_id = '{ours}' AND seq = 2; COMMIT"
        )
    };

    assert_eq!(text(&admin, &found("'2000'")).await, "0");
    assert_eq!(text(&admin, &found("entry::jsonb ->> 'at'")).await, "2");
    assert_eq!(text(&admin, &found("'2999'")).await, "4");
}

//! How the database finds what it is asked for, under row-level security: by an index, however many rows there are.

use super::database::{connect, connect_as, run, text, texts, two_organizations};

/// Entries of the list, each with so many keys: more than a plan would read one by one.
const LISTED: &str = "
    SELECT app.bind('{o}', NULL);
    INSERT INTO people (organization_id, person_id, kind, key_id, wrapped_key, created_at)
      SELECT '{o}', md5('{o} ' || n)::uuid, 'listed', '{o}', '\\x03', now() FROM generate_series(1, 4000) AS n;
    INSERT INTO watchlist_entries SELECT '{o}', p.person_id, p.person_id, 'deny', 'high', '\\x04', now(), '{o}', NULL
      FROM people AS p WHERE p.organization_id = '{o}' AND p.kind = 'listed';
    INSERT INTO watchlist_keys SELECT '{o}', substring(sha256(convert_to(n || ' ' || k, 'UTF8')) FOR 8), md5('{o} ' || n)::uuid
      FROM generate_series(1, 4000) AS n, generate_series(1, 5) AS k;";

/// The statement of a function's store that opens with this name, with these arguments in their places.
fn statement(store: &str, name: &str, arguments: &[&str]) -> String {
    let text =
        store.split(&format!("\"-- {name}\\n\",")).nth(1).and_then(|rest| rest.split("\n    ))").next()).expect(name);
    let lines = text.lines().map(|line| line.trim().trim_start_matches('"').trim_end_matches("\",").to_owned());
    let text = lines.collect::<String>();
    arguments.iter().enumerate().fold(text, |text, (at, value)| text.replace(&format!("${}", at + 1), value))
}

#[tokio::test]
async fn the_watchlist_is_searched_by_its_index() {
    let client = connect().await;
    let (organization, _) = two_organizations(&client).await;
    run(&client, &format!("BEGIN; {} COMMIT", LISTED.replace("{o}", &organization))).await;
    run(&client, "ANALYZE people, watchlist_entries, watchlist_keys").await;
    let keys = "SELECT array_agg(substring(sha256(convert_to(n || ' 1', 'UTF8')) FOR 8))::text FROM generate_series(1, 60) AS n";
    let keys = format!("'{}'::bytea[]", text(&client, keys).await);
    let store = include_str!("../../functions/visits/check-in/src/store.rs");
    let statement = statement(store, "check-in.find_listed", &[&keys, "'{}'::bytea[]"]);

    let check_in = connect_as("fn_check_in").await;
    let open = format!("BEGIN; SELECT FROM set_config('app.organization_id', '{organization}', true)");
    run(&check_in, &open).await;
    // Whether there is a list at all is asked at each check-in, of an organization without one too.
    let grants = include_str!("../../infra/grants/check_in.sql");
    let first = grants.split("has_watchlist := (").nth(1).and_then(|rest| rest.split(") IS NOT NULL").next()).unwrap();
    let first_plan = texts(&check_in, &format!("EXPLAIN {first}")).await.join("\n");
    assert!(first_plan.contains("using watchlist_entries_") && !first_plan.contains("Seq Scan"), "{first_plan}");
    let found = texts(&check_in, &statement).await;
    let plan = texts(&check_in, &format!("EXPLAIN {statement}")).await.join("\n");

    assert_eq!(found.len(), 60, "each key finds its entry");
    assert!(!plan.contains("Seq Scan") && !plan.contains("Bitmap"), "{plan}");
    let by_key = plan.lines().any(|line| line.contains("Index Cond") && line.contains("(key = q.key)"));
    assert!(plan.contains("watchlist_keys_pkey") && by_key, "{plan}");
}

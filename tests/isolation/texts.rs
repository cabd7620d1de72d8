//! The database takes no text that shows nothing or turns others around, and leaves alone what is there already.

use serde_json::json;

use crate::harness::{Event, World, postgres, stack};

/// Every column that the triggers look at.
async fn columns() -> Vec<(String, String)> {
    let sql = "SELECT c.relname::text, a.attname::text FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid
        JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = ANY (t.tgattr) WHERE t.tgname = 'refuse_text' ORDER BY 1, 2";
    let rows = postgres::superuser().await.simple_query(sql).await.expect("the triggers");
    let pair = |message| match message {
        tokio_postgres::SimpleQueryMessage::Row(row) => {
            Some((row.get(0).unwrap_or_default().to_owned(), row.get(1).unwrap_or_default().to_owned()))
        }
        _ => None,
    };
    rows.into_iter().filter_map(pair).collect()
}

async fn driver(world: &World, key: &str) -> String {
    let deps = stack::connect::<check_in::Deps>(&stack::variables("fn_check_in", &[])).await;
    let body = json!({
        "type": "driver", "site_id": world.site, "name": "Dora Sample", "licence_number": "B07742", "carrier": "Sample Haulage",
        "bills_of_lading": ["BOL-1"],
    });
    let event = Event::new("POST", "/v1/visits", &[]).bearer(&world.token).idempotent(key).json(&body);
    event.send(&deps, check_in::handle).await.body["visit_id"].as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn no_role_writes_a_text_that_shows_nothing_or_turns_others_around() {
    let world = World::new().await;
    driver(&world, "key-1").await;
    let columns = columns().await;
    let mut refused = 0;
    for (table, column) in &columns {
        for bad in ["U&'\\200b\\200e'", "U&'\\0301'", "U&'\\2800'", "U&'a\\202egnp'", "U&'a\\2028b'", "U&'a\\+0e0041b'"]
        {
            let sql = format!("UPDATE {table} SET {column} = {bad} WHERE organization_id = '{}'", world.organization);
            match world.database.batch_execute(&sql).await {
                // No row of this kind is there to be changed.
                Ok(()) => assert_eq!(world.count(table).await, 0, "{sql}"),
                Err(error) => {
                    let code = error.code().map(tokio_postgres::error::SqlState::code);
                    assert_eq!(code, Some("23514"), "{sql}: {error:?}");
                    refused += 1;
                }
            }
        }
    }
    // A version of a notice is written once and never changes.
    for (title, text) in [("U&'\\200b'", "'a'"), ("'a'", "U&'\\200b'"), ("'a'", "U&'a\\202eb'")] {
        let sql = format!(
            "INSERT INTO notices (organization_id, version_id, kind, locale, version, title, text, published_at)
             VALUES ('{}', gen_random_uuid(), 'nda', 'en', 77, {title}, {text}, now())",
            world.organization
        );
        let error = world.database.batch_execute(&sql).await.expect_err(&sql);
        assert_eq!(error.code().map(tokio_postgres::error::SqlState::code), Some("23514"), "{sql}");
    }
    assert!(columns.len() >= 22 && refused >= 100, "{} columns, {refused} refusals", columns.len());
    // The positive control.
    let good = "UPDATE sites SET name = U&'\\0645\\06cc\\200c\\0631\\0648\\062f \\+01f469\\200d\\+01f4bb' WHERE organization_id = $1";
    assert_eq!(world.execute(good, &[&world.organization]).await, 1);
}

#[tokio::test]
async fn a_visitor_of_before_whose_name_shows_nothing_leaves_as_others_do() {
    let world = World::new().await;
    let visit = driver(&world, "key-1").await;
    let old = "SET session_replication_role = replica; UPDATE visits SET name = U&'\\200b', hazard_class = NULL
        WHERE visit_id = '{}'; SET session_replication_role = origin";
    world.database.batch_execute(&old.replace("{}", &visit)).await.expect("a row of before");

    let deps = stack::connect::<check_out::Deps>(&stack::variables("fn_check_out", &[])).await;
    let event =
        Event::new("POST", "/v1/visits/{visit_id}/check-out", &[&visit]).bearer(&world.token).idempotent("key-2");
    assert_eq!(event.json(&json!({})).send(&deps, check_out::handle).await.status, 200);
}

/// Texts that people type have a limit of their length; those of others are words, addresses of machines, and what a
/// device calls itself.
#[tokio::test]
async fn every_column_of_typed_text_is_looked_at() {
    let sql = "SELECT conrelid::regclass::text, a.attname::text FROM pg_constraint AS k
        JOIN pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)
        WHERE k.contype = 'c' AND k.connamespace = 'public'::regnamespace AND array_length(k.conkey, 1) = 1
        AND a.atttypid = 'text'::regtype AND pg_get_constraintdef(k.oid) LIKE '%length(' || a.attname || ') >= %'";
    let others = ["time_zone", "device", "staff_name", "url", "bucket", "account", "region"];
    let rows = postgres::superuser().await.simple_query(sql).await.expect("the limits");
    let (known, mut missing) = (columns().await, Vec::new());
    for message in rows {
        let tokio_postgres::SimpleQueryMessage::Row(row) = message else { continue };
        let (table, column) = (row.get(0).unwrap_or_default(), row.get(1).unwrap_or_default());
        // A review's snapshot copies names as they are, whenever they were written.
        let is_copy = table == "access_review_items" && column != "reason";
        // The test before this one looks at notices.
        let is_written_once = table == "notices";
        if !others.contains(&column)
            && !is_copy
            && !is_written_once
            && !known.contains(&(table.to_owned(), column.to_owned()))
        {
            missing.push(format!("{table}.{column}"));
        }
    }
    assert!(missing.is_empty(), "{missing:?}");
}

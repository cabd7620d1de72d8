//! How the part numbers of an upload suffice.

use build_export::numbers::{NUMBERS, Numbers};
use serde_json::{Value, json};

use super::manifest;
use crate::harness::{
    World,
    exports::{bundle, members, verify},
};

/// Parts of 12 MiB in the largest bundle that there is.
const PARTS: i32 = 342;
const TABLES: i32 = 40;

/// Takes so many parts for a member, and gives the last number.
fn fill(numbers: &mut Numbers, first: i32, parts: i32) -> i32 {
    (0..=parts).map(|part| numbers.take(first, part).expect("a number is left")).last().expect("a number")
}

#[test]
fn forty_tables_that_all_fill_parts_fit_behind_the_largest_log() {
    let mut numbers = Numbers::default();
    let mut firsts = vec![numbers.begin(None)];
    for _ in 1..5 {
        firsts.push(numbers.begin(firsts.last().copied()));
    }
    let mut highest = firsts.iter().map(|first| fill(&mut numbers, *first, NUMBERS - 1)).max().unwrap();

    for table in 0..TABLES {
        let csv = numbers.begin(None);
        let json = numbers.begin(Some(csv));
        assert!(csv > highest, "behind what was taken");
        assert!(fill(&mut numbers, csv, 1) < json, "each in its range");
        // What is left of the bundle's parts, for the first that takes it.
        let rest = if table < 2 { PARTS / 2 } else { 1 };
        highest = fill(&mut numbers, json, rest);
    }

    assert!(numbers.take(numbers.begin(None), 0).is_some(), "the end of the archive has one too");
    assert!(numbers.take(1, NUMBERS).is_none(), "a member has its numbers and no more");
}

#[test]
fn members_that_fill_no_part_take_no_number() {
    let numbers = Numbers::after(7);
    assert!((0..1000).all(|_| (numbers.begin(None), numbers.begin(Some(8))) == (8, 8 + NUMBERS)));
}

#[tokio::test]
async fn a_table_of_several_parts_stands_where_it_was_begun() {
    let world = World::new().await;
    let rows = "INSERT INTO notices (organization_id, version_id, kind, locale, version, title, text, published_at) \
        SELECT $1, gen_random_uuid(), 'nda', 'en', n + 1, 'Long', repeat('what is seen here stays here ', 1700), now() \
        FROM generate_series(1, 280) AS n";
    world.execute(rows, &[&world.organization]).await;

    let made = bundle(&world, &json!({ "kind": "data" })).await;

    assert!(made.len() > 25_000_000, "{} bytes", made.len());
    assert_eq!(verify(&world, &made, &[]).await.0, 0);
    let notices: Vec<Value> = serde_json::from_slice(&members(&made)["data/notices.json"]).unwrap();
    assert_eq!((notices.len(), &manifest(&made)["counts"]["notices"]), (281, &json!(281)));
}

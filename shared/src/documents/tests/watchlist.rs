//! What the matcher holds beyond the cases: what is a hit, what is a weak one, and what an index stores.

use time::macros::date;

use crate::documents::dates::PartialDate;
use crate::documents::watchlist::{Alias, Entry, List, Prepared, Query, keys, screen};

const TODAY: time::Date = date!(2026 - 12 - 01);

fn entry<'a>(name: &'a str, company: &'a str) -> Entry<'a> {
    let date_of_birth = PartialDate::parse("1966-05-06");
    Entry {
        id: "w",
        list: List::Deny,
        name,
        aliases: &[],
        company,
        document_number: "B77-1",
        plate: "M-AB 123",
        date_of_birth,
        expires_on: None,
    }
}

/// `hit`, `weak` or nothing.
fn met(entry: &Entry<'_>, query: &Query<'_>) -> Option<&'static str> {
    let entries = [Prepared::new(entry)];
    let screened = screen(&entries, query, TODAY);
    assert!(!format!("{screened:?}").contains("Tollefsen"));
    screened.denied.first().map(|hit| if hit.is_weak { "weak" } else { "hit" })
}

fn by_name(listed: &str, asked: &str) -> Option<&'static str> {
    met(&entry(listed, ""), &Query { name: asked, ..Query::default() })
}

fn by_company(listed: &str, asked: &str) -> Option<&'static str> {
    met(&entry("", listed), &Query { company: asked, ..Query::default() })
}

#[test]
fn persons_are_met_by_their_names_and_not_by_a_part_of_them() {
    for (listed, asked, expected) in [
        ("Muhammad al-Rashid", "Mohammed Al Rashid", Some("hit")),
        ("Annamaria Rossi", "Anna Maria Rossi", Some("hit")),
        ("Soeren Oestergaard", "Østergaard, Søren", Some("hit")),
        ("John Smith Jr", "Mr John Smith", Some("hit")),
        ("William Carsoner", "Bill Carsoner", Some("weak")),
        ("Edgar Wilhelm Tollefsen", "E. Tollefsen", Some("weak")),
        ("Edgar Wilhelm Tollefsen", "K. W. Tollefsen", None),
        ("Emmaline", "Emmaline D.", None),
        ("John Smith", "Smith", None),
        ("John Q Smith", "John R Smith", None),
        ("Maria De La Torre", "Eva De La Cruz", None),
        ("Ana Li", "Ana Lee", None),
        ("Unknown", "unknown", None),
        ("李伟", "李伟", Some("hit")),
    ] {
        assert_eq!(by_name(listed, asked), expected, "{listed} / {asked}");
        assert_eq!(by_name(asked, listed), expected, "{asked} / {listed}");
    }
}

#[test]
fn companies_are_met_by_more_than_their_legal_form() {
    for (listed, asked, expected) in [
        ("Norwinder Corp.", "NORWINDER CORPORATION", Some("hit")),
        ("Acme Sons Limited", "ACME & Sons, Ltd", Some("hit")),
        ("JSC Parametra", "Parametra", Some("hit")),
        ("JSC Parametra", "Parametra LLC", Some("weak")),
        ("3M Company", "3M", Some("hit")),
        ("7719 CORP.", "7718 Corp", None),
        ("Corp", "Corp", None),
    ] {
        assert_eq!(by_company(listed, asked), expected, "{listed} / {asked}");
        assert_eq!(by_company(asked, listed), expected, "{asked} / {listed}");
    }
}

#[test]
fn another_birth_date_leaves_a_namesake_for_review_and_drops_a_typo() {
    let with_birth = |name, birth| {
        met(&entry("Otto Brandler", ""), &Query { name, date_of_birth: PartialDate::parse(birth), ..Query::default() })
    };

    assert_eq!(with_birth("Otto Brandler", "1966-05-06"), Some("hit"));
    assert_eq!(with_birth("Otto Brandler", "1966"), Some("hit"));
    assert_eq!(with_birth("Otto Brandler", "1970-01-01"), Some("weak"));
    assert_eq!(with_birth("Otto Brandner", "1970-01-01"), None);
}

#[test]
fn numbers_and_plates_are_met_without_their_separators_and_never_when_empty() {
    let listed = entry("", "");

    assert_eq!(met(&listed, &Query { plate: "mab 123", ..Query::default() }), Some("hit"));
    assert_eq!(met(&listed, &Query { document_number: "b771", ..Query::default() }), Some("hit"));
    assert_eq!(met(&Entry { plate: "-", ..listed }, &Query { plate: "-", ..Query::default() }), None);
}

#[test]
fn a_weak_alias_is_a_weak_hit() {
    let aliases = [Alias { name: "Tiny Tom", is_weak: true }];

    assert_eq!(
        met(&Entry { aliases: &aliases, ..entry("X Y", "") }, &Query { name: "Tiny Tom", ..Query::default() }),
        Some("weak")
    );
}

#[test]
fn an_index_stores_a_bounded_number_of_keys() {
    assert!(keys::of_name("Tomas Velandiano Ortunez").len() <= 45);
    assert!(keys::of_name(&"Маргарита Щербаківська ".repeat(50)).len() <= 600);
    assert!(keys::of_company("GmbH & Co. KG").is_empty());
}

//! The tables are written by people: every row has its columns, and no key stands twice.

use std::collections::BTreeSet;

const TABLES: &[(&str, &str, usize)] = &[
    ("countries", include_str!("../data/countries.tsv"), 3),
    ("issuers", include_str!("../data/issuers.tsv"), 5),
    ("legal_forms", include_str!("../data/legal_forms.tsv"), 2),
    ("month_names", include_str!("../data/month_names.tsv"), 2),
    ("name_words", include_str!("../data/name_words.tsv"), 2),
    ("nicknames", include_str!("../data/nicknames.tsv"), 2),
    ("transliterations", include_str!("../data/transliterations.tsv"), 3),
];

#[test]
fn every_row_has_its_columns_and_no_key_stands_twice() {
    for (table, text, columns) in TABLES {
        let mut keys = BTreeSet::new();
        for row in text.lines().filter(|line| !line.starts_with('#')) {
            let cells: Vec<&str> = row.split('\t').collect();
            // A last column that is often empty may be left out.
            assert!(cells.len() == *columns || (*table == "legal_forms" && cells.len() == 1), "{table}: {row:?}");
            assert!(keys.insert(cells[0]), "{table}: {row:?} stands twice");
        }
    }
}

#[test]
fn every_word_list_is_written_as_it_is_compared() {
    for (table, text, _) in
        TABLES.iter().filter(|(table, ..)| ["legal_forms", "name_words", "nicknames", "month_names"].contains(table))
    {
        for row in text.lines().filter(|line| !line.starts_with('#')) {
            let words = row.split(['\t', ' ']).filter(|word| !["particle", "suffix", "title"].contains(word));
            assert!(
                words
                    .clone()
                    .all(|word| word.bytes().all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit())),
                "{table}: {row:?}"
            );
        }
    }
}

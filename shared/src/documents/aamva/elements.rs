//! Elements of a subfile: three letters, then a value up to the line's end (annex D.12.5).

use std::collections::BTreeMap;

use super::super::vocabulary::Doubt;

/// A card has about forty.
const ELEMENTS_MAX: usize = 200;
/// The longest that is of use here: names of 40 characters each, written in one element by version 1.
const VALUE_CHARACTERS_MAX: usize = 128;

/// The elements that are read, with the characters that they may have. All others are skipped: what is not read cannot leak.
const READ: &[(&str, usize)] = &[
    ("DAA", 128),
    ("DAB", 80),
    ("DAC", 80),
    ("DAD", 80),
    ("DAE", 16),
    ("DAQ", 25),
    ("DAR", 16),
    ("DAT", 16),
    ("DBA", 32),
    ("DBB", 32),
    ("DBC", 8),
    ("DCA", 16),
    ("DCD", 16),
    ("DCG", 8),
    ("DCS", 80),
    ("DCT", 128),
    ("DCU", 16),
    ("DDE", 4),
    ("DDF", 4),
    ("DDG", 4),
];

/// The elements of one subfile: the first value of each stands.
#[derive(Default)]
pub(super) struct Elements<'a> {
    values: BTreeMap<&'static str, &'a str>,
    count: usize,
    doubts: Vec<Doubt>,
}

impl<'a> Elements<'a> {
    /// The value, trimmed, if it is there and not empty.
    pub(super) fn text(&self, element: &str) -> Option<&'a str> {
        self.values.get(element).copied()
    }

    /// How many elements were seen, read or not.
    pub(super) const fn count(&self) -> usize {
        self.count
    }

    pub(super) fn doubts(&self) -> &[Doubt] {
        &self.doubts
    }

    /// Whether anything was read that names a person or a document.
    pub(super) fn is_useful(&self) -> bool {
        ["DAQ", "DCS", "DAB", "DAA", "DAC", "DCT", "DBB"].iter().any(|element| self.values.contains_key(element))
    }

    /// Whether another subfile says something else in an element that this one has too.
    pub(super) fn contradicts(&self, other: &Elements<'_>) -> bool {
        self.values.iter().any(|(element, value)| other.text(element).is_some_and(|second| second != *value))
    }

    /// Takes a line in; a line that begins no element is nothing.
    pub(super) fn take(&mut self, line: &'a str) {
        if !begins_element(line) || self.count >= ELEMENTS_MAX {
            return;
        }
        self.count += 1;
        let Some((name, value)) = line.split_at_checked(3) else { return };
        let Some((element, length)) = READ.iter().find(|(element, _)| *element == name) else { return };
        let value = value.trim_matches(|letter: char| letter.is_whitespace() || letter.is_control());
        if value.chars().take(VALUE_CHARACTERS_MAX + 1).count() > *length {
            self.doubts.push(Doubt::ElementTooLong);
            return;
        }
        match self.values.get(element) {
            _ if value.is_empty() => {}
            None => {
                self.values.insert(element, value);
            }
            Some(first) if *first == value => {}
            Some(_) => self.doubts.push(Doubt::DuplicateElement),
        }
    }
}

/// Whether a line begins with an element identifier: `D` and a letter from A to D for the standard's own, `P` for those of
/// version 1, `Z` for those of a state.
pub(super) fn begins_element(line: &str) -> bool {
    let mut letters = line.bytes();
    match (letters.next(), letters.next(), letters.next()) {
        (Some(b'D'), Some(b'A'..=b'D' | b'Z'), Some(third)) => third.is_ascii_uppercase(),
        (Some(b'P' | b'Z'), Some(second), Some(third)) => second.is_ascii_uppercase() && third.is_ascii_uppercase(),
        _ => false,
    }
}

/// What issuers write where there is nothing (annex D.12.4: "NONE" and "unavl"). A person may be called Null.
pub(super) fn is_placeholder(value: &str) -> bool {
    const NOTHING: &[&str] = &["NONE", "UNAVL", "UNAVAIL", "UNAVAILABLE", "N/A", "NMN", "NMI", "-", "*"];
    NOTHING.iter().any(|nothing| value.trim().eq_ignore_ascii_case(nothing))
}

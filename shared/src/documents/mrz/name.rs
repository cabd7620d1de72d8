//! The name field: primary identifier, two fillers, secondary identifier (Doc 9303-3, 4.6 and 9303-4, 4.2.3).

use super::super::reading::{Origin, Reading};
use super::super::vocabulary::{Doubt, Field};

/// Puts the names of one field. A letter at its last position means that the names may be cut.
pub(super) fn put(reading: &mut Reading, field: &str, origin: Origin) {
    let (primary, secondary) = field.split_once("<<").unwrap_or((field, ""));
    reading.put(Field::FamilyName, words(primary), origin);
    reading.put(Field::GivenName, words(secondary), origin);
    if field.contains(|letter: char| letter.is_ascii_digit()) {
        reading.doubt(Doubt::NameHasDigits);
    }
    // Behind the given names there are only fillers: a letter among them is a filler that was read wrong.
    let behind = secondary.trim_start_matches('<').split_once("<<").map_or("", |(_, behind)| behind);
    if behind.contains(|letter| letter != '<') {
        reading.doubt(Doubt::FillerSuspect);
    }
    put_cut(reading, !field.ends_with('<'));
}

/// Puts whether the names may be cut.
pub(super) fn put_cut(reading: &mut Reading, cut: bool) {
    if cut {
        reading.doubt(Doubt::NamesCut);
    }
    // Which of the names was cut cannot be seen: states cut the family name so that a given name finds room.
    reading.set_cut(Field::FamilyName, Some(cut));
    reading.set_cut(Field::GivenName, Some(cut));
}

/// One filler joins words; runs of fillers divide no further.
pub(super) fn words(identifier: &str) -> String {
    identifier.split('<').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

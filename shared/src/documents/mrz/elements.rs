//! Elements that all layouts have: states, sex, document numbers.

use super::super::reading::{Origin, Reading};
use super::super::tables;
use super::super::vocabulary::{Check, Doubt, Field};
use super::digits;

/// Puts a state's code as it is compared; an unknown code stays as it stands, and is doubted.
pub(super) fn put_state(reading: &mut Reading, field: Field, code: &str, origin: Origin) {
    let code = code.trim_end_matches('<');
    match tables::country(code) {
        Some(known) => reading.put(field, known, origin),
        None => {
            reading.put(field, code, origin);
            reading.doubt(Doubt::IssuerUnknown);
        }
    }
    if code == "UTO" {
        reading.doubt(Doubt::Specimen);
    }
}

/// Doc 9303-4, 4.2.2: M, F, or filler for unspecified. X belongs to the printed page, but occurs.
pub(super) fn put_sex(reading: &mut Reading, sex: &str, origin: Origin) {
    match sex {
        "M" | "F" => reading.put(Field::Sex, sex, origin),
        "<" => reading.put(Field::Sex, "X", origin),
        "X" => {
            reading.put(Field::Sex, "X", origin);
            reading.doubt(Doubt::SexNotStandard);
        }
        _ => reading.doubt(Doubt::SexNotStandard),
    }
}

/// Puts a document number with its check digit. Where the digit is a filler, the number goes on in the optional data, up to the
/// first filler, and its last character is the digit (Doc 9303-5, 4.2.4; 9303-6 likewise).
pub(super) fn put_number(reading: &mut Reading, number: &str, digit: &str, overflow: &str, origin: Origin) {
    let more = overflow.split('<').next().unwrap_or("");
    if digit == "<" && !more.is_empty() && !number.ends_with('<') {
        let (rest, digit) = more.split_at_checked(more.len() - 1).unwrap_or(("", more));
        let whole = format!("{number}{rest}");
        reading.check(Check::DocumentNumber, digits::passes(&whole, digit));
        reading.put(Field::DocumentNumber, whole, origin);
        return;
    }
    let plain = number.trim_end_matches('<');
    if plain.is_empty() {
        reading.doubt(Doubt::DocumentNumberMissing);
    }
    reading.check(Check::DocumentNumber, digits::passes(number, digit));
    // A filler inside a number stands for a character that the alphabet lacks (Doc 9303-3, 4.2).
    reading.put(Field::DocumentNumber, plain.replace('<', " ").trim(), origin);
}

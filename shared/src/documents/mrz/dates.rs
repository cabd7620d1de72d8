//! Dates as YYMMDD, of which month and day may be unknown (Doc 9303-3, 4.8).

use time::Date;

use super::super::dates::{PartialDate, birth_of, expiry_of, number};
use super::super::reading::{Origin, Reading};
use super::super::vocabulary::{Check, Doubt, Field};
use super::digits;

/// Puts the birth date as far as it is known, with its check digit.
pub(super) fn put_birth(reading: &mut Reading, text: &str, digit: &str, today: Date, origin: Origin) {
    reading.check(Check::DateOfBirth, digits::passes(text, digit));
    match parts(text) {
        Parts::Unknown => {}
        Parts::Invalid => reading.doubt(Doubt::DateOfBirthInvalid),
        Parts::Known(year, month, day) => {
            put_date(reading, Field::DateOfBirth, birth_of(year, month, day, today), origin)
        }
    }
}

/// Puts the expiry, with its check digit. No expiry is legal, and is not "expired".
pub(super) fn put_expiry(reading: &mut Reading, text: &str, digit: &str, today: Date, origin: Origin) {
    reading.check(Check::ExpiresOn, digits::passes(text, digit));
    match parts(text) {
        Parts::Unknown => reading.doubt(Doubt::NoExpiry),
        Parts::Invalid => reading.doubt(Doubt::ExpiresOnInvalid),
        Parts::Known(year, month, day) => {
            put_date(reading, Field::ExpiresOn, expiry_of(year, month, day, today), origin)
        }
    }
}

fn put_date(reading: &mut Reading, field: Field, date: Option<PartialDate>, origin: Origin) {
    match date {
        Some(date) => reading.put(field, date.to_text(), origin),
        None if field == Field::DateOfBirth => reading.doubt(Doubt::DateOfBirthInvalid),
        None => reading.doubt(Doubt::ExpiresOnInvalid),
    }
}

enum Parts {
    Unknown,
    Invalid,
    Known(u8, Option<u8>, Option<u8>),
}

/// Unknown parts are fillers, or zeros where states write them so. Of a date without a year nothing can be used.
fn parts(text: &str) -> Parts {
    if text.bytes().all(|letter| letter == b'<') || text.bytes().all(|letter| letter == b'0') {
        return Parts::Unknown;
    }
    let part = |from: usize| match text.get(from..from + 2) {
        Some("<<" | "00") => Some(None),
        Some(digits) => number(digits, 2).and_then(|number| u8::try_from(number).ok()).map(Some),
        None => None,
    };
    let year = text.get(..2).and_then(|digits| number(digits, 2)).and_then(|number| u8::try_from(number).ok());
    match (year, part(2), part(4)) {
        (Some(year), Some(month), Some(day)) if month.is_some() || day.is_none() => Parts::Known(year, month, day),
        _ => Parts::Invalid,
    }
}

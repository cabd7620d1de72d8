//! The three tracks of a magnetic stripe (AAMVA annex F), which some issuers put into the barcode as they are.

use super::super::dates::{PartialDate, number};
use super::super::reading::{Kind, Origin, Reading, Refusal};
use super::super::tables;
use super::super::vocabulary::{Doubt, Field};
use super::names;

/// `]L2`, a byte-order mark, blanks.
const PREFIX_BYTES_MAX: usize = 8;
/// A city has at most 13 characters; one of exactly 13 is not ended by `^`.
const CITY_CHARACTERS: usize = 13;
/// The name has at most 35, by the same rule.
const NAME_CHARACTERS: usize = 35;
/// Behind version, security version, postal code, class, restrictions and endorsements.
const SEX_AT: usize = 2 + 11 + 2 + 10 + 4;

/// Whether the text is a stripe: track 1 begins it, and track 2 begins with an issuer.
pub(super) fn looks_like(text: &str) -> bool {
    first_track(text).is_some() && second_track(text).is_some()
}

/// Text from its start sentinel on; a scanner may put an AIM identifier before it.
fn first_track(text: &str) -> Option<&str> {
    let at = text.find('%').filter(|at| *at <= PREFIX_BYTES_MAX)?;
    text.get(at..)
}

fn second_track(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once('?')?;
    let (track, _) = rest.trim_start().strip_prefix(';')?.split_once('?')?;
    track.get(..6)?.bytes().all(|byte| byte.is_ascii_digit()).then_some(track)
}

/// Reads the tracks.
pub(super) fn read(text: &str) -> Result<Reading, Refusal> {
    let track = second_track(text).ok_or(Refusal::because(Doubt::NotAamva))?;
    let mut reading = Reading::new(Kind::MagneticStripe);
    put_second(&mut reading, track).ok_or(Refusal::because(Doubt::HeaderMalformed))?;
    put_first(&mut reading, first_track(text).unwrap_or(""));
    put_sex(&mut reading, text);
    Ok(reading)
}

/// `IIN`, number, `=`, expiry as YYMM, birth as CCYYMMDD, the number's overflow.
fn put_second(reading: &mut Reading, track: &str) -> Option<()> {
    let (issuer, rest) = track.split_at_checked(6)?;
    match tables::issuer(issuer) {
        Some(issuer) => {
            reading.put(Field::Issuer, issuer.code.unwrap_or(""), Origin::Track(2));
            reading.put(Field::Country, issuer.country, Origin::Track(2));
        }
        None => reading.doubt(Doubt::IssuerUnknown),
    }
    let (first, rest) = rest.split_once('=')?;
    let (dates, overflow) = rest.split_at_checked(12)?;
    let document_number = format!("{first}{}", overflow.trim_end_matches('='));
    if document_number.is_empty() {
        reading.doubt(Doubt::DocumentNumberMissing);
    }
    reading.put(Field::DocumentNumber, document_number.trim(), Origin::Track(2));
    let (expiry, birth) = dates.split_at_checked(4)?;
    let birth = PartialDate::new(i32::from(number(birth.get(..4)?, 4)?), two(birth.get(4..6)?), two(birth.get(6..)?));
    match birth {
        Some(birth) => reading.put(Field::DateOfBirth, birth.to_text(), Origin::Track(2)),
        None => reading.doubt(Doubt::DateOfBirthInvalid),
    }
    put_expiry(reading, two(expiry.get(..2)?)?, two(expiry.get(2..)?)?, birth);
    Some(())
}

/// Annex F: month 77 is "never", 88 the end of the birth month, 99 the birthday.
fn put_expiry(reading: &mut Reading, year: u8, month: u8, birth: Option<PartialDate>) {
    let year = 2000 + i32::from(year);
    let birth = birth.and_then(PartialDate::full);
    let month_of_birth = birth.map(|birth| u8::from(birth.month()));
    let (month, day) = match month {
        77 => return reading.doubt(Doubt::NoExpiry),
        88 => (month_of_birth, None),
        99 => (month_of_birth, birth.map(time::Date::day)),
        other => (Some(other), None),
    };
    // A month without a day lasts to its end.
    let expiry = month.and_then(|month| PartialDate::new(year, Some(month), day)).and_then(PartialDate::latest);
    match expiry {
        Some(expiry) => reading.put(Field::ExpiresOn, PartialDate::from(expiry).to_text(), Origin::Track(2)),
        None => reading.doubt(Doubt::ExpiresOnInvalid),
    }
}

/// `%`, state, city, `FAMILY$GIVEN$SUFFIX`, address.
fn put_first(reading: &mut Reading, text: &str) {
    let Some(rest) = text.get(3..) else { return };
    let Some((_, rest)) = until(rest, CITY_CHARACTERS) else { return };
    let Some((name, _)) = until(rest, NAME_CHARACTERS) else { return };
    let mut parts = name.split('$');
    reading.put(Field::FamilyName, names::words(parts.next().unwrap_or("")), Origin::Track(1));
    names::put_split(reading, parts.next().unwrap_or(""), Origin::Track(1));
    reading.put(Field::Suffix, names::words(parts.next().unwrap_or("")), Origin::Track(1));
}

/// A field that ends with `^`, or at its full length without it.
fn until(text: &str, characters: usize) -> Option<(&str, &str)> {
    let full = text.char_indices().nth(characters).map_or(text.len(), |(at, _)| at);
    match text.split_once('^') {
        Some((field, rest)) if field.len() <= full => Some((field, rest)),
        _ => text.split_at_checked(full),
    }
}

fn put_sex(reading: &mut Reading, text: &str) {
    let third = text.split('?').nth(2).and_then(|track| track.split_once('%')).map(|(_, track)| track);
    let sex = third.and_then(|track| track.get(SEX_AT..=SEX_AT)).and_then(|sex| match sex {
        "M" | "1" => Some("M"),
        "F" | "2" => Some("F"),
        _ => None,
    });
    reading.put(Field::Sex, sex.unwrap_or(""), Origin::Track(3));
}

fn two(text: &str) -> Option<u8> {
    u8::try_from(number(text, 2)?).ok()
}

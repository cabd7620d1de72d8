//! Machine readable zones of passports, identity cards and visas.
//!
//! ICAO Doc 9303-3 section 4 (alphabet, check digits, names), 9303-4 (TD3), 9303-5 (TD1), 9303-6 (TD2), 9303-7 (visas); and the French
//! card before 2021, which is older than they are. Every check digit is reported; nothing is repaired, because a search for a
//! spelling that passes finds one. Characters whose values are ten apart (A K U, 1 B) have the same digit: passing proves little.

mod card;
mod dates;
mod digits;
mod find;
mod name;
mod passport;

use time::Date;

use super::reading::{Kind, Origin, Reading, Refusal};
use super::tables;
use super::vocabulary::{Check, Doubt, Field, Format};

/// A page of a passport has a few hundred characters; an answer of a text service a few thousand.
const BYTES_MAX: usize = 32 * 1024;

/// Finds an MRZ in text and reads it; `today` decides centuries and expiry.
///
/// # Errors
/// When there is none, or none of a layout that is read here.
pub fn read(text: &str, today: Date) -> Result<Reading, Refusal> {
    if text.len() > BYTES_MAX {
        return Err(Refusal::because(Doubt::TooLarge));
    }
    let found = find::candidates(text);
    // The one that most check digits confirm; the first of equals.
    let best = found.zones.iter().map(|zone| read_zone(zone, today)).rev().max_by_key(confirmed);
    let Some(mut reading) = best else {
        let because = if found.resembles { Doubt::UnsupportedFormat } else { Doubt::NoMrz };
        return Err(Refusal::because(because));
    };
    found.repairs.iter().for_each(|repair| reading.repair(*repair));
    Ok(reading)
}

fn confirmed(reading: &Reading) -> usize {
    reading.checks().values().filter(|passed| **passed == Some(true)).count()
}

fn read_zone(zone: &find::Zone, today: Date) -> Reading {
    let mut reading = Reading::new(Kind::Mrz(zone.format));
    match zone.format {
        Format::Td1 => card::put_td1(&mut reading, zone, today),
        Format::OldFrenchCard => card::put_old_french(&mut reading, zone, today),
        Format::Td2 | Format::Td3 | Format::MrvA | Format::MrvB => passport::put(&mut reading, zone, today),
    }
    if zone.format != Format::OldFrenchCard {
        put_issuer(&mut reading, zone);
    }
    if !matches!(zone.line(0).bytes().next(), Some(b'A' | b'C' | b'I' | b'P' | b'V')) {
        reading.doubt(Doubt::DocumentCodeUnknown);
    }
    if reading.known_date(Field::ExpiresOn).and_then(super::dates::PartialDate::latest).is_some_and(|last| last < today)
    {
        reading.doubt(Doubt::Expired);
    }
    reading
}

fn put_issuer(reading: &mut Reading, zone: &find::Zone) {
    put_state(reading, Field::Issuer, zone.at(0, 2..5), Origin::Mrz(1, 3, 5));
}

/// Puts a state's code as it is compared; an unknown code stays as it stands, and is doubted.
fn put_state(reading: &mut Reading, field: Field, code: &str, origin: Origin) {
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
fn put_sex(reading: &mut Reading, sex: &str, origin: Origin) {
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
fn put_number(reading: &mut Reading, number: &str, digit: &str, overflow: &str, origin: Origin) {
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

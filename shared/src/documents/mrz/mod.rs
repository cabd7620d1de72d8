//! Machine readable zones of passports, identity cards and visas.
//!
//! ICAO Doc 9303-3 section 4 (alphabet, check digits, names), 9303-4 (TD3), 9303-5 (TD1), 9303-6 (TD2), 9303-7 (visas); and the French
//! card before 2021, which is older than they are. Every check digit is reported; nothing is repaired, because a search for a
//! spelling that passes finds one. Characters whose values are ten apart (A K U, 1 B) have the same digit: passing proves little.

mod card;
mod dates;
mod digits;
mod elements;
mod find;
mod name;
mod passport;

use time::Date;

use super::reading::{Kind, Origin, Reading, Refusal};
use super::vocabulary::{Doubt, Field, Format};

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
    elements::put_state(reading, Field::Issuer, zone.at(0, 2..5), Origin::Mrz(1, 3, 5));
}

//! Two lines: passports (TD3, Doc 9303-4), cards (TD2, 9303-6), visas (MRV-A and MRV-B, 9303-7). The lower line begins alike in all.

use time::Date;

use super::super::reading::{Origin, Reading};
use super::super::vocabulary::{Check, Field, Format};
use super::elements::{put_number, put_sex, put_state};
use super::find::Zone;
use super::{dates, digits, name};

/// Puts everything but the issuer.
pub(super) fn put(reading: &mut Reading, zone: &Zone, today: Date) {
    let last = zone.line(0).len();
    name::put(reading, zone.at(0, 5..last), Origin::Mrz(1, 6, u8::try_from(last).unwrap_or(u8::MAX)));
    // Only TD2 lets a number go on in its optional data.
    let overflow = if zone.format == Format::Td2 { zone.at(1, 28..35) } else { "" };
    put_number(reading, zone.at(1, 0..9), zone.at(1, 9..10), overflow, Origin::Mrz(2, 1, 9));
    put_state(reading, Field::Nationality, zone.at(1, 10..13), Origin::Mrz(2, 11, 13));
    dates::put_birth(reading, zone.at(1, 13..19), zone.at(1, 19..20), today, Origin::Mrz(2, 14, 19));
    put_sex(reading, zone.at(1, 20..21), Origin::Mrz(2, 21, 21));
    dates::put_expiry(reading, zone.at(1, 21..27), zone.at(1, 27..28), today, Origin::Mrz(2, 22, 27));
    match zone.format {
        Format::Td3 => {
            reading.check(Check::Optional, digits::passes(zone.at(1, 28..42), zone.at(1, 42..43)));
            put_composite(reading, zone, 43);
        }
        Format::Td2 => put_composite(reading, zone, 35),
        // Visas have no composite digit.
        _ => {}
    }
}

/// Positions 1-10, 14-20 and 22 to the one before the digit.
fn put_composite(reading: &mut Reading, zone: &Zone, digit: usize) {
    let covered = [zone.at(1, 0..10), zone.at(1, 13..20), zone.at(1, 21..digit)].concat();
    reading.check(Check::Composite, digits::passes(&covered, zone.at(1, digit..digit + 1)));
}

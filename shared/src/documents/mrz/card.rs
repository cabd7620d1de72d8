//! Three lines of 30 (TD1, Doc 9303-5), and the French card before 2021: two lines of 36 that are no TD2.

use time::Date;

use super::super::reading::{Origin, Reading};
use super::super::vocabulary::{Check, Field};
use super::elements::{put_number, put_sex, put_state};
use super::find::Zone;
use super::{dates, digits, name};

/// Puts everything but the issuer.
pub(super) fn put_td1(reading: &mut Reading, zone: &Zone, today: Date) {
    put_number(reading, zone.at(0, 5..14), zone.at(0, 14..15), zone.at(0, 15..30), Origin::Mrz(1, 6, 14));
    dates::put_birth(reading, zone.at(1, 0..6), zone.at(1, 6..7), today, Origin::Mrz(2, 1, 6));
    put_sex(reading, zone.at(1, 7..8), Origin::Mrz(2, 8, 8));
    dates::put_expiry(reading, zone.at(1, 8..14), zone.at(1, 14..15), today, Origin::Mrz(2, 9, 14));
    put_state(reading, Field::Nationality, zone.at(1, 15..18), Origin::Mrz(2, 16, 18));
    name::put(reading, zone.at(2, 0..30), Origin::Mrz(3, 1, 30));
    let covered = [zone.at(0, 5..30), zone.at(1, 0..7), zone.at(1, 8..15), zone.at(1, 18..29)].concat();
    reading.check(Check::Composite, digits::passes(&covered, zone.at(1, 29..30)));
}

/// Name first, a number of twelve, no expiry; given names are divided by two fillers; the composite covers both lines.
pub(super) fn put_old_french(reading: &mut Reading, zone: &Zone, today: Date) {
    let (family, given) = (zone.at(0, 5..30), zone.at(1, 13..27));
    reading.put(Field::Issuer, "FRA", Origin::Mrz(1, 3, 5));
    reading.put(Field::Nationality, "FRA", Origin::Mrz(1, 3, 5));
    reading.put(Field::FamilyName, name::words(family), Origin::Mrz(1, 6, 30));
    reading.put(Field::GivenName, name::words(given), Origin::Mrz(2, 14, 27));
    name::put_cut(reading, !family.ends_with('<') || !given.ends_with('<'));
    put_number(reading, zone.at(1, 0..12), zone.at(1, 12..13), "", Origin::Mrz(2, 1, 12));
    dates::put_birth(reading, zone.at(1, 27..33), zone.at(1, 33..34), today, Origin::Mrz(2, 28, 33));
    put_sex(reading, zone.at(1, 34..35), Origin::Mrz(2, 35, 35));
    let covered = [zone.line(0), zone.at(1, 0..35)].concat();
    reading.check(Check::Composite, digits::passes(&covered, zone.at(1, 35..36)));
}

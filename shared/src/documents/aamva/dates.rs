//! Birth and expiry: MMDDCCYY in the United States, CCYYMMDD in Canada, Mexico and version 1 (annex D.12.5.1).

use super::super::dates::{PartialDate, number};
use super::super::reading::{Origin, Reading};
use super::super::tables::Issuer;
use super::super::vocabulary::{Doubt, Field, Repair};
use super::elements::{Elements, is_placeholder};

#[derive(Clone, Copy, Eq, PartialEq)]
enum Order {
    MonthFirst,
    YearFirst,
}

/// Puts both dates. The order is the country's; the other one is taken only where the country's cannot be, and that is said.
pub(super) fn put(reading: &mut Reading, elements: &Elements<'_>, version: Option<u8>, issuer: Option<Issuer>) {
    let country = issuer.map(|issuer| issuer.country).or_else(|| elements.text("DCG"));
    let order = match (version, country) {
        (Some(0 | 1), _) | (_, Some("CAN" | "CDN" | "MEX")) => Order::YearFirst,
        _ => Order::MonthFirst,
    };
    for (field, element, invalid) in
        [(Field::DateOfBirth, "DBB", Doubt::DateOfBirthInvalid), (Field::ExpiresOn, "DBA", Doubt::ExpiresOnInvalid)]
    {
        let text = elements.text(element).filter(|text| !is_placeholder(text) && !is_empty_date(text));
        match text.map(|text| read(reading, text, order)) {
            Some(Some(date)) => reading.put(field, date.to_text(), Origin::Element(element)),
            Some(None) => reading.doubt(invalid),
            None if field == Field::ExpiresOn => reading.doubt(Doubt::NoExpiry),
            None => {}
        }
    }
}

/// Zeros, nines and the year 9999 are what issuers write for "never".
fn is_empty_date(text: &str) -> bool {
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_digit).collect();
    !digits.is_empty()
        && (digits.iter().all(|digit| *digit == b'0')
            || digits.iter().all(|digit| *digit == b'9')
            || digits.starts_with(b"9999")
            || digits.ends_with(b"9999"))
}

fn read(reading: &mut Reading, text: &str, order: Order) -> Option<PartialDate> {
    let separated = |letter: char| matches!(letter, '-' | '/' | '.');
    if text.contains(separated) {
        // With separators the place of the four digits says the order.
        let parts: Vec<&str> = text.split(separated).map(str::trim).collect();
        return match parts.as_slice() {
            [year, month, day] if year.len() == 4 => of(year, month, day),
            [month, day, year] if year.len() == 4 => of(year, month, day),
            _ => None,
        };
    }
    let (digits, rest) = text.split_at_checked(8)?;
    if !rest.is_empty() {
        if !rest.chars().all(char::is_alphabetic) {
            return None;
        }
        reading.repair(Repair::DateTrimmed);
    }
    // No text is a date in both orders: a year of this life as month and day would be month 18 to 21.
    let other = if order == Order::MonthFirst { Order::YearFirst } else { Order::MonthFirst };
    in_order(digits, order).or_else(|| {
        let date = in_order(digits, other)?;
        reading.doubt(Doubt::DateOrderUnexpected);
        Some(date)
    })
}

fn in_order(digits: &str, order: Order) -> Option<PartialDate> {
    match order {
        Order::MonthFirst => of(digits.get(4..)?, digits.get(..2)?, digits.get(2..4)?),
        Order::YearFirst => of(digits.get(..4)?, digits.get(4..6)?, digits.get(6..)?),
    }
}

fn of(year: &str, month: &str, day: &str) -> Option<PartialDate> {
    let two = |text: &str| u8::try_from(number(text, 2)?).ok();
    PartialDate::new(i32::from(number(year, 4)?), Some(two(month)?), Some(two(day)?))
}

//! Licences and identity cards of the United States and Canada: text of a PDF417 barcode in, fields out.
//!
//! AAMVA DL/ID Card Design Standard, annex D (barcode) and annex F (magnetic stripe), versions 1 to 12 and whatever comes after. The
//! table of subfiles is wrong on so many real cards that it is only checked: elements are found by their line starts, because no
//! value can hold a line end. Nothing here says that a card is genuine: a barcode is easily printed.

mod dates;
mod elements;
mod header;
mod names;
mod subfiles;
mod track;

use super::reading::{Kind, Origin, Reading, Refusal};
use super::tables::{self, Issuer};
use super::vocabulary::{Doubt, Field, Repair};
use elements::Elements;
use header::Header;

/// A PDF417 symbol holds at most 1,850 characters; the rest is room for separators that scanners print in words.
const BYTES_MAX: usize = 8 * 1024;

/// Reads the bytes of a barcode: UTF-8 where they are, otherwise ISO 8859-1, which is what byte compaction means without an ECI.
///
/// # Errors
/// When it is no AAMVA barcode, or has nothing to read.
pub fn read_bytes(bytes: &[u8]) -> Result<Reading, Refusal> {
    if bytes.len() > BYTES_MAX {
        return Err(Refusal::because(Doubt::TooLarge));
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return read(text);
    }
    let text = bytes.iter().copied().map(char::from).collect::<String>();
    let mut reading = read_bounded(&text)?;
    reading.repair(Repair::Latin1);
    Ok(reading)
}

/// Reads the text of a barcode, from a decoder or from a keyboard-wedge scanner.
///
/// # Errors
/// When it is no AAMVA barcode, or has nothing to read.
pub fn read(text: &str) -> Result<Reading, Refusal> {
    if text.len() > BYTES_MAX { Err(Refusal::because(Doubt::TooLarge)) } else { read_bounded(text) }
}

fn read_bounded(text: &str) -> Result<Reading, Refusal> {
    if track::looks_like(text) {
        return track::read(text);
    }
    let header = Header::find(text)?;
    let found = subfiles::divide(&header)?;
    let mut reading = Reading::new(Kind::Aamva(header.version));
    header.doubts.iter().for_each(|doubt| reading.doubt(*doubt));
    found.doubts.iter().for_each(|doubt| reading.doubt(*doubt));
    header.repairs.iter().chain(&found.repairs).for_each(|repair| reading.repair(*repair));
    reading.put(Field::CardType, found.card_type, Origin::Header);
    let issuer = put_issuer(&mut reading, header.issuer_number, &found.elements);
    put_plain(&mut reading, &found.elements);
    names::put(&mut reading, &found.elements, issuer);
    dates::put(&mut reading, &found.elements, header.version, issuer);
    Ok(reading)
}

/// The issuer is who issued (the header), never where the person lives (DAJ).
fn put_issuer(reading: &mut Reading, number: &str, elements: &Elements<'_>) -> Option<Issuer> {
    let issuer = tables::issuer(number);
    let named = elements.text("DCG").and_then(|country| match country {
        "USA" | "US" => Some("USA"),
        "CAN" | "CDN" => Some("CAN"),
        "MEX" | "MX" => Some("MEX"),
        _ => None,
    });
    match issuer {
        Some(issuer) => {
            reading.put(Field::Issuer, issuer.code.unwrap_or(""), Origin::Header);
            reading.put(Field::Country, issuer.country, Origin::Header);
            if named.is_some_and(|named| named != issuer.country) {
                reading.doubt(Doubt::CountryDisagrees);
            }
        }
        None => {
            reading.doubt(Doubt::IssuerUnknown);
            reading.put(Field::Country, named.unwrap_or(""), Origin::Element("DCG"));
        }
    }
    issuer
}

fn put_plain(reading: &mut Reading, elements: &Elements<'_>) {
    match elements.text("DAQ").filter(|number| !elements::is_placeholder(number)) {
        Some(number) => reading.put(Field::DocumentNumber, number, Origin::Element("DAQ")),
        None => reading.doubt(Doubt::DocumentNumberMissing),
    }
    for (field, newer, older) in [(Field::VehicleClass, "DCA", "DAR"), (Field::Endorsements, "DCD", "DAT")] {
        let element = if elements.text(newer).is_some() { newer } else { older };
        reading.put(field, elements.text(element).unwrap_or(""), Origin::Element(element));
    }
    let sex = elements.text("DBC").and_then(|sex| match sex {
        "1" | "M" => Some("M"),
        "2" | "F" => Some("F"),
        // 9 is "not specified"; X is what issuers print for it.
        "9" | "X" => Some("X"),
        _ => None,
    });
    reading.put(Field::Sex, sex.unwrap_or(""), Origin::Element("DBC"));
}

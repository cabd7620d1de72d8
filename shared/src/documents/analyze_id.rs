//! Our reading of an answer of Amazon Textract AnalyzeID (API `AnalyzeID`, type `IdentityDocument`).
//!
//! The service always answers every key; what it did not find is `""` with 99 % confidence, which is absent. It knows documents of the
//! United States; on others it guesses. An MRZ that it saw goes through our own reader and outranks its fields. What it says under the
//! floor decides nothing.

mod answer;
mod dates;

pub use answer::{AnalyzeIdAnswer, AnsweredDocument, AnsweredField, AnsweredText, FieldType, NormalizedText};

use time::Date;

use super::mrz;
use super::reading::{Kind, Origin, Reading, Refusal};
use super::tables;
use super::vocabulary::{Doubt, Field, Repair};

/// Under this confidence, in percent, a value decides nothing.
pub const CONFIDENCE_FLOOR: f64 = 80.0;
/// The service has 21 keys.
const FIELDS_MAX: usize = 64;
/// Longer than any value but an MRZ.
const VALUE_BYTES_MAX: usize = 256;

/// Reads an answer; `floor` is the tenant's, in percent.
///
/// # Errors
/// When there is no document, or none with a value: a person types.
pub fn read(answer: &AnalyzeIdAnswer, floor: f64, today: Date) -> Result<Reading, Refusal> {
    let document = answer.identity_documents.first().ok_or(Refusal::because(Doubt::NeedsManualEntry))?;
    let mut reading = Reading::new(Kind::Analyzed);
    let fields = || document.identity_document_fields.iter().take(FIELDS_MAX).filter(|field| !field.text().is_empty());
    for field in fields() {
        if let Some(known) = known_field(&field.kind()) {
            if field.confidence() < floor {
                reading.doubt(Doubt::LowConfidence);
            } else if field.text().len() <= VALUE_BYTES_MAX {
                put(&mut reading, known, field, today);
            }
        }
    }
    let zone = fields().find(|field| field.kind() == "MRZ_CODE").and_then(|field| mrz::read(field.text(), today).ok());
    if let Some(zone) = zone {
        outrank(&mut reading, &zone);
    }
    if reading.entries().next().is_none() {
        let only_low = reading.doubts().contains(&Doubt::LowConfidence);
        return Err(Refusal::because(if only_low { Doubt::LowConfidence } else { Doubt::NeedsManualEntry }));
    }
    if answer.identity_documents.len() > 1 {
        reading.doubt(Doubt::SeveralDocuments);
    }
    Ok(reading)
}

fn known_field(kind: &str) -> Option<Field> {
    Some(match kind {
        "CLASS" => Field::VehicleClass,
        "DATE_OF_BIRTH" => Field::DateOfBirth,
        "DOCUMENT_NUMBER" => Field::DocumentNumber,
        "ENDORSEMENTS" => Field::Endorsements,
        "EXPIRATION_DATE" => Field::ExpiresOn,
        "FIRST_NAME" => Field::GivenName,
        "ID_TYPE" => Field::CardType,
        "LAST_NAME" => Field::FamilyName,
        "MIDDLE_NAME" => Field::MiddleName,
        "STATE_NAME" => Field::Issuer,
        "SUFFIX" => Field::Suffix,
        _ => return None,
    })
}

fn put(reading: &mut Reading, field: Field, answered: &AnsweredField, today: Date) {
    let origin = Origin::Answer(whole_percent(answered.confidence()));
    match field {
        Field::DateOfBirth | Field::ExpiresOn => put_date(reading, field, answered, today, origin),
        // The state that issued, by its name as printed; what is no state stays unknown.
        Field::Issuer => match tables::issuer_named(answered.text()) {
            Some(code) => reading.put(field, code, origin),
            None => reading.doubt(Doubt::IssuerUnknown),
        },
        Field::CardType => reading.put(field, card_type(answered.text()), origin),
        _ => reading.put(field, answered.text(), origin),
    }
}

fn put_date(reading: &mut Reading, field: Field, answered: &AnsweredField, today: Date, origin: Origin) {
    let is_birth = field == Field::DateOfBirth;
    let read = dates::normalized(answered.normalized()).or_else(|| dates::printed(answered.text(), is_birth, today));
    let Some(date) = read else {
        return reading.doubt(if is_birth { Doubt::DateOfBirthInvalid } else { Doubt::ExpiresOnInvalid });
    };
    let in_future = is_birth && date.earliest().is_some_and(|first| first > today);
    let corrected = if in_future { super::dates::century_back(date) } else { Some(date) };
    if in_future {
        reading.repair(Repair::CenturyCorrected);
    }
    reading.put(field, corrected.map(super::dates::PartialDate::to_text).unwrap_or_default(), origin);
}

/// Everything that the MRZ says replaces what the service guessed, doubts and checks included.
fn outrank(reading: &mut Reading, zone: &Reading) {
    for (field, entry) in zone.entries() {
        reading.put(field, entry.value.expose_secret(), entry.origin);
    }
    zone.doubts().iter().for_each(|doubt| reading.doubt(*doubt));
    zone.repairs().iter().for_each(|repair| reading.repair(*repair));
    zone.checks().iter().for_each(|(check, passed)| reading.check(*check, *passed));
    for field in [Field::FamilyName, Field::GivenName] {
        reading.set_cut(field, zone.cut(field));
    }
    // An MRZ does not tell middle names from given names: with both, one name would be there twice.
    if zone.entry(Field::GivenName).is_some() {
        reading.take(Field::MiddleName);
    }
}

fn card_type(printed: &str) -> &'static str {
    let printed = printed.to_uppercase();
    let known =
        [("PASSPORT", "PASSPORT"), ("DRIVER", "DL"), ("LICENSE", "DL"), ("IDENTIFICATION", "ID"), ("ID CARD", "ID")];
    known.into_iter().find(|(word, _)| printed.contains(word)).map_or("", |(_, card)| card)
}

fn whole_percent(confidence: f64) -> u8 {
    (0..=100_u8).rev().find(|percent| f64::from(*percent) <= confidence).unwrap_or(0)
}

//! What a single source is enough for: expired, too young, a wrong digit, an absurd date.

use std::collections::BTreeSet;

use time::{Date, Month};

use super::super::dates::PartialDate;
use super::super::reading::Reading;
use super::super::vocabulary::{Doubt, Field};
use super::sources::Sources;
use crate::documents::named::named;

/// No person has become older than 122.
const AGE_MAX: i32 = 125;
/// Licences of Arizona last to the 65th birthday; nothing lasts longer.
const VALID_YEARS_MAX: i32 = 50;

named! {
    /// What a single source is enough for.
    Warning {
        /// The site has an age limit, and the birth date does not say whether it is kept.
        AgeUnknown = "age_unknown",
        /// A check digit is wrong.
        ChecksumFailed = "checksum_failed",
        /// Dates that no living person's document has: born tomorrow, valid for a hundred years.
        DatesAbsurd = "dates_absurd",
        /// Text that a device decoded, and no image confirms.
        DeviceTextUnconfirmed = "device_text_unconfirmed",
        /// The document is past its date.
        Expired = "expired",
        /// The issuer stands in no table.
        IssuerUnknown = "issuer_unknown",
        /// No document was read.
        NeedsManualEntry = "needs_manual_entry",
        /// Several documents are on the picture.
        SeveralDocuments = "several_documents",
        /// A document of the invented country.
        Specimen = "specimen",
        /// Younger than the site allows.
        UnderAge = "under_age",
    }
}

/// Everything that single sources say.
pub(super) fn of(sources: &Sources<'_>) -> BTreeSet<Warning> {
    let readings: Vec<&Reading> = [sources.barcode, sources.mrz, sources.printed].into_iter().flatten().collect();
    let mut warnings: BTreeSet<Warning> =
        readings.iter().flat_map(|reading| reading.doubts()).filter_map(|doubt| warning_of(*doubt)).collect();
    let has = |field: Field| readings.iter().filter_map(move |reading| reading.known_date(field));
    if has(Field::ExpiresOn).filter_map(PartialDate::latest).any(|last| last < sources.today) {
        warnings.insert(Warning::Expired);
    }
    if readings.iter().any(|reading| are_absurd(reading, sources.today)) {
        warnings.insert(Warning::DatesAbsurd);
    }
    if readings.is_empty() {
        warnings.insert(Warning::NeedsManualEntry);
    } else if sources.is_device_text {
        warnings.insert(Warning::DeviceTextUnconfirmed);
    }
    // What a document says about age counts before what was typed.
    let births: Vec<PartialDate> = has(Field::DateOfBirth).collect();
    let typed = sources.typed.and_then(|person| person.date_of_birth).filter(|_| births.is_empty());
    let births = births.into_iter().chain(typed);
    warnings.extend(sources.age_min.and_then(|age_min| age_warning(births, age_min, sources.today)));
    warnings
}

/// The youngest of what the sources say counts.
fn age_warning(births: impl Iterator<Item = PartialDate>, age_min: u8, today: Date) -> Option<Warning> {
    let of_age: Vec<Option<bool>> = births.map(|birth| is_of_age(birth, age_min, today)).collect();
    if of_age.contains(&Some(false)) {
        Some(Warning::UnderAge)
    } else {
        (of_age.is_empty() || of_age.contains(&None)).then_some(Warning::AgeUnknown)
    }
}

/// Whether a document's dates cannot be those of a living person's document, whatever its check digits say.
fn are_absurd(reading: &Reading, today: Date) -> bool {
    let birth = reading.known_date(Field::DateOfBirth).and_then(PartialDate::earliest);
    let expiry = reading.known_date(Field::ExpiresOn).and_then(PartialDate::latest);
    birth.is_some_and(|birth| birth > today || today.year() - birth.year() > AGE_MAX)
        || expiry.is_some_and(|expiry| expiry.year() - today.year() > VALID_YEARS_MAX)
        || birth.zip(expiry).is_some_and(|(birth, expiry)| expiry <= birth)
}

const fn warning_of(doubt: Doubt) -> Option<Warning> {
    match doubt {
        Doubt::ChecksumFailed => Some(Warning::ChecksumFailed),
        Doubt::IssuerUnknown => Some(Warning::IssuerUnknown),
        Doubt::SeveralDocuments => Some(Warning::SeveralDocuments),
        Doubt::Specimen => Some(Warning::Specimen),
        _ => None,
    }
}

/// Whether a person has reached an age; `None` when a partly known date does not say. Born on 29 February, one is older on 1 March.
fn is_of_age(birth: PartialDate, age: u8, today: Date) -> Option<bool> {
    let reached = |date: Date| {
        let year = date.year() + i32::from(age);
        let day = Date::from_calendar_date(year, date.month(), date.day());
        day.or_else(|_| Date::from_calendar_date(year, Month::March, 1)).is_ok_and(|day| day <= today)
    };
    let (at_latest, at_earliest) = (birth.latest().map(reached)?, birth.earliest().map(reached)?);
    (at_latest == at_earliest).then_some(at_latest)
}

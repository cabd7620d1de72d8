//! Every source against every other: barcode, MRZ, printed text, what was typed, what the invitation says.
//!
//! Stored are the verdict of each field, the warnings, the score and the version; never a value.

mod sources;
mod warnings;

pub use sources::{Person, Sources};
pub use warnings::Warning;

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::dates::{self, PartialDate};
use super::finding::{Finding, Reason, Verdict};
use super::names::{self, Name};
use super::numbers;
use super::reading::Reading;
use super::tables;
use super::vocabulary::Field;
use crate::documents::named::named;

/// Version of the comparison: stored with its verdicts.
pub const VERSION: &str = "cross-check-1";

named! {
    /// What is compared.
    Compared {
        /// The birth date.
        DateOfBirth = "date_of_birth",
        /// The document number.
        DocumentNumber = "document_number",
        /// The last day of the document.
        ExpiresOn = "expires_on",
        /// Who issued it.
        Issuer = "issuer",
        /// The whole name.
        Name = "name",
    }
}

named! {
    /// Where a value came from.
    Source {
        /// The barcode.
        Barcode = "barcode",
        /// The invitation.
        Invitation = "invitation",
        /// The machine readable zone.
        Mrz = "mrz",
        /// Text on the document, as a service read it.
        Printed = "printed",
        /// What the visitor typed.
        Typed = "typed",
    }
}

/// Two sources and how they stand to each other in one field.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Comparison {
    /// The field.
    pub field: Compared,
    /// The sources.
    pub between: (Source, Source),
    /// Verdict and reason.
    pub finding: Finding,
}

/// What the comparison found.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CrossCheck {
    /// Every pair of sources that both have the field.
    pub comparisons: Vec<Comparison>,
    /// What single sources said.
    pub warnings: BTreeSet<Warning>,
}

impl CrossCheck {
    /// The worst of a field's comparisons; absent when there was none.
    #[must_use]
    pub fn verdict(&self, field: Compared) -> Finding {
        let of_field =
            self.comparisons.iter().filter(|comparison| comparison.field == field).map(|comparison| comparison.finding);
        of_field.max_by_key(|finding| severity(finding.verdict)).unwrap_or(Finding::absent())
    }

    /// 0 to 100: how much of what could be compared agrees, the name counting most.
    #[must_use]
    pub fn score(&self) -> Option<u32> {
        let weighed =
            Compared::ALL.iter().filter_map(|field| Some((weight(*field), points(self.verdict(*field).verdict)?)));
        let (all, reached) =
            weighed.fold((0, 0), |(all, reached), (weight, points)| (all + weight, reached + weight * points));
        (all > 0).then(|| reached / all)
    }

    /// What is stored: the verdict and the reason of each field that could be compared, and the warnings. No value.
    #[must_use]
    pub fn to_stored(&self) -> Value {
        let there = self.found().map(|(field, finding)| {
            (field.name().to_owned(), json!({ "verdict": finding.verdict.name(), "reason": finding.reason.name() }))
        });
        let fields: Map<String, Value> = there.collect();
        let warnings: Vec<&str> = self.warnings.iter().map(|warning| warning.name()).collect();
        json!({ "fields": fields, "warnings": warnings })
    }

    /// The same in words for the log, as `name.near` and `expired`.
    #[must_use]
    pub fn to_words(&self) -> Vec<String> {
        let fields = self.found().map(|(field, finding)| format!("{}.{}", field.name(), finding.verdict.name()));
        fields.chain(self.warnings.iter().map(|warning| warning.name().to_owned())).collect()
    }

    fn found(&self) -> impl Iterator<Item = (Compared, Finding)> {
        let all = Compared::ALL.iter().map(|field| (*field, self.verdict(*field)));
        all.filter(|(_, finding)| finding.verdict != Verdict::Absent)
    }
}

const fn severity(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Absent => 0,
        Verdict::Match => 1,
        Verdict::Near => 2,
        Verdict::Mismatch => 3,
    }
}

const fn weight(field: Compared) -> u32 {
    match field {
        Compared::Name => 4,
        Compared::DateOfBirth => 3,
        Compared::DocumentNumber => 2,
        Compared::ExpiresOn | Compared::Issuer => 1,
    }
}

const fn points(verdict: Verdict) -> Option<u32> {
    match verdict {
        Verdict::Absent => None,
        Verdict::Match => Some(100),
        Verdict::Near => Some(60),
        Verdict::Mismatch => Some(0),
    }
}

/// One source's values, whatever it is.
struct Side<'a> {
    source: Source,
    name: Name<'a>,
    date_of_birth: Option<PartialDate>,
    expires_on: Option<PartialDate>,
    document_number: &'a str,
    issuer: &'a str,
}

impl<'a> Side<'a> {
    fn of_reading(source: Source, reading: &'a Reading) -> Self {
        Self {
            source,
            name: Name::of(reading),
            date_of_birth: reading.known_date(Field::DateOfBirth),
            expires_on: reading.known_date(Field::ExpiresOn),
            document_number: reading.text(Field::DocumentNumber).unwrap_or(""),
            issuer: reading.text(Field::Issuer).unwrap_or(""),
        }
    }

    const fn of_person(source: Source, person: Person<'a>) -> Self {
        let Person { name, date_of_birth, document_number, issuer } = person;
        Self { source, name, date_of_birth, expires_on: None, document_number, issuer }
    }

    fn compare(&self, other: &Self, field: Compared) -> Finding {
        match field {
            Compared::Name => names::compare(&self.name, &other.name),
            Compared::DateOfBirth => dates::compare(self.date_of_birth, other.date_of_birth),
            Compared::ExpiresOn => dates::compare(self.expires_on, other.expires_on),
            Compared::DocumentNumber => numbers::compare(self.document_number, other.document_number),
            Compared::Issuer => compare_issuers(self.issuer, other.issuer),
        }
    }
}

/// Issuers are codes: the same or not. A province in the barcode and a country in the MRZ of one card are no contradiction.
fn compare_issuers(one: &str, other: &str) -> Finding {
    let (one, other) = (numbers::plain(one), numbers::plain(other));
    let is_country = |code: &str| tables::country(code).is_some();
    if one.is_empty() || other.is_empty() || is_country(&one) != is_country(&other) {
        Finding::absent()
    } else if one == other {
        Finding::same(Reason::Equal)
    } else {
        Finding::mismatch(Reason::Different)
    }
}

/// Compares everything with everything.
#[must_use]
pub fn cross_check(sources: &Sources<'_>) -> CrossCheck {
    let readings = [(Source::Barcode, sources.barcode), (Source::Mrz, sources.mrz), (Source::Printed, sources.printed)];
    let persons = [(Source::Typed, sources.typed), (Source::Invitation, sources.invitation)];
    let read = readings.into_iter().filter_map(|(source, reading)| Some(Side::of_reading(source, reading?)));
    let said = persons.into_iter().filter_map(|(source, person)| Some(Side::of_person(source, person?)));
    let sides: Vec<Side<'_>> = read.chain(said).collect();
    let mut comparisons = Vec::new();
    for (at, one) in sides.iter().enumerate() {
        for other in sides.iter().skip(at + 1) {
            let findings = Compared::ALL.iter().map(|field| (*field, one.compare(other, *field)));
            let there = findings.filter(|(_, finding)| finding.verdict != Verdict::Absent);
            comparisons.extend(there.map(|(field, finding)| Comparison {
                field,
                between: (one.source, other.source),
                finding,
            }));
        }
    }
    CrossCheck { comparisons, warnings: warnings::of(sources) }
}

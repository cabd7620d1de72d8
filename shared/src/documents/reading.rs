//! What a reader found on a document: values with where they stood, doubts, repairs, check digits.

use std::collections::{BTreeMap, BTreeSet};

use time::Date;

use super::dates::PartialDate;
use super::private::Private;
use super::vocabulary::{Check, Doubt, Field, Format, Repair};

/// Longer than any value of a document: names have at most 40 characters in a part, of four bytes each.
const VALUE_BYTES_MAX: usize = 512;

/// What was read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// A PDF417 barcode of the AAMVA Card Design Standard, with its version where the header names one.
    Aamva(Option<u8>),
    /// An answer of AnalyzeID.
    Analyzed,
    /// The three tracks of a magnetic stripe (AAMVA annex F).
    MagneticStripe,
    /// A machine readable zone of Doc 9303.
    Mrz(Format),
}

/// Where a value stood.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Origin {
    /// A field of AnalyzeID, with its confidence in percent.
    Answer(u8),
    /// An element of the AAMVA standard.
    Element(&'static str),
    /// The issuer number of the AAMVA header.
    Header,
    /// A value that was kept since, without where it stood.
    Kept,
    /// Line, first and last position of an MRZ, counted from 1.
    Mrz(u8, u8, u8),
    /// A track of the magnetic stripe.
    Track(u8),
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Answer(percent) => write!(f, "confidence {percent} %"),
            Self::Element(element) => f.write_str(element),
            Self::Header => f.write_str("header"),
            Self::Kept => f.write_str("kept"),
            Self::Mrz(line, first, last) => write!(f, "line {line}, characters {first} to {last}"),
            Self::Track(track) => write!(f, "track {track}"),
        }
    }
}

/// A value and where it stood.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Entry {
    /// The value. Dates are ISO, as far as they are known.
    pub value: Private,
    /// Where it stood.
    pub origin: Origin,
}

/// Nothing was read, and why.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Refusal {
    /// The one reason.
    pub because: Doubt,
}

impl Refusal {
    /// A refusal for one reason.
    #[must_use]
    pub const fn because(because: Doubt) -> Self {
        Self { because }
    }
}

/// What a reader found.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Reading {
    /// What was read.
    pub kind: Kind,
    entries: BTreeMap<Field, Entry>,
    doubts: BTreeSet<Doubt>,
    repairs: BTreeSet<Repair>,
    checks: BTreeMap<Check, Option<bool>>,
    cut: BTreeMap<Field, Option<bool>>,
}

impl Reading {
    pub(super) const fn new(kind: Kind) -> Self {
        Self {
            kind,
            entries: BTreeMap::new(),
            doubts: BTreeSet::new(),
            repairs: BTreeSet::new(),
            checks: BTreeMap::new(),
            cut: BTreeMap::new(),
        }
    }

    /// A field's value with where it stood.
    #[must_use]
    pub fn entry(&self, field: Field) -> Option<&Entry> {
        self.entries.get(&field)
    }

    /// Every field that was read.
    pub fn entries(&self) -> impl Iterator<Item = (Field, &Entry)> {
        self.entries.iter().map(|(field, entry)| (*field, entry))
    }

    /// A field's text.
    #[must_use]
    pub fn text(&self, field: Field) -> Option<&str> {
        self.entries.get(&field).map(|entry| entry.value.expose_secret())
    }

    /// A date as far as it is known.
    #[must_use]
    pub fn known_date(&self, field: Field) -> Option<PartialDate> {
        self.text(field).and_then(PartialDate::parse)
    }

    /// A date that is known to the day.
    #[must_use]
    pub fn date(&self, field: Field) -> Option<Date> {
        self.known_date(field).and_then(PartialDate::full)
    }

    /// What to know before trusting this.
    #[must_use]
    pub const fn doubts(&self) -> &BTreeSet<Doubt> {
        &self.doubts
    }

    /// What was put right about the transport.
    #[must_use]
    pub const fn repairs(&self) -> &BTreeSet<Repair> {
        &self.repairs
    }

    /// Check digits: passed, failed, or `None` for not checkable.
    #[must_use]
    pub const fn checks(&self) -> &BTreeMap<Check, Option<bool>> {
        &self.checks
    }

    /// Whether the document cut a name: yes, no, or `None` for not known or not said.
    #[must_use]
    pub fn cut(&self, field: Field) -> Option<bool> {
        self.cut.get(&field).copied().flatten()
    }

    pub(super) fn put(&mut self, field: Field, value: impl Into<String>, origin: Origin) {
        let value = value.into();
        if value.len() > VALUE_BYTES_MAX {
            self.doubt(Doubt::ElementTooLong);
        } else if !value.is_empty() {
            self.entries.insert(field, Entry { value: Private::new(value), origin });
        }
    }

    pub(super) fn take(&mut self, field: Field) {
        self.entries.remove(&field);
    }

    pub(super) fn doubt(&mut self, doubt: Doubt) {
        self.doubts.insert(doubt);
    }

    pub(super) fn repair(&mut self, repair: Repair) {
        self.repairs.insert(repair);
    }

    pub(super) fn check(&mut self, check: Check, passed: Option<bool>) {
        self.checks.insert(check, passed);
        if passed == Some(false) {
            self.doubts.insert(Doubt::ChecksumFailed);
        }
    }

    pub(super) fn set_cut(&mut self, field: Field, cut: Option<bool>) {
        self.cut.insert(field, cut);
    }
}

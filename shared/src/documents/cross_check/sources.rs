//! What is known about one visitor, source by source.

use time::Date;

use super::super::dates::PartialDate;
use super::super::names::Name;
use super::super::reading::Reading;

/// What visitors said about themselves, or an invitation about them.
#[derive(Clone, Copy, Default)]
pub struct Person<'a> {
    /// The name.
    pub name: Name<'a>,
    /// The birth date.
    pub date_of_birth: Option<PartialDate>,
    /// The document number; empty when not said.
    pub document_number: &'a str,
    /// The issuer; empty when not said.
    pub issuer: &'a str,
}

/// All that is known about one visitor.
#[derive(Clone, Copy)]
pub struct Sources<'a> {
    /// The barcode.
    pub barcode: Option<&'a Reading>,
    /// The machine readable zone.
    pub mrz: Option<&'a Reading>,
    /// The printed text.
    pub printed: Option<&'a Reading>,
    /// What was typed.
    pub typed: Option<Person<'a>>,
    /// What the invitation says.
    pub invitation: Option<Person<'a>>,
    /// Whether barcode or MRZ is text of a device that no image confirms.
    pub is_device_text: bool,
    /// The site's age limit.
    pub age_min: Option<u8>,
    /// The site's day.
    pub today: Date,
}

//! Who is asked about, and what of an entry can be met.

use super::super::dates::PartialDate;
use super::super::numbers;
use crate::documents::named::named;

named! {
    /// What of an entry was met.
    Rule {
        /// An alias.
        Alias = "alias",
        /// The company.
        Company = "company",
        /// The document number.
        DocumentNumber = "document_number",
        /// The name.
        Name = "name",
        /// The number plate.
        Plate = "plate",
        /// An alias that is marked as weak.
        WeakAlias = "weak_alias",
    }
}

/// Who is at the door; empty text is a value that is not there.
#[derive(Clone, Copy, Default)]
pub struct Query<'a> {
    /// The whole name.
    pub name: &'a str,
    /// The company that they come from.
    pub company: &'a str,
    /// The document number.
    pub document_number: &'a str,
    /// The number plate.
    pub plate: &'a str,
    /// The birth date, as far as it is known.
    pub date_of_birth: Option<PartialDate>,
}

/// A plate or number as it is compared: without blanks, hyphens and case.
pub(super) fn plain_number(number: &str) -> String {
    numbers::plain(number)
}

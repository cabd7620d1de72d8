//! Identity documents: what stands on them, and whether it agrees with what was typed.
//!
//! Everything here is pure: text in, findings out; no clock, no files, no network. The input is hostile. It is bounded before it
//! is looked at, read in linear time, and never believed: a barcode is a claim, and a check digit that passes proves only that
//! its printer can count. Values are [`Private`]; what may be stored are verdicts, doubts, repairs, checks and scores.

pub mod aamva;
pub mod analyze_id;
#[cfg(feature = "barcodes")]
pub mod barcode;
pub mod cross_check;
pub mod dates;
pub mod decision;
pub mod detect_text;
pub mod document;
pub mod faces;
pub mod finding;
pub mod mrz;
mod named;
pub mod names;
pub mod numbers;
pub mod private;
pub mod reading;
pub mod tables;
pub mod vocabulary;
pub mod watchlist;

#[cfg(test)]
mod tests;

pub use document::Document;
pub use finding::{Finding, Reason, Verdict};
pub use private::Private;
pub use reading::{Entry, Kind, Origin, Reading, Refusal};
pub use vocabulary::{Check, Doubt, Field, Format, Repair};

//! The entries of a bundle: read in parts, hashed by as many threads as there are, and put together in order.

mod csv;
mod entry;
mod evidence;
mod fold;
mod lines;
mod newest;
mod part;
mod pass;
mod table;

pub(crate) use evidence::{Shown, check as check_evidence};
pub(crate) use fold::Mark;
pub(crate) use lines::Lines;
pub(crate) use newest::unnamed;
pub(crate) use part::too_long;
pub(crate) use pass::{Pass, Start};

/// The members that are read as a stream.
pub(crate) const ENTRIES: &str = "audit/entries.jsonl";
pub(crate) const LINKS: &str = "audit/links.txt";
pub(crate) const CSV: &str = "audit/entries.csv";

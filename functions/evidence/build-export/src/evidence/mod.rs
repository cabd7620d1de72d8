//! The evidence of one visit: its entries with their proofs, its sealed values opened, what was signed, and a page for a
//! person to read and print.

mod contents;
mod entry;
mod gathering;
mod labels;
mod openings;
mod page;
mod proof;
mod rendering;
mod timeline;
mod values;

pub(crate) use contents::add;

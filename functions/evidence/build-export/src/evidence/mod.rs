//! The evidence of one visit: its entries with their proofs, its sealed values opened, what was signed, and a page for a
//! person to read and print.

mod contents;
mod entry;
mod gathering;
mod openings;
mod page;
mod rendering;

pub(crate) use contents::add;

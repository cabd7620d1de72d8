//! Promises of this module: cases of others' bugs, pairs of names, properties, and what a site is told.

#[cfg(all(feature = "barcodes", feature = "objects"))]
mod barcodes;
mod base64;
mod cases;
mod checks;
mod fuzz;
mod name_pairs;
mod properties;
mod readers;
mod tables;
mod watchlist;

/// Vectors are read in place, beside the repository.
const VECTORS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/vectors");

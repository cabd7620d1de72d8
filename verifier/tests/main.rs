//! The verifier against vectors that others made, bundles that this package makes by itself, and every way to spoil
//! one that we could think of.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

mod agreement;
mod builder;
mod bundles;
mod command;
mod containers;
mod fuzz;
mod properties;
mod spoilt;
mod tampering;
mod vectors;

//! Doorbook's promises, each seen to hold against real parts. Run by `make test`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

mod audit;
mod conventions;
mod end_to_end;
mod failures;
mod functions;
mod harness;
mod isolation;
mod openapi;

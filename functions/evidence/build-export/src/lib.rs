//! Makes the bundles that were asked for: streams them into the bucket, signs their manifests, and says so in the log.
//!
//! The files stand in layers, the lowest first. A file uses its own layer and those above it in this list.

// Writing a bundle: its bytes, its members, its parts, and how far it is.
mod bundle;
mod counts;
mod csv;
mod member;
mod position;
mod stop;
mod zip;

// One attempt at an export: its rows, its lease, and what is kept between two invocations.
mod deps;
mod job;
mod progress;
mod store;

// What a bundle holds.
mod cover;
mod data;
mod evidence;
mod log;
mod manifest;

// One export from its request to its entry in the log.
mod build;
mod handler;

pub use deps::{Deps, Settings};
pub use handler::{consume, sweep};

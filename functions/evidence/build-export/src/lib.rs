//! Makes the bundles that were asked for: streams them into the bucket, signs their manifests, and says so in the log.

mod build;
mod bundle;
mod cover;
mod csv;
mod data;
mod deps;
mod evidence;
mod handler;
mod job;
mod log;
mod manifest;
mod member;
mod progress;
mod store;
mod zip;

pub use deps::{Deps, Settings};
pub use handler::{consume, sweep};

//! Makes the bundles that were asked for: streams them into the bucket, signs their manifests, and says so in the log.
//!
//! The files stand in layers, the lowest first. A file uses its own layer and those above it in this list.

// Writing a bundle: its bytes, its members, its parts, and how far it is.
mod bundle;
mod counts;
mod csv;
mod member;
pub mod numbers;
mod position;
mod stop;
mod zip;

// One attempt at an export: its rows, its lease, and what is kept between two invocations.
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

pub use handler::{consume, sweep};

use shared::{
    bundles::BundleWriter,
    clock::Clock,
    objects::ObjectReader,
    queue::SealRequests,
    runtime::Function,
    settings::LogSettings,
    tenant::Db,
    vault::{DocumentSigner, Vault},
};

/// Everything this function may touch.
pub struct Deps {
    /// Time.
    pub clock: Clock,
    /// The database.
    pub db: Db,
    /// Keeps bundles.
    pub bundles: BundleWriter,
    /// Keeps sealed images.
    pub objects: ObjectReader,
    /// Asks for seals.
    pub seals: SealRequests,
    /// Signs manifests.
    pub signer: DocumentSigner,
    /// Opens the keys of persons and of HMACs.
    pub vault: Vault,
    /// The first part of every key's name.
    pub log: LogSettings,
}

shared::wire!(Deps { clock, db, bundles, objects, seals, signer, vault, log });

/// This function: what makes it run, what it holds, and what answers.
#[must_use]
pub fn function() -> Function {
    Function::queue("build-export", consume, sweep)
}

//! Checks a bundle of Doorbook's audit log: the contract's "Verifier", as a command for logs of millions of entries.
//!
//! `doorbook-verify BUNDLE --key KEY…` exits 0 when all holds, 1 when anything is wrong, 2 when nothing was verified.
//! It needs the bundle and the two verifier keys that the auditor got some other way; it uses no network, and a key
//! inside the bundle never counts. The bundle is read once, in parts, by as many threads as there are processors;
//! memory grows by some tens of bytes with each target of the log, and by nothing else.
//!
//! This crate shares no code with the rest of the repository, so that both would have to be wrong in the same way.
//! Its only crates are those that do SHA-256, Ed25519, CRC-32, base64 and inflate, all of them Rust. Where the bytes of
//! a bundle are said: `docs/decisions/0040-what-a-bundle-holds.md`; what is taken: `0038-what-a-verifier-takes.md`.

mod anchors;
pub mod arguments;
pub mod at;
mod checkpoint;
pub mod encoding;
mod evidence;
mod finding;
pub mod hash;
pub mod json;
mod log;
mod manifest;
mod manifest_signature;
mod members;
mod note;
mod openings;
mod period;
mod report;
mod source;
pub mod tree;
mod verify;
pub mod zip;

pub use checkpoint::{Checkpoint, Refused};
pub use finding::{Checked, Finding, Reason};
pub use note::{Note, Unsigned, VerifierKey};
pub use openings::opens;
pub use report::{Facts, Report};
pub use source::{BundleFile, Source};
pub use verify::{Options, verify};

//! Makes bundles as an exporter does, from the contract and nothing of the verifier's own code.

mod bundle;
mod entries;
mod keys;
mod merkle;
mod zip;

pub(crate) use bundle::{Bundle, Scope};
pub(crate) use entries::{Log, Opened};
pub(crate) use keys::{Keys, sign, signature_line};
pub(crate) use merkle::{digest, hash, root};
pub(crate) use zip::{Member, zip};

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Base64 with padding.
pub(crate) fn base64(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

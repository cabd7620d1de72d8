//! Envelope encryption: what is personal leaves this module sealed, and comes back only with the right key and place.
//!
//! KMS wraps a tenant key; the tenant key wraps one key per person; a person's key seals that person's values, each bound
//! to its organization, person, table, column and row. Destroying a person's wrapped key erases all of that person's values.
//! Everything here but the KMS client works without a network.

mod audit_value;
#[cfg(feature = "aws")]
pub(crate) mod aws;
mod envelope;
#[cfg(feature = "kms")]
mod kms;
mod object;
mod person_key;
mod place;
mod primitives;
#[cfg(feature = "second-factor")]
mod root_secret;
#[cfg(feature = "root-secret")]
mod secrets_manager;
#[cfg(feature = "kms")]
mod signer;
mod tenant_key;

#[cfg(test)]
mod tests;

pub use audit_value::{AuditValue, Opening, commitment};
pub use envelope::{Sealed, Unopened};
#[cfg(feature = "kms")]
pub use kms::{TenantKeyMaker, Vault};
pub use object::{MediaType, ObjectValue, OpenedObject, SealedObject};
pub use person_key::PersonKey;
pub use place::{
    ASKED, Column, DOCUMENT_BACK, DOCUMENT_FRONT, ID_SCAN_VALUES, LICENCE_NUMBER, LISTED, LISTED_KEY, PHOTO, Place,
    SIGNATURE, STREAM_SECRET, STREAM_TOKEN,
};
#[cfg(feature = "second-factor")]
pub use root_secret::RootSecrets;
#[cfg(feature = "root-secret")]
pub use secrets_manager::RootSecret;
#[cfg(feature = "kms")]
pub use signer::{DocumentSigner, LogSigners, LogVerifiers, Signer};
pub use tenant_key::{TenantKey, WrappedTenantKey};

/// What the one secret gives for one purpose: HKDF-SHA-256 (RFC 5869) with the purpose's label and the secret's version.
///
/// # Errors
/// [`crate::Error::Internal`] when it cannot be derived.
#[cfg(feature = "root-secret")]
pub(crate) fn seed(
    secret: &crate::settings::VersionedSecret,
    label: &str,
) -> crate::error::Result<zeroize::Zeroizing<[u8; 32]>> {
    let mut seed = zeroize::Zeroizing::new([0; 32]);
    let info = format!("{label} {}", secret.version);
    primitives::derive(&[], secret.secret.expose_secret().as_bytes(), info.as_bytes(), seed.as_mut_slice())?;
    Ok(seed)
}

/// HMAC-SHA-256 (RFC 2104) of a message under an organization's key for its bundles.
#[must_use]
pub fn mac(key: &crate::secret::Secret<[u8; 32]>, message: &[u8]) -> [u8; 32] {
    primitives::Mac::new(key.expose_secret()).of(message)
}

//! The public keys that sign logs and bundles.

use super::{
    checkpoint::{bundle_key_name, log_key_name},
    note::VerifierKey,
};
use crate::{clock::Timestamp, error::Result, id::OrganizationId, tenant::Row};

/// A public key that signs, or signed, for the logs of all organizations alike.
#[derive(Debug)]
pub struct LogKey {
    /// What it signs: `log` or `bundle`.
    pub purpose: String,
    /// Its public half.
    pub public: [u8; 32],
    /// Since when it signs.
    pub valid_from: Timestamp,
    /// When another took its place.
    pub valid_until: Option<Timestamp>,
    /// Since when it is not to be trusted.
    pub revoked_at: Option<Timestamp>,
}

impl LogKey {
    pub(crate) fn read(row: &Row) -> Result<Self> {
        Ok(Self {
            purpose: row.read("purpose")?,
            public: row.read_hash("public_key")?,
            valid_from: row.read("valid_from")?,
            valid_until: row.read("valid_until")?,
            revoked_at: row.read("revoked_at")?,
        })
    }

    /// The key under the name that it signs with for an organization.
    #[must_use]
    pub fn verifier_key(&self, origin: &str, organization: OrganizationId) -> VerifierKey {
        let name = match self.purpose.as_str() {
            "bundle" => bundle_key_name(origin, organization),
            _ => log_key_name(origin, organization),
        };
        VerifierKey::new(&name, self.public)
    }
}

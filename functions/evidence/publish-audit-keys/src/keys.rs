//! The list of keys, as an auditor reads it.

use serde::Serialize;
use shared::{audit::LogKey, clock::Timestamp, id::OrganizationId};
use utoipa::ToSchema;

/// Every key that ever signed for an organization; none is ever removed.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditKeys {
    /// The organization that was asked for, whether there is one of this id or not.
    pub organization_id: OrganizationId,
    /// The oldest first.
    pub keys: Vec<AuditKey>,
    /// The verifiers of this version. Compare a copy that you got another way with them, and with the list of a release.
    pub verifiers: Vec<VerifierFile>,
}

/// A verifier that is one file.
#[derive(Debug, Serialize, ToSchema)]
pub struct VerifierFile {
    /// Its name.
    #[schema(pattern = "^verify\\.(mjs|html)$")]
    pub name: String,
    /// Its SHA-256 in lower-case hexadecimal.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub sha256: String,
}

/// As `sha256sum` writes them; `verifier/page.mjs` keeps the list.
const SHA256SUMS: &str = include_str!("../../../../verifier/SHA256SUMS");

impl VerifierFile {
    /// Those of this version.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let files = SHA256SUMS.lines().filter_map(|line| line.split_once("  "));
        files.map(|(sha256, name)| Self { name: name.to_owned(), sha256: sha256.to_owned() }).collect()
    }
}

/// A key under the name that it signs with for this organization.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditKey {
    /// What it signs: `log` for checkpoints, `bundle` for manifests.
    #[schema(pattern = "^(log|bundle)$")]
    pub purpose: String,
    /// `<name>+<hex key id>+<base64>`, as a verifier takes it (C2SP signed-note).
    pub verifier_key: String,
    /// Since when it signs.
    pub from: Timestamp,
    /// When another took its place; null while none has.
    pub until: Option<Timestamp>,
    /// Since when it is not to be trusted: of what it signed, only what was anchored before counts. Null while it is.
    pub revoked_at: Option<Timestamp>,
}

impl AuditKey {
    /// The key as this organization's.
    #[must_use]
    pub fn of(key: LogKey, origin: &str, organization: OrganizationId) -> Self {
        Self {
            verifier_key: key.verifier_key(origin, organization).to_string(),
            purpose: key.purpose,
            from: key.valid_from,
            until: key.valid_until,
            revoked_at: key.revoked_at,
        }
    }
}

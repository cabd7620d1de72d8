//! What the vault promises: a value opens with its own key at its own place, whole, or not at all.

mod audit_values;
mod envelopes;
#[cfg(feature = "kms")]
mod kms;
mod wycheproof;

use super::tenant_key::{TenantKey, WrappedTenantKey};
use crate::clock::Timestamp;
use crate::error::{Code, Error};
use crate::id::{KeyId, OrganizationId, PersonId, VisitId};
use crate::secret::{Secret, random_bytes};

fn now() -> Timestamp {
    Timestamp::parse("2026-11-01T08:00:00Z").unwrap()
}

fn tenant_with(organization: OrganizationId, id: KeyId, secret: [u8; 32]) -> TenantKey {
    let wrapped_index_key = TenantKey::new_index_key(organization, id, &Secret::new(secret)).unwrap();
    let kms_key_id = String::new();
    let wrapped = WrappedTenantKey { organization, key_id: id, kms_key_id, wrapped: Vec::new(), wrapped_index_key };
    TenantKey::unwrapped(&wrapped, Secret::new(secret)).unwrap()
}

fn tenant() -> TenantKey {
    tenant_with(OrganizationId::new(now()), KeyId::new(now()), random_bytes().unwrap())
}

fn person() -> PersonId {
    PersonId::new(now())
}

fn visit() -> VisitId {
    VisitId::new(now())
}

/// Refused as a fault of ours, without the plaintext in its text.
fn is_internal<T>(result: Result<T, Error>) -> bool {
    result.is_err_and(|error| error.code() == Code::Internal)
}

fn vectors(name: &str) -> serde_json::Value {
    let path = format!("{}/../../shared/vectors/{name}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(&path).expect("the vectors are beside the repository")).unwrap()
}

//! Keys: of the organization, of the HMACs, and of the signatures of manifests.

use shared::{
    clock::Timestamp,
    id::{ExportKeyId, KeyId, OrganizationId},
    tenant::{Lookup, Statement},
    vault::WrappedTenantKey,
};

/// The key of the HMACs, under the organization's key.
pub(crate) struct SealedExportKey {
    pub(crate) id: ExportKeyId,
    pub(crate) sealed: Vec<u8>,
}

/// The organization's key.
pub(crate) fn tenant_key(organization: OrganizationId) -> Lookup<WrappedTenantKey> {
    let read = Statement::new(concat!(
        "-- build-export.tenant_key\n",
        "SELECT key_id, kms_key_id, wrapped_key, wrapped_index_key FROM tenant_keys WHERE retired_at IS NULL",
    ))
    .one(|row| {
        Ok((row.read("key_id")?, row.read("kms_key_id")?, row.read("wrapped_key")?, row.read("wrapped_index_key")?))
    });
    read.map(move |(key_id, kms_key_id, wrapped, wrapped_index_key)| {
        Ok(WrappedTenantKey { organization, key_id, kms_key_id, wrapped, wrapped_index_key })
    })
}

/// The key of the HMACs, sealed, if there is one.
pub(crate) fn export_key() -> Lookup<Option<SealedExportKey>> {
    Statement::new(
        "-- build-export.export_key\nSELECT export_key_id, key_sealed FROM export_keys WHERE retired_at IS NULL",
    )
    .optional(|row| Ok(SealedExportKey { id: row.read("export_key_id")?, sealed: row.read("key_sealed")? }))
}

/// Keeps the first key of the HMACs, unless another one was quicker.
pub(crate) fn insert_export_key(new: SealedExportKey, tenant_key: KeyId, now: Timestamp) -> Statement {
    Statement::new(concat!(
        "-- build-export.insert_export_key\n",
        "INSERT INTO export_keys (organization_id, export_key_id, key_id, key_sealed, created_at) ",
        "VALUES (app.organization_id(), $1, $2, $3, $4) ON CONFLICT DO NOTHING",
    ))
    .bind(new.id)
    .bind(tenant_key)
    .bind(new.sealed)
    .bind(now)
}

/// Enters the key that signs manifests from now on.
pub(crate) fn enter_key(public: [u8; 32], now: Timestamp) -> Statement {
    Statement::new("-- build-export.enter_key\nSELECT directory.enter_log_key('bundle', $1, $2)")
        .bind(public.to_vec())
        .bind(now)
}

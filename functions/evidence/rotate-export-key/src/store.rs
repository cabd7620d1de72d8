//! Every SQL statement that `rotate-export-key` may run.

use shared::{
    clock::Timestamp,
    id::{ExportKeyId, KeyId},
    tenant::{Lookup, Statement},
};

/// The key that bundles are made with now, if there is one.
pub(crate) fn current_key() -> Lookup<Option<ExportKeyId>> {
    Statement::new(concat!(
        "-- rotate-export-key.current_key\n",
        "SELECT export_key_id FROM export_keys WHERE retired_at IS NULL",
    ))
    .optional(|row| row.read("export_key_id"))
}

/// Retires the key of before. What was made with it stays good.
pub(crate) fn retire_keys(now: Timestamp) -> Statement {
    Statement::new(concat!(
        "-- rotate-export-key.retire_keys\n",
        "UPDATE export_keys SET retired_at = $1 WHERE retired_at IS NULL",
    ))
    .bind(now)
}

/// Keeps the new key, sealed.
pub(crate) fn insert_key(id: ExportKeyId, tenant_key: KeyId, sealed: Vec<u8>, now: Timestamp) -> Statement {
    Statement::new(concat!(
        "-- rotate-export-key.insert_key\n",
        "INSERT INTO export_keys (organization_id, export_key_id, key_id, key_sealed, created_at) ",
        "VALUES (app.organization_id(), $1, $2, $3, $4)",
    ))
    .bind(id)
    .bind(tenant_key)
    .bind(sealed)
    .bind(now)
}

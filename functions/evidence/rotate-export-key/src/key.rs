//! What is shown.

use serde::Serialize;
use shared::{clock::Timestamp, id::ExportKeyId};
use utoipa::ToSchema;

/// A key of the HMACs of bundles.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportKey {
    /// The key's id, which the manifest of a bundle names.
    pub export_key_id: ExportKeyId,
    /// The key itself, 32 bytes in hex. Null in the answer to a replay: it is shown once.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub key: Option<String>,
    /// Since when bundles are made with it.
    pub created_at: Timestamp,
}

//! What is given out.

use serde::Serialize;
use shared::{clock::Timestamp, id::ExportId};
use utoipa::ToSchema;

/// A link to a bundle.
#[derive(Debug, Serialize, ToSchema)]
pub struct BundleLink {
    /// The bundle.
    pub export_id: ExportId,
    /// Opens the bundle without any other credential. Null in the answer to a replay.
    pub url: Option<String>,
    /// Until when it does.
    pub expires_at: Timestamp,
    /// Bytes of the bundle.
    #[schema(minimum = 1)]
    pub bytes: i64,
    /// SHA-256 of its `manifest.json`, in hex.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub manifest_sha256: String,
}

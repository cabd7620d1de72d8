//! A bundle, from the wish to its end.

use serde::Serialize;
use shared::{
    clock::Timestamp,
    domain::export::{ExportFailure, ExportKind, ExportState},
    id::{ExportId, VisitId},
};
use utoipa::ToSchema;

/// A bundle that was asked for.
#[derive(Debug, Serialize, ToSchema)]
pub struct Export {
    /// The bundle.
    pub export_id: ExportId,
    /// What it is for.
    pub kind: ExportKind,
    /// Where it stands.
    pub state: ExportState,
    /// Of evidence: the visit.
    pub visit_id: Option<VisitId>,
    /// Of a period of the log: its beginning.
    pub from: Option<Timestamp>,
    /// Of a period of the log: the moment after its end.
    pub to: Option<Timestamp>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// How far it is; null until it is known what it covers.
    pub progress: Option<Progress>,
    /// Size of the checkpoint that it leads to.
    #[schema(minimum = 1)]
    pub tree_size: Option<i64>,
    /// Bytes of the finished bundle.
    #[schema(minimum = 1)]
    pub bytes: Option<i64>,
    /// SHA-256 of the bundle's `manifest.json`, which names the digest of every other member, in hex.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub manifest_sha256: Option<String>,
    /// When it was finished.
    pub built_at: Option<Timestamp>,
    /// When it is deleted.
    pub expires_at: Option<Timestamp>,
    /// Why it was given up.
    pub failure: Option<ExportFailure>,
}

/// How many entries of the log are in the bundle, of how many.
#[derive(Debug, Serialize, ToSchema)]
pub struct Progress {
    /// Entries that are in it.
    #[schema(minimum = 0)]
    pub done: i64,
    /// Entries that it will hold; of evidence the entries of the log, of which it holds those of its visit.
    #[schema(minimum = 1)]
    pub total: i64,
}

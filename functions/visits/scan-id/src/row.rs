//! What is written of a scan, row by row.

use serde_json::Value;
use shared::{
    clock::Timestamp,
    domain::visit::DocumentSide,
    id::{CredentialId, IdScanId, NoticeVersionId, PersonId, SiteId, VisitId},
    objects::PutObject,
    vault::Sealed,
};

/// A side that is in the bucket and needs a row to be reachable.
pub(crate) struct StoredSide {
    pub(crate) side: DocumentSide,
    pub(crate) object: PutObject,
}

/// What is kept of a comparison of faces.
pub(crate) struct FaceRow {
    pub(crate) verdict: &'static str,
    pub(crate) reason: &'static str,
    pub(crate) score: Option<i32>,
    pub(crate) min: Option<i32>,
    pub(crate) notice: NoticeVersionId,
}

/// The row of a scan.
pub(crate) struct ScanRow {
    pub(crate) id: IdScanId,
    pub(crate) site: SiteId,
    pub(crate) person: PersonId,
    pub(crate) visit: Option<VisitId>,
    pub(crate) credential: CredentialId,
    pub(crate) sources: Vec<&'static str>,
    pub(crate) values: Option<Sealed>,
    pub(crate) number_index: Option<Vec<u8>>,
    pub(crate) verdicts: Value,
    pub(crate) score: Option<i32>,
    pub(crate) face: Option<FaceRow>,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Timestamp,
}

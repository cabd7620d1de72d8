//! What is answered: a checkpoint, and hashes that lead to it.

use serde::Serialize;
use shared::clock::Timestamp;
use utoipa::ToSchema;

/// What was signed of a log last.
#[derive(Debug, Serialize, ToSchema)]
pub struct SealedLog {
    /// Entries that it covers.
    #[schema(minimum = 1)]
    pub size: u64,
    /// Root of the Merkle tree over their leaves (RFC 6962 section 2.1), in hex.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub root: String,
    /// Link of the newest of them, in hex.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub chain: String,
    /// When it was signed.
    pub sealed_at: Timestamp,
    /// The checkpoint itself: a signed note, to be kept byte for byte.
    pub note: String,
    /// Since when nothing is written, because the log was changed past the functions; null where it was not.
    pub broken_since: Option<Timestamp>,
}

/// That an entry is in the log (RFC 6962 section 2.1.1).
#[derive(Debug, Serialize, ToSchema)]
pub struct InclusionProof {
    /// Number of the entry.
    #[schema(minimum = 0)]
    pub seq: u64,
    /// Its leaf, in hex.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub leaf: String,
    /// Hashes from the leaf upwards, in hex.
    pub proof: Vec<String>,
    /// The checkpoint that they lead to.
    pub checkpoint: SealedLog,
}

/// That a log of one size is the beginning of the log of another (RFC 6962 section 2.1.2).
#[derive(Debug, Serialize, ToSchema)]
pub struct ConsistencyProof {
    /// The smaller size.
    #[schema(minimum = 1)]
    pub from: u64,
    /// The larger size.
    #[schema(minimum = 1)]
    pub to: u64,
    /// Hashes in the order of the RFC, in hex.
    pub proof: Vec<String>,
}

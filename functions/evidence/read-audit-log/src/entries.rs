//! Entries as the log keeps them.

use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

/// One entry with its hashes.
#[derive(Debug, Serialize, ToSchema)]
pub struct LoggedEntry {
    /// Number of the entry.
    #[schema(minimum = 0)]
    pub seq: i64,
    /// `SHA-256(0x00 || entry)`, in hex.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub leaf: String,
    /// `SHA-256(0x02 || previous link || leaf)`, in hex.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub link: String,
    /// How many bytes the entry has.
    #[schema(minimum = 0)]
    pub bytes: i32,
    /// The entry, in the very bytes that are hashed; null where it is longer than 300,000 bytes. An export of the log holds it.
    #[schema(value_type = Option<Object>)]
    pub entry: Option<Box<RawValue>>,
}

//! A stream of the log, as it is shown.

use serde::Serialize;
use shared::{
    clock::Timestamp,
    domain::stream::{StreamKind, StreamState, Undelivered},
    id::LogStreamId,
};
use utoipa::ToSchema;

/// A stream of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct LogStream {
    /// The stream.
    pub stream_id: LogStreamId,
    /// What kind of destination it leads to.
    pub kind: StreamKind,
    /// The bucket; null for a collector.
    pub bucket: Option<String>,
    /// Where the bucket lies; null for a collector.
    pub region: Option<String>,
    /// The account that owns the bucket; null for a collector.
    pub account: Option<String>,
    /// Where the collector takes deliveries; null for a bucket.
    pub url: Option<String>,
    /// Where it stands.
    pub state: StreamState,
    /// The first entry that the destination has not acknowledged.
    #[schema(minimum = 0)]
    pub next_seq: i64,
    /// Size of the newest checkpoint that the destination acknowledged, or of the log where the stream begins.
    #[schema(minimum = 0)]
    pub checkpoint_size: i64,
    /// When the destination acknowledged last.
    pub acknowledged_at: Option<Timestamp>,
    /// Since when no delivery is taken; null where the last one was.
    pub failing_since: Option<Timestamp>,
    /// Why the last delivery was not taken; null where it was.
    pub failure: Option<Undelivered>,
    /// When it was set up.
    pub created_at: Timestamp,
    /// When it was ended.
    pub ended_at: Option<Timestamp>,
}

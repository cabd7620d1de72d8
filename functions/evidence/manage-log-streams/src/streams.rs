//! Streams as they are shown.

use serde::Serialize;
use shared::{
    Result,
    access::Permission,
    clock::Timestamp,
    domain::stream::{StreamKind, StreamState, Undelivered},
    http::{List, Reply, Request},
    id::LogStreamId,
};
use utoipa::ToSchema;

use crate::{Deps, store};

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

/// Lists the organization's streams, the oldest first, those that ended among them.
pub(crate) async fn list(deps: &Deps, request: &Request) -> Result<Reply> {
    let mut query = request.query()?;
    let page = query.take_page::<LogStreamId>()?;
    query.finish()?;

    let lookup = store::list_streams(&page);
    let (_gate, streams) = deps.reads.admit(request, Permission::WebhookManage, lookup).await?;

    Reply::ok(&List::cut(&page, streams, |stream: &LogStream| stream.stream_id))
}

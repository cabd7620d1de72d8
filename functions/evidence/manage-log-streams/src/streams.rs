//! Handles `GET /v1/audit-log/streams`.

use shared::{
    Result,
    access::Permission,
    http::{List, Reply, Request},
    id::LogStreamId,
};

use crate::{Deps, store, stream::LogStream};

/// Lists the organization's streams, the oldest first, those that ended among them.
pub(crate) async fn list(deps: &Deps, request: &Request) -> Result<Reply> {
    let mut query = request.query()?;
    let page = query.take_page::<LogStreamId>()?;
    query.finish()?;

    let lookup = store::list_streams(&page);
    let (_gate, streams) = deps.reads.admit(request, Permission::WebhookManage, lookup).await?;

    Reply::ok(&List::cut(&page, streams, |stream: &LogStream| stream.stream_id)?)
}

//! What happens to a stream between its beginning and its end.

use serde::Deserialize;
use shared::{
    Error, Result,
    access::Permission,
    audit::{Action, AuditEvent, Diff, TargetKind},
    domain::stream::StreamState,
    door::AdmittedWrite,
    http::{Nothing, Reply, Request},
    id::LogStreamId,
};
use utoipa::ToSchema;

use crate::{Deps, store, stream::LogStream};

/// Where a stream goes back to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rewinding {
    /// The entry that is delivered next, and with it every later one and each checkpoint beyond it.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    seq: i64,
}

/// Stops deliveries. What is under way may still arrive.
pub(crate) async fn pause(deps: &Deps, request: &Request) -> Result<Reply> {
    let Nothing {} = request.json_or_empty()?;

    let (admitted, found) = admit(deps, request).await?;
    refuse_ended(&found)?;

    let paused = LogStream { state: StreamState::Paused, ..found.clone() };
    let reply = Reply::ok(&paused)?;
    admitted
        .record(reply, |batch| {
            if found.state == StreamState::Active {
                store::pause(batch, found.stream_id);
                batch.audit(AuditEvent::new(Action::LogStreamPaused, TargetKind::LogStream, found.stream_id));
            }
        })
        .await
}

/// Goes on where the destination acknowledged last; one that fails is tried again at once.
pub(crate) async fn resume(deps: &Deps, request: &Request) -> Result<Reply> {
    let Nothing {} = request.json_or_empty()?;

    let (admitted, found) = admit(deps, request).await?;
    refuse_ended(&found)?;

    let goes_on = found.state == StreamState::Active && found.failure.is_none();
    let resumed = LogStream { state: StreamState::Active, failing_since: None, failure: None, ..found.clone() };
    let reply = Reply::ok(&resumed)?;
    let (organization, now) = (admitted.caller().organization, admitted.now());
    admitted
        .record(reply, |batch| {
            if !goes_on {
                store::resume(batch, found.stream_id);
                store::take_turn(batch, organization, now);
                batch.audit(AuditEvent::new(Action::LogStreamResumed, TargetKind::LogStream, found.stream_id));
            }
        })
        .await
}

/// Delivers again from an earlier entry on. It cannot go forwards: a gap would look like a loss.
pub(crate) async fn rewind(deps: &Deps, request: &Request) -> Result<Reply> {
    let Rewinding { seq } = request.json()?;
    if !(0..1 << 53).contains(&seq) {
        return Err(Error::malformed("/seq", "out_of_range"));
    }

    let stream: LogStreamId = request.target("stream_id");
    let lookups = (store::load_stream(stream), store::find_link_before(seq));
    let (admitted, (found, link)) = deps.door.admit(request, Permission::WebhookManage, lookups).await?;
    refuse_ended(&found)?;
    let link = link.filter(|_| seq <= found.next_seq);
    let link = link.ok_or_else(|| Error::unprocessable("/seq", "beyond_what_was_acknowledged"))?;

    let checkpoint_size = found.checkpoint_size.min(seq);
    let rewound = LogStream { next_seq: seq, checkpoint_size, failing_since: None, failure: None, ..found.clone() };
    let reply = Reply::ok(&rewound)?;
    let (organization, now) = (admitted.caller().organization, admitted.now());
    admitted
        .record(reply, |batch| {
            store::rewind(batch, &rewound, link);
            store::take_turn(batch, organization, now);
            let entry = AuditEvent::new(Action::LogStreamRewound, TargetKind::LogStream, found.stream_id);
            batch.audit(entry.with(Diff::new().added("next_seq", seq)));
        })
        .await
}

/// Ends a stream and destroys its secrets. One that has ended stays so.
pub(crate) async fn end(deps: &Deps, request: &Request) -> Result<Reply> {
    let (admitted, found) = admit(deps, request).await?;

    let ended_at = Some(found.ended_at.unwrap_or_else(|| admitted.now()));
    let ended = LogStream { state: StreamState::Ended, ended_at, ..found.clone() };
    let reply = Reply::ok(&ended)?;
    let now = admitted.now();
    admitted
        .record(reply, |batch| {
            if found.state != StreamState::Ended {
                store::end(batch, found.stream_id, now);
                let entry = AuditEvent::new(Action::LogStreamEnded, TargetKind::LogStream, found.stream_id);
                batch.audit(entry.with(Diff::new().added("next_seq", found.next_seq)));
            }
        })
        .await
}

async fn admit(deps: &Deps, request: &Request) -> Result<(AdmittedWrite, LogStream)> {
    let lookup = store::load_stream(request.target("stream_id"));
    let (admitted, found) = deps.door.admit(request, Permission::WebhookManage, lookup).await?;
    Ok((admitted, found))
}

fn refuse_ended(stream: &LogStream) -> Result<()> {
    if stream.state == StreamState::Ended { Err(Error::conflict("ended")) } else { Ok(()) }
}

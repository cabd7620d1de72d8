//! The operations on streams of the log.

use manage_log_streams::{CreatedStream, NewStreamBody, Rewinding, stream::LogStream};
use shared::{access::Permission, http::Nothing};

use super::document::{Operation, Schemas};

pub(super) fn all(schemas: &mut Schemas) -> Vec<Operation> {
    let (create, list) = ("POST /v1/audit-log/streams", "GET /v1/audit-log/streams");
    let (pause, resume) =
        ("POST /v1/audit-log/streams/{stream_id}/pause", "POST /v1/audit-log/streams/{stream_id}/resume");
    let (rewind, end) = ("POST /v1/audit-log/streams/{stream_id}/rewind", "DELETE /v1/audit-log/streams/{stream_id}");
    let (stream, streams) = (schemas.of::<LogStream>(), schemas.list_of::<LogStream>());
    let created = schemas.of::<CreatedStream>();
    let operations = vec![
        Operation::new(create, "create-log-stream", "Sets a stream of the log up.", created)
            .creates()
            .body(schemas.of::<NewStreamBody>()),
        Operation::new(list, "list-log-streams", "Streams of the log, the oldest first.", streams).paged(),
        Operation::new(pause, "pause-log-stream", "Stops deliveries.", stream.clone())
            .optional_body(schemas.of::<Nothing>()),
        Operation::new(resume, "resume-log-stream", "Goes on, or tries again at once.", stream.clone())
            .optional_body(schemas.of::<Nothing>()),
        Operation::new(rewind, "rewind-log-stream", "Delivers again from an earlier entry on.", stream.clone())
            .body(schemas.of::<Rewinding>()),
        Operation::new(end, "end-log-stream", "Ends a stream and destroys its secrets.", stream),
    ];
    operations.into_iter().map(|operation| operation.allowed_by(Permission::WebhookManage)).collect()
}

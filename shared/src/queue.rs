//! Messages between functions: ids only, never a personal value.

use crate::{
    clock::{Clock, Timestamp},
    error::{Error, Result},
    id::{EventId, OrganizationId},
    tenant::Db,
    work::SystemWork,
};

/// What a message says, in the form that every queue carries.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Envelope {
    /// Version of this form: 1.
    pub v: u8,
    /// The consumer's idempotency key.
    pub id: EventId,
    /// The tenant.
    pub organization_id: OrganizationId,
    /// What is to be done, as `outbox.nudge`.
    pub kind: String,
    /// What it is to be done to.
    pub r#ref: uuid::Uuid,
    /// The request that caused it.
    pub request_id: String,
    /// W3C trace context, where there is one.
    pub traceparent: Option<String>,
}

/// Kind of the message that tells the outbox that it has work.
pub const OUTBOX_NUDGE: &str = "outbox.nudge";
/// Kind of the message that asks for a bundle to be made.
pub const EXPORT_REQUEST: &str = "export.build";
/// Kind of the message that asks for a log to be sealed now.
pub const SEAL_REQUEST: &str = "audit_log.seal";
/// Kind of the message that asks for the mail of an organization to be sent.
pub const MAIL_REQUEST: &str = "mail.send";

impl Envelope {
    /// A message about one thing of an organization.
    #[must_use]
    pub fn new(kind: &str, organization: OrganizationId, about: uuid::Uuid, request_id: &str, now: Timestamp) -> Self {
        Self {
            v: 1,
            id: EventId::new(now),
            organization_id: organization,
            kind: kind.to_owned(),
            r#ref: about,
            request_id: request_id.to_owned(),
            traceparent: None,
        }
    }
}

/// A message that came through a queue: the credential of the work it asks for. Only the runtime makes one.
#[derive(Debug)]
pub struct Message {
    envelope: Envelope,
    ends: tokio::time::Instant,
}

impl Message {
    /// Reads the body of a record.
    ///
    /// # Errors
    /// [`Error::Malformed`] when it is not a message of version 1.
    pub(crate) fn parse(body: &str, ends: tokio::time::Instant) -> Result<Self> {
        let envelope: Envelope = crate::http::read_json(body.as_bytes())?;
        if envelope.v == 1 { Ok(Self { envelope, ends }) } else { Err(Error::malformed("/v", "unknown_version")) }
    }

    /// True until the invocation nears its end. Asked between two pieces of work, so that none is cut off.
    #[must_use]
    pub fn has_time(&self) -> bool {
        tokio::time::Instant::now() < self.ends
    }

    /// What it says.
    #[must_use]
    pub const fn envelope(&self) -> &Envelope {
        &self.envelope
    }

    /// What it asks for: two messages of one batch that answer the same here are worked off as one.
    pub(crate) fn request(&self) -> (String, OrganizationId, uuid::Uuid) {
        (self.envelope.kind.clone(), self.envelope.organization_id, self.envelope.r#ref)
    }

    /// The work it asks for, in its own organization.
    #[must_use]
    pub fn work(&self, db: &Db) -> SystemWork {
        SystemWork::new(db, self.envelope.organization_id, &self.envelope.request_id)
    }
}

/// A nudge for the outbox of an organization.
#[must_use]
pub fn outbox_nudge(organization: OrganizationId, request_id: &str, clock: Clock) -> Envelope {
    Envelope::new(OUTBOX_NUDGE, organization, organization.uuid(), request_id, clock.now())
}

#[cfg(feature = "queue")]
pub use sender::QueueSender;

#[cfg(feature = "queue")]
mod sender {
    use super::{EXPORT_REQUEST, Envelope, MAIL_REQUEST, OUTBOX_NUDGE, SEAL_REQUEST};
    use crate::{
        error::{Error, Result},
        settings::{AwsSettings, ExportRequestsSettings, MailRequestsSettings, QueueSettings, SealRequestsSettings},
    };

    /// Sends messages to one queue.
    #[derive(Clone)]
    pub struct QueueSender {
        client: aws_sdk_sqs::Client,
        url: String,
        /// Kind of message that the queue carries.
        kind: &'static str,
    }

    impl QueueSender {
        /// A sender to the outbox's queue.
        #[must_use]
        pub fn to_outbox(queue: &QueueSettings, aws: &AwsSettings) -> Self {
            Self::to(&queue.outbox_url, OUTBOX_NUDGE, aws)
        }

        /// A sender to the queue where bundles are asked for.
        #[must_use]
        pub fn to_exports(queue: &ExportRequestsSettings, aws: &AwsSettings) -> Self {
            Self::to(&queue.url, EXPORT_REQUEST, aws)
        }

        /// A sender to the queue where mail is asked for.
        #[must_use]
        pub fn to_mails(queue: &MailRequestsSettings, aws: &AwsSettings) -> Self {
            Self::to(&queue.url, MAIL_REQUEST, aws)
        }

        /// A sender to the queue where seals are asked for.
        #[must_use]
        pub fn to_seals(queue: &SealRequestsSettings, aws: &AwsSettings) -> Self {
            Self::to(&queue.url, SEAL_REQUEST, aws)
        }

        fn to(url: &str, kind: &'static str, aws: &AwsSettings) -> Self {
            let config = crate::vault::aws::config(aws, aws.sqs_endpoint.as_deref());
            Self { client: aws_sdk_sqs::Client::new(&config), url: url.to_owned(), kind }
        }

        /// False for a message that is read at another queue.
        #[must_use]
        pub fn carries(&self, envelope: &Envelope) -> bool {
            envelope.kind == self.kind
        }

        /// Sends one message.
        ///
        /// # Errors
        /// [`Error::Unavailable`] when the queue does not take it.
        pub async fn send(&self, envelope: &Envelope) -> Result<()> {
            let body = serde_json::to_string(envelope).map_err(Error::internal)?;
            let sent = Box::pin(self.client.send_message().queue_url(&self.url).message_body(body).send()).await;
            sent.map(drop).map_err(Error::unavailable)
        }
    }
}

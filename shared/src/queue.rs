//! Messages between functions: ids only, never a personal value.

use crate::{
    clock::{Clock, Timestamp},
    error::{Error, Result},
    id::{EventId, OrganizationId},
    tenant::Db,
    wiring::{Needs, Right, Variable},
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

/// A queue that functions send to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Queue {
    /// Where the outbox is told that it has work.
    Outbox,
    /// Where the making of bundles is asked for.
    ExportRequests,
    /// Where the sending of mail is asked for.
    MailRequests,
    /// Where a seal is asked for that cannot wait.
    SealRequests,
}

impl Queue {
    /// The variable that holds its URL.
    #[must_use]
    pub const fn variable(self) -> Variable {
        Variable::required(match self {
            Self::Outbox => "OUTBOX_QUEUE_URL",
            Self::ExportRequests => "EXPORT_REQUESTS_QUEUE_URL",
            Self::MailRequests => "MAIL_REQUESTS_QUEUE_URL",
            Self::SealRequests => "SEAL_REQUESTS_QUEUE_URL",
        })
    }

    /// Kind of the messages that are read there.
    #[must_use]
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Outbox => OUTBOX_NUDGE,
            Self::ExportRequests => EXPORT_REQUEST,
            Self::MailRequests => MAIL_REQUEST,
            Self::SealRequests => SEAL_REQUEST,
        }
    }

    /// What a function needs to send to it.
    #[must_use]
    pub fn needs(self) -> Needs {
        let resource: &'static [&'static str] = match self {
            Self::Outbox => &["Queues.Outputs.OutboxArn"],
            Self::ExportRequests => &["Queues.Outputs.ExportRequestsArn"],
            Self::MailRequests => &["Queues.Outputs.MailRequestsArn"],
            Self::SealRequests => &["Queues.Outputs.SealRequestsArn"],
        };
        Needs::of(&[self.variable()], &[Right::new(&["sqs:SendMessage"], resource)])
    }
}

#[cfg(feature = "queue")]
pub use sender::{QueueSender, SealRequests};

#[cfg(feature = "queue")]
mod sender {
    use super::{Envelope, Queue};
    use crate::{
        error::{Error, Result},
        settings::{AwsSettings, Unsafe, Variables},
        wiring::{Fatal, Needs, Part, Start},
    };

    /// Sends messages to one queue.
    #[derive(Clone)]
    pub struct QueueSender {
        client: aws_sdk_sqs::Client,
        url: String,
        queue: Queue,
    }

    impl QueueSender {
        /// A sender to a queue; nothing is called yet.
        ///
        /// # Errors
        /// Names the variable that is missing.
        pub fn to(queue: Queue, variables: &Variables) -> Result<Self, Unsafe> {
            let url = variables.required(queue.variable().name)?.to_owned();
            let aws = AwsSettings::read(variables)?;
            let config = crate::vault::aws::config(&aws, aws.sqs_endpoint.as_deref());
            Ok(Self { client: aws_sdk_sqs::Client::new(&config), url, queue })
        }

        /// False for a message that is read at another queue.
        #[must_use]
        pub fn carries(&self, envelope: &Envelope) -> bool {
            envelope.kind == self.queue.kind()
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

    /// Asks for seals that cannot wait.
    #[derive(Clone)]
    pub struct SealRequests(pub QueueSender);

    impl Part for SealRequests {
        fn needs() -> Needs {
            Queue::SealRequests.needs()
        }

        fn build(start: &mut Start) -> Result<Self, Fatal> {
            Ok(Self(QueueSender::to(Queue::SealRequests, start.told())?))
        }
    }
}

//! Messages between functions: ids only, never a personal value.

use crate::{
    audit::{Actor, AuditEvent},
    clock::Clock,
    error::{Error, Result},
    id::{EventId, OrganizationId},
    tenant::{Db, Statement, TenantTx},
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

/// A message that came through a queue: the credential of the work it asks for. Only the runtime makes one.
#[derive(Debug)]
pub struct Message {
    envelope: Envelope,
}

impl Message {
    /// Reads the body of a record.
    ///
    /// # Errors
    /// [`Error::Malformed`] when it is not a message of version 1.
    pub(crate) fn parse(body: &str) -> Result<Self> {
        let envelope: Envelope = crate::http::read_json(body.as_bytes())?;
        if envelope.v == 1 { Ok(Self { envelope }) } else { Err(Error::malformed("/v", "unknown_version")) }
    }

    /// What it says.
    #[must_use]
    pub const fn envelope(&self) -> &Envelope {
        &self.envelope
    }

    /// The work it asks for, in its own organization.
    #[must_use]
    pub fn work(&self, db: &Db) -> SystemWork {
        SystemWork::new(db, self.envelope.organization_id, &self.envelope.request_id)
    }
}

/// Work in one organization that no caller asked for directly: the proof that a message, a tick of a schedule or
/// the operator did.
pub struct SystemWork {
    db: Db,
    organization: OrganizationId,
    request_id: String,
}

impl SystemWork {
    pub(crate) fn new(db: &Db, organization: OrganizationId, request_id: &str) -> Self {
        Self { db: db.clone(), organization, request_id: request_id.to_owned() }
    }

    /// The organization.
    #[must_use]
    pub const fn organization(&self) -> OrganizationId {
        self.organization
    }

    /// One transaction in the organization.
    ///
    /// # Errors
    /// Whatever the work answers, or when the database fails.
    pub async fn with_tenant<T>(&self, work: impl AsyncFnOnce(&mut TenantTx<'_>) -> Result<T>) -> Result<T> {
        let open = Statement::new("-- queue.open\nSELECT app.open_for_system($1)").bind(self.organization);
        self.db.transaction(open, work).await
    }

    /// Writes the entry of what was done, in the transaction that did it.
    ///
    /// # Errors
    /// When the database refuses it.
    pub async fn audit(&self, tx: &mut TenantTx<'_>, function: &'static str, entry: AuditEvent) -> Result<()> {
        tx.write(entry.into_statement(&Actor::System { function }, &self.request_id)).await
    }
}

/// A nudge for the outbox of an organization.
#[must_use]
pub fn outbox_nudge(organization: OrganizationId, request_id: &str, clock: Clock) -> Envelope {
    Envelope {
        v: 1,
        id: EventId::new(clock.now()),
        organization_id: organization,
        kind: OUTBOX_NUDGE.to_owned(),
        r#ref: organization.uuid(),
        request_id: request_id.to_owned(),
        traceparent: None,
    }
}

#[cfg(feature = "queue")]
pub use sender::QueueSender;

#[cfg(feature = "queue")]
mod sender {
    use super::Envelope;
    use crate::{
        error::{Error, Result},
        settings::{AwsSettings, QueueSettings},
    };

    /// Sends messages to one queue.
    #[derive(Clone)]
    pub struct QueueSender {
        client: aws_sdk_sqs::Client,
        url: String,
    }

    impl QueueSender {
        /// A sender to the outbox's queue.
        #[must_use]
        pub fn to_outbox(queue: &QueueSettings, aws: &AwsSettings) -> Self {
            let config = crate::vault::aws::config(aws, aws.sqs_endpoint.as_deref());
            Self { client: aws_sdk_sqs::Client::new(&config), url: queue.outbox_url.clone() }
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

//! Which queues a function may send to.

use super::{Unsafe, Variables};

/// Where the outbox is told that it has work.
#[derive(Clone, Debug)]
pub struct QueueSettings {
    /// URL of the queue.
    pub outbox_url: String,
}

impl QueueSettings {
    /// Reads `OUTBOX_QUEUE_URL`.
    ///
    /// # Errors
    /// When it is missing.
    pub fn read(variables: &Variables) -> Result<Self, Unsafe> {
        Ok(Self { outbox_url: variables.required("OUTBOX_QUEUE_URL")?.to_owned() })
    }
}

/// Where the making of bundles is asked for.
#[derive(Clone, Debug)]
pub struct ExportRequestsSettings {
    /// URL of the queue.
    pub url: String,
}

impl ExportRequestsSettings {
    /// Reads `EXPORT_REQUESTS_QUEUE_URL`.
    ///
    /// # Errors
    /// When it is missing.
    pub fn read(variables: &Variables) -> Result<Self, Unsafe> {
        Ok(Self { url: variables.required("EXPORT_REQUESTS_QUEUE_URL")?.to_owned() })
    }
}

/// Where the sending of mail is asked for.
#[derive(Clone, Debug)]
pub struct MailRequestsSettings {
    /// URL of the queue.
    pub url: String,
}

impl MailRequestsSettings {
    /// Reads `MAIL_REQUESTS_QUEUE_URL`.
    ///
    /// # Errors
    /// When it is missing.
    pub fn read(variables: &Variables) -> Result<Self, Unsafe> {
        Ok(Self { url: variables.required("MAIL_REQUESTS_QUEUE_URL")?.to_owned() })
    }
}

/// Where a seal is asked for that cannot wait.
#[derive(Clone, Debug)]
pub struct SealRequestsSettings {
    /// URL of the queue.
    pub url: String,
}

impl SealRequestsSettings {
    /// Reads `SEAL_REQUESTS_QUEUE_URL`.
    ///
    /// # Errors
    /// When it is missing.
    pub fn read(variables: &Variables) -> Result<Self, Unsafe> {
        Ok(Self { url: variables.required("SEAL_REQUESTS_QUEUE_URL")?.to_owned() })
    }
}

//! Work in one organization without a caller who was admitted.

use crate::{
    audit::{Actor, AuditEvent},
    clock::Timestamp,
    error::Result,
    id::OrganizationId,
    outbox::OutgoingEvent,
    tenant::{Db, Statement, TenantTx},
};

/// Work in one organization that no caller asked for directly. It proves that a message, a tick of a schedule, the
/// operator or a signed link asked for it.
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

    /// Ties the work to the log.
    #[must_use]
    pub fn request_id(&self) -> &str {
        &self.request_id
    }

    /// One transaction in the organization.
    ///
    /// # Errors
    /// What the work answers, or when the database fails.
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

    /// Writes the entry of what a person without a credential did: one who holds a link, or who signs in.
    ///
    /// # Errors
    /// When the database refuses it.
    pub async fn audit_by(&self, tx: &mut TenantTx<'_>, actor: &Actor, entry: AuditEvent) -> Result<()> {
        tx.write(entry.into_statement(actor, &self.request_id)).await
    }

    /// Writes an event for the outside, in the transaction that did what it tells of.
    ///
    /// # Errors
    /// When the database refuses it.
    pub async fn emit(&self, tx: &mut TenantTx<'_>, event: OutgoingEvent, now: Timestamp) -> Result<()> {
        tx.write(event.into_statement(&self.request_id, now)).await
    }
}

//! What is written by an admitted request.

use crate::{audit::AuditEvent, outbox::OutgoingEvent, tenant::Statement};

/// A record that one function of the database writes. The function takes what `app.resume_and_settle` takes, then the moment of
/// admission, what is bound here, the events and the audit entry; it ends with `app.emit_and_audit`.
pub struct Record {
    pub(super) call: Statement,
    pub(super) events: Vec<OutgoingEvent>,
    pub(super) entry: AuditEvent,
}

impl Record {
    /// A record by this call, with the entry that says what was done.
    #[must_use]
    pub const fn new(call: Statement, events: Vec<OutgoingEvent>, entry: AuditEvent) -> Self {
        Self { call, events, entry }
    }
}

/// What one transaction writes. It can only be added to: nothing can be asked, and nothing waits.
#[derive(Default)]
pub struct Batch {
    pub(super) writes: Vec<Statement>,
    pub(super) events: Vec<OutgoingEvent>,
    pub(super) entries: Vec<AuditEvent>,
    pub(super) request: Option<(&'static str, uuid::Uuid)>,
}

impl Batch {
    /// Asks a worker by a message, after the answer, to do something with what is written here. It is told once and may
    /// not hear it: its schedule finds the row.
    pub fn ask(&mut self, kind: &'static str, about: uuid::Uuid) {
        self.request = Some((kind, about));
    }

    /// Adds a statement.
    pub fn write(&mut self, statement: Statement) {
        self.writes.push(statement);
    }

    /// Adds an event for the outside.
    pub fn emit(&mut self, event: OutgoingEvent) {
        self.events.push(event);
    }

    /// Adds the entry that says what was done.
    pub fn audit(&mut self, entry: AuditEvent) {
        self.entries.push(entry);
    }
}

//! What has to happen after commit, as a row of the same transaction.

use serde_json::{Value, json};

use crate::{
    clock::Timestamp,
    domain::visit::words,
    id::{EventId, SiteId, VisitId},
    tenant::Statement,
};

words! {
    /// What the outside is told. Names follow the Standard Webhooks specification.
    EventKind {
        /// A driver came.
        DriverCheckedIn = "driver.checked_in",
        /// A driver left.
        DriverCheckedOut = "driver.checked_out",
        /// Somebody signed an NDA.
        NdaAccepted = "nda.accepted",
        /// A visitor came.
        VisitorCheckedIn = "visitor.checked_in",
        /// A visitor left.
        VisitorCheckedOut = "visitor.checked_out",
    }
}

/// An event about a visit. It holds ids and states, never a personal value.
#[derive(Debug)]
pub struct OutgoingEvent {
    kind: EventKind,
    visit: VisitId,
    facts: Value,
}

impl OutgoingEvent {
    /// Something happened to a visit at a site.
    #[must_use]
    pub fn about_visit(kind: EventKind, visit: VisitId, site: SiteId) -> Self {
        Self { kind, visit, facts: json!({ "site_id": site }) }
    }

    pub(crate) fn into_statement(self, request_id: &str, now: Timestamp) -> Statement {
        Statement::new(concat!(
            "-- outbox.emit\n",
            "INSERT INTO outbox (organization_id, event_id, kind, subject_kind, subject_id, facts, request_id, occurred_at) ",
            "VALUES (app.organization_id(), $1, $2, 'visit', $3, $4, $5, $6)",
        ))
        .bind(EventId::new(now))
        .bind(self.kind.word())
        .bind(self.visit)
        .bind(self.facts)
        .bind(request_id.to_owned())
        .bind(now)
    }
}

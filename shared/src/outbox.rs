//! What has to happen after commit, as a row of the same transaction.

use serde_json::{Value, json};

use crate::{
    clock::Timestamp,
    domain::{export::ExportKind, visit::words},
    id::{AccessReviewId, EventId, ExportId, MemberId, SiteId, VisitId},
    tenant::Statement,
};

words! {
    /// What the outside is told. Names follow the Standard Webhooks specification.
    EventKind {
        /// An access review was opened.
        AccessReviewOpened = "access_review.opened",
        /// A driver came.
        DriverCheckedIn = "driver.checked_in",
        /// A driver left.
        DriverCheckedOut = "driver.checked_out",
        /// A bundle was made.
        ExportBuilt = "export.built",
        /// Everything was taken from a member.
        MemberRevoked = "member.revoked",
        /// A visitor or driver signed an NDA.
        NdaAccepted = "nda.accepted",
        /// A held visitor or driver was let in.
        VisitAdmitted = "visit.admitted",
        /// A held visitor or driver was turned away.
        VisitDeclined = "visit.declined",
        /// A visitor or driver came, and waits for a decision.
        VisitHeld = "visit.held",
        /// A visitor came.
        VisitorCheckedIn = "visitor.checked_in",
        /// A visitor left.
        VisitorCheckedOut = "visitor.checked_out",
        /// A visitor or driver who came met the watchlist.
        WatchlistMatched = "watchlist.matched",
    }
}

/// An event. It holds ids and states, never a personal value.
#[derive(Debug)]
pub struct OutgoingEvent {
    kind: EventKind,
    subject: Subject,
    facts: Value,
}

#[derive(Clone, Copy, Debug)]
enum Subject {
    AccessReview(AccessReviewId),
    Export(ExportId),
    Member(MemberId),
    Visit(VisitId),
}

impl OutgoingEvent {
    /// Something happened to a visit at a site.
    #[must_use]
    pub fn about_visit(kind: EventKind, visit: VisitId, site: SiteId) -> Self {
        Self { kind, subject: Subject::Visit(visit), facts: json!({ "site_id": site }) }
    }

    /// An access review waits for decisions.
    #[must_use]
    pub fn access_review_opened(review: AccessReviewId) -> Self {
        Self { kind: EventKind::AccessReviewOpened, subject: Subject::AccessReview(review), facts: json!({}) }
    }

    /// A bundle was made.
    #[must_use]
    pub fn export_built(export: ExportId, kind: ExportKind) -> Self {
        Self { kind: EventKind::ExportBuilt, subject: Subject::Export(export), facts: json!({ "export_kind": kind }) }
    }

    /// A member has nothing any more.
    #[must_use]
    pub fn member_revoked(member: MemberId) -> Self {
        Self { kind: EventKind::MemberRevoked, subject: Subject::Member(member), facts: json!({}) }
    }

    pub(crate) fn into_statement(self, request_id: &str, now: Timestamp) -> Statement {
        let statement = Statement::new(concat!(
            "-- outbox.emit\n",
            "INSERT INTO outbox (organization_id, event_id, kind, subject_kind, subject_id, facts, request_id, occurred_at) ",
            "VALUES (app.organization_id(), $1, $2, $3, $4, $5, $6, $7)",
        ));
        let statement = statement.bind(EventId::new(now)).bind(self.kind.word()).bind(self.subject.kind());
        let statement = match self.subject {
            Subject::AccessReview(id) => statement.bind(id),
            Subject::Export(id) => statement.bind(id),
            Subject::Member(id) => statement.bind(id),
            Subject::Visit(id) => statement.bind(id),
        };
        statement.bind(self.facts).bind(request_id.to_owned()).bind(now)
    }

    /// The event as `app.emit_and_audit` reads it.
    pub(crate) fn into_row(self, now: Timestamp) -> EventRow {
        EventRow {
            event_id: EventId::new(now),
            kind: self.kind,
            subject_kind: self.subject.kind(),
            subject_id: self.subject.id(),
            facts: self.facts,
        }
    }
}

/// An event among those of a record that one call writes.
#[derive(Debug, serde::Serialize)]
pub(crate) struct EventRow {
    event_id: EventId,
    kind: EventKind,
    subject_kind: &'static str,
    subject_id: uuid::Uuid,
    facts: Value,
}

impl Subject {
    const fn kind(self) -> &'static str {
        match self {
            Self::AccessReview(_) => "access_review",
            Self::Export(_) => "export",
            Self::Member(_) => "member",
            Self::Visit(_) => "visit",
        }
    }

    const fn id(self) -> uuid::Uuid {
        match self {
            Self::AccessReview(id) => id.uuid(),
            Self::Export(id) => id.uuid(),
            Self::Member(id) => id.uuid(),
            Self::Visit(id) => id.uuid(),
        }
    }
}

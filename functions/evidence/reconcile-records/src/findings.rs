//! What is answered: records, and which of their counterparts are not there. Ids only, nothing about a person.

use serde::Serialize;
use shared::{
    clock::Timestamp,
    id::{EventId, VisitId},
};
use utoipa::ToSchema;

use crate::period::Place;

/// Visits, entries and events of a period, held against each other.
#[derive(Debug, Serialize, ToSchema)]
pub struct Reconciliation {
    /// The period's first moment.
    pub from: Timestamp,
    /// The moment before which it ends.
    pub to: Timestamp,
    /// Of what happened before this moment no event is asked for: events are not kept for ever.
    pub events_from: Timestamp,
    /// The records of which something is missing; none where all is whole.
    pub items: Vec<Finding>,
    /// What to send as `cursor` for the next page; null on the last one.
    pub next_cursor: Option<String>,
}

/// One record of which something is missing.
#[derive(Debug, Serialize, ToSchema)]
pub struct Finding {
    /// What the record is.
    pub kind: RecordKind,
    /// The visit that it is, or that it speaks of; null where it names none.
    pub visit_id: Option<VisitId>,
    /// Number of the entry.
    #[schema(minimum = 0)]
    pub seq: Option<i64>,
    /// The event.
    pub event_id: Option<EventId>,
    /// What it says: the action of an entry, the kind of an event; of a visit, the action of the entry that it should have.
    pub says: String,
    /// The request that made it; a visit does not keep it.
    pub request_id: Option<String>,
    /// The counterparts that are not there.
    pub lacks: Vec<Counterpart>,
    /// Where the finding stands among the others.
    #[serde(skip)]
    #[schema(ignore)]
    pub place: Place,
}

/// What a record is.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RecordKind {
    /// A visit, as it stands in the book.
    Visit,
    /// An entry of the audit log.
    Entry,
    /// An event for the outside.
    Event,
}

/// What belongs to a record and may be missing.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Counterpart {
    /// The visit in the state that the record speaks of, or one that is not another record's already.
    Visit,
    /// The entry of the audit log.
    Entry,
    /// The event of the arrival or departure.
    Event,
    /// The event of the signed NDA.
    NdaEvent,
}

//! Request and answer: what is decided about a visit.

use serde::{Deserialize, Serialize};
use shared::{
    clock::Timestamp,
    domain::{
        Reason,
        visit::{VisitDecision, VisitState},
    },
    id::VisitId,
};
use utoipa::ToSchema;

/// The body as it is sent.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecisionBody {
    /// What is decided.
    pub(crate) decision: VisitDecision,
    /// Why; it stands in the audit log, so it must not name the person.
    pub(crate) reason: Reason,
}

/// The decision, recorded.
#[derive(Debug, Serialize, ToSchema)]
pub struct Decided {
    /// The visit.
    pub visit_id: VisitId,
    /// Where the visit stands now: `on_site` or `declined`.
    pub state: VisitState,
    /// What was decided.
    pub decision: VisitDecision,
    /// When.
    pub decided_at: Timestamp,
    /// Number on the badge; null for a visitor who was turned away.
    pub badge_number: Option<i32>,
    /// Text of the badge's QR: a credential, with which the badge is recognised; null for a visitor who was turned away.
    pub badge_qr: Option<String>,
}

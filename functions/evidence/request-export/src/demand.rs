//! What is asked for, and what is answered.

use serde::{Deserialize, Serialize};
use shared::{
    Error, Result,
    clock::Timestamp,
    domain::{
        Reason,
        export::{ExportKind, ExportState},
    },
    id::{ExportId, VisitId},
};
use utoipa::ToSchema;

/// The body as it is sent.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Demand {
    /// What the bundle is for.
    pub(crate) kind: ExportKind,
    /// Of evidence, and of nothing else: the visit.
    #[serde(default)]
    pub(crate) visit_id: Option<VisitId>,
    /// Of a period of the audit log: its beginning. The bundle is widened to the checkpoints around the period.
    #[serde(default)]
    pub(crate) from: Option<Timestamp>,
    /// Of a period of the audit log: the moment after its end.
    #[serde(default)]
    pub(crate) to: Option<Timestamp>,
    /// Why. Needed for evidence, whose sealed values are opened; it stands in the audit log, so it must not name the
    /// person.
    #[serde(default)]
    pub(crate) reason: Option<Reason>,
}

impl Demand {
    /// Refuses what does not belong together.
    ///
    /// # Errors
    /// [`Error::Malformed`] naming the field that is missing, or that this kind of bundle has not.
    pub(crate) fn check(self) -> Result<Self> {
        let is_evidence = self.kind == ExportKind::Evidence;
        match (is_evidence, self.visit_id.is_some(), self.reason.is_some()) {
            (true, false, _) => return Err(Error::malformed("/visit_id", "missing")),
            (true, true, false) => return Err(Error::malformed("/reason", "missing")),
            (false, true, _) => return Err(Error::malformed("/visit_id", "not_of_this_kind")),
            _ => {}
        }
        for (pointer, moment) in [("/from", self.from), ("/to", self.to)] {
            if moment.is_some() && self.kind != ExportKind::Audit {
                return Err(Error::malformed(pointer, "not_of_this_kind"));
            }
        }
        if self.from.zip(self.to).is_some_and(|(from, to)| from >= to) {
            return Err(Error::malformed("/to", "not_after_from"));
        }
        Ok(self)
    }
}

/// A bundle that was asked for.
#[derive(Debug, Serialize, ToSchema)]
pub struct RequestedExport {
    /// The bundle, to be looked after at `GET /v1/exports/{export_id}`.
    pub export_id: ExportId,
    /// What it is for.
    pub kind: ExportKind,
    /// Where it stands.
    pub state: ExportState,
    /// When it was asked for.
    pub created_at: Timestamp,
}

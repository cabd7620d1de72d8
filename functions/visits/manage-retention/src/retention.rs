//! Requests and answers about retention.

use serde::{Deserialize, Serialize};
use shared::{
    Error, Result,
    clock::Timestamp,
    domain::Reason,
    id::{SiteId, VisitId},
};
use utoipa::ToSchema;

/// Longest period: 400 days.
const HOURS_MAX: i32 = 9600;

/// How long a site shall keep documents.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PeriodBody {
    /// Hours from the check-in, or from the scan, until numbers and images of identity documents are destroyed. 2,160 by default, which
    /// is 90 days.
    #[schema(minimum = 1, maximum = 9600)]
    pub(crate) document_retention_hours: i32,
}

impl PeriodBody {
    /// Refuses a period that is too short or too long.
    ///
    /// # Errors
    /// [`Error::Malformed`] `out_of_range`.
    pub(crate) fn expect_in_range(&self) -> Result<()> {
        match self.document_retention_hours {
            1..=HOURS_MAX => Ok(()),
            _ => Err(Error::malformed("/document_retention_hours", "out_of_range")),
        }
    }
}

/// What a site keeps, and what the next sweep destroys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Retention {
    /// The site.
    pub site_id: SiteId,
    /// Hours for which numbers and images of identity documents are kept.
    pub document_retention_hours: i32,
    /// The rule that is behind what is due: `document_retention_hours`.
    pub rule: &'static str,
    /// What the next sweep destroys. At most an hour passes until then.
    pub due: Counted,
    /// What would be due, and is kept by a legal hold.
    pub held: Counted,
}

/// How much of each kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Counted {
    /// Scans: what was read of a document, and its images.
    pub id_scans: i64,
    /// Numbers of driver's licences.
    pub licence_numbers: i64,
}

/// Why a hold is placed or released.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HoldBody {
    /// Why; it stands in the audit log, so it must not name the person.
    pub(crate) reason: Reason,
}

/// Whether a legal hold keeps the documents of a visit.
#[derive(Debug, Serialize, ToSchema)]
pub struct Held {
    /// The visit.
    pub visit_id: VisitId,
    /// Since when; null where there is no hold.
    pub legal_hold_since: Option<Timestamp>,
}

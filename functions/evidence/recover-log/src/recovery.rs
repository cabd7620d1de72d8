//! What the operator asks for, and what is answered.

use serde::{Deserialize, Serialize};
use shared::{
    clock::Timestamp,
    domain::{
        log_break::BreakCause,
        text::{Reason, Slug},
    },
    id::OrganizationId,
};
use utoipa::ToSchema;

/// A log that is to be recovered.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Recovery {
    /// Handle of the organization.
    pub slug: Slug,
    /// What happened, as far as it is known. It stands in the log.
    pub reason: Reason,
    /// True where entries that nothing proves, and that do not fit, are given up. Without it they stop the recovery, since a
    /// backup or a stream may still have them.
    #[serde(default)]
    pub gives_up_unproven: bool,
}

/// What was done.
#[derive(Debug, Serialize, ToSchema)]
pub struct Recovered {
    /// The organization.
    pub organization_id: OrganizationId,
    /// Since when nothing was written.
    pub broken_since: Timestamp,
    /// What did not fit.
    pub cause: BreakCause,
    /// Entries that were anchored: up to here the log is proved.
    pub anchored_size: i64,
    /// Anchored entries that were put back.
    pub restored: i64,
    /// Rows that stood in the place of some of them, and are kept beside the log.
    pub replaced: i64,
    /// Entries behind the anchored ones that fit and stay.
    pub kept: i64,
    /// Numbers behind them whose entries are gone, or did not fit and are kept beside the log.
    pub lost: i64,
    /// Arrivals whose entry is missing now, and entries of arrivals whose visit is.
    pub visits_without_entry: i64,
    /// See above.
    pub entries_without_visit: i64,
}

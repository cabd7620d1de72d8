//! Requests and answers about the watchlist.

use serde::{Deserialize, Serialize};
use shared::{
    clock::Timestamp,
    domain::{
        Reason,
        visit::{ListKind, ListSeverity},
    },
    id::{CredentialId, WatchlistEntryId},
    watchlist::Listed,
};
use utoipa::ToSchema;

/// An entry to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewEntry {
    /// What it does.
    pub(crate) list: ListKind,
    /// How much it matters.
    pub(crate) severity: ListSeverity,
    /// Who or what is listed. Restricted: sealed at once.
    pub(crate) entry: Listed,
}

/// An entry, without what stands in it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WatchlistEntry {
    /// The entry. It is never changed, so that the id is its version.
    pub entry_id: WatchlistEntryId,
    /// What it does.
    pub list: ListKind,
    /// How much it matters.
    pub severity: ListSeverity,
    /// When it was made.
    pub created_at: Timestamp,
    /// The credential that made it.
    pub created_by: CredentialId,
    /// When it was ended; null while it counts.
    pub ended_at: Option<Timestamp>,
}

/// Why an entry is opened.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RevealingBody {
    /// Why; it stands in the audit log, so it must not name the person.
    pub(crate) reason: Reason,
}

/// An entry with what stands in it.
#[derive(Debug, Serialize, ToSchema)]
pub struct RevealedEntry {
    /// The entry.
    pub entry_id: WatchlistEntryId,
    /// Who or what is listed; null once the person is erased, and in the answer to a replay.
    pub entry: Option<Listed>,
}

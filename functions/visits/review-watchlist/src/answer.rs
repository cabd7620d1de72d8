//! Requests and answers about matches of the watchlist. No name and no number stands in them.

use serde::{Deserialize, Serialize};
use shared::{
    clock::Timestamp,
    domain::{
        Reason,
        visit::{ListSeverity, MatchOutcome, MatchState},
    },
    id::{CredentialId, MemberId, SiteId, VisitId, WatchlistEntryId, WatchlistMatchId},
};
use utoipa::ToSchema;

/// A visit that met an entry of the watchlist.
#[derive(Debug, Serialize, ToSchema)]
pub struct WatchlistMatch {
    /// The match.
    pub match_id: WatchlistMatchId,
    /// Who came.
    pub visit_id: VisitId,
    /// Where.
    pub site_id: SiteId,
    /// What was met.
    pub entry_id: WatchlistEntryId,
    /// How much the entry matters.
    pub severity: ListSeverity,
    /// What of the entry was met, how well, and by which matcher.
    pub comparison: Comparison,
    /// When.
    pub matched_at: Timestamp,
    /// Whether it waits for a review.
    pub state: MatchState,
    /// What the reviewer said; null while it is open.
    pub outcome: Option<MatchOutcome>,
    /// When; null while it is open.
    pub reviewed_at: Option<Timestamp>,
    /// The credential that reviewed; null while it is open.
    pub reviewed_by: Option<CredentialId>,
    /// The member whose session or token it was; null where it was none's.
    pub reviewed_by_member: Option<MemberId>,
}

/// What a comparison found. Where an entry is not met, rule, score and strength are null.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Comparison {
    /// SHA-256 over the ids of the entries that were compared, in hexadecimal.
    pub list_digest: String,
    /// Version of the matcher.
    pub matcher: String,
    /// What of the entry was met.
    pub rule: Option<String>,
    /// How well, 0 to 100.
    pub score: Option<i16>,
    /// True for initials, short forms, weak aliases or another birth date.
    pub is_weak: Option<bool>,
}

impl Comparison {
    /// The names of what is another in the other comparison.
    pub(crate) fn differs_from(&self, other: &Self) -> Vec<String> {
        let parts = [
            ("list_digest", self.list_digest != other.list_digest),
            ("matcher", self.matcher != other.matcher),
            ("rule", self.rule != other.rule),
            ("score", self.score != other.score),
            ("is_weak", self.is_weak != other.is_weak),
        ];
        parts.into_iter().filter(|(_, differs)| *differs).map(|(part, _)| part.to_owned()).collect()
    }
}

/// The body of a review.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewBody {
    /// What the reviewer says.
    pub(crate) outcome: MatchOutcome,
    /// Why; it stands in the audit log, so it must name neither the visitor nor the entry.
    pub(crate) reason: Reason,
}

/// A comparison that was made again.
#[derive(Debug, Serialize, ToSchema)]
pub struct Replayed {
    /// The match.
    pub match_id: WatchlistMatchId,
    /// Whether everything came out as it was stored.
    pub reproduced: bool,
    /// What did not; empty where everything did.
    pub differs: Vec<String>,
    /// As it was stored.
    pub stored: Comparison,
    /// As it comes out now.
    pub replayed: Comparison,
}

//! Reviews as they are shown, and whether their snapshots are still what was hashed.

use serde::Serialize;
use shared::{
    Result,
    access::Permission,
    audit::hex,
    clock::Timestamp,
    domain::review::ReviewState,
    http::{List, Reply, Request},
    id::AccessReviewId,
    reviews::{is_intact, snapshot_sha256},
};
use utoipa::ToSchema;

use crate::{Deps, store};

/// An access review.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AccessReview {
    /// The review.
    pub review_id: AccessReviewId,
    /// The quarter that it is of, in UTC, as `2026-Q4`.
    pub quarter: String,
    /// Where it stands.
    pub state: ReviewState,
    /// The moment of its snapshot.
    pub opened_at: Timestamp,
    /// What is undecided then is revoked.
    pub deadline_at: Timestamp,
    /// When it ended.
    pub closed_at: Option<Timestamp>,
    /// When it was looked a second time whether what was revoked is gone.
    pub checked_at: Option<Timestamp>,
    /// How many of those revoked had access again then; null before.
    pub came_back: Option<i64>,
    /// How many items there are, and what became of them.
    pub counts: ReviewCounts,
}

/// Items of a review by what became of them.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct ReviewCounts {
    /// All of them.
    pub items: i64,
    /// Those that wait for a decision.
    pub waiting: i64,
    /// Those that somebody decided to keep.
    pub kept: i64,
    /// Those that were revoked, by a decision or at the deadline.
    pub revoked: i64,
    /// Of those, the ones about which nobody decided.
    pub undecided: i64,
    /// Last owners, whose access stayed without a decision.
    pub spared: i64,
}

/// An access review with its snapshot's hash.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReadAccessReview {
    /// The review.
    #[serde(flatten)]
    pub review: AccessReview,
    /// SHA-256 of the snapshot as it stands there now, in hex; see the contract for what is hashed.
    pub snapshot_sha256: String,
    /// The hash that the audit log has of it, in the entry `access_review.opened`; null where the log has none.
    pub recorded_sha256: Option<String>,
    /// False where an item was changed, added or taken away since the review was opened.
    pub is_snapshot_intact: bool,
}

/// What the review and the log say that the snapshot's hash was.
pub(crate) struct Recorded {
    pub(crate) in_review: [u8; 32],
    pub(crate) in_log: Option<String>,
}

/// Lists reviews, the oldest first.
pub(crate) async fn list(deps: &Deps, request: &Request) -> Result<Reply> {
    let mut query = request.query()?;
    let page = query.take_page::<AccessReviewId>()?;
    query.finish()?;

    let (_, reviews) = deps.reads.admit(request, Permission::ReviewDecide, store::list_reviews(&page)).await?;

    Reply::ok(&List::cut(&page, reviews, |review: &AccessReview| review.review_id))
}

/// Shows one review, and hashes its snapshot anew.
pub(crate) async fn read(deps: &Deps, request: &Request) -> Result<Reply> {
    request.query()?.finish()?;
    let id: AccessReviewId = request.target("review_id");

    let lookups = (store::load_review(id), store::load_recorded(id), store::list_snapshot(id));
    let (_, (review, recorded, snapshot)) = deps.reads.admit(request, Permission::ReviewDecide, lookups).await?;

    let Recorded { in_review, in_log } = recorded;
    let present = snapshot_sha256(&snapshot)?;
    let is_logged = in_log.as_deref() == Some(hex(&in_review).as_str());
    Reply::ok(&ReadAccessReview {
        review,
        snapshot_sha256: hex(&present),
        recorded_sha256: in_log,
        is_snapshot_intact: is_logged && is_intact(&snapshot, &present, &in_review),
    })
}

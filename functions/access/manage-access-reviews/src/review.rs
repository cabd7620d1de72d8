//! An access review and its items, as they are shown.

use serde::Serialize;
use shared::{
    clock::Timestamp,
    domain::review::{DecidedHow, ReviewDecision, ReviewState, SubjectKind},
    id::{AccessReviewId, AccessReviewItemId, MemberId, ReviewSubjectId, SiteId},
};
use utoipa::ToSchema;

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
    /// Those that a reviewer decided to keep.
    pub kept: i64,
    /// Those that were revoked, by a decision or at the deadline.
    pub revoked: i64,
    /// Of those, the ones that were revoked without a decision.
    pub undecided: i64,
    /// Last owners, whose access stayed without a decision.
    pub spared: i64,
}

/// Who, or what, had access when the review was opened, and what became of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AccessReviewItem {
    /// The item.
    pub item_id: AccessReviewItemId,
    /// Its place in the snapshot, from 1.
    pub number: i64,
    /// What has access.
    pub subject_kind: SubjectKind,
    /// Which one.
    pub subject_id: ReviewSubjectId,
    /// Name; of an impersonation, the name of the member of the staff who asked for it.
    pub name: String,
    /// Of a member, their address.
    pub email: Option<String>,
    /// Of a member what they were, of an impersonation as what it acts.
    pub role: Option<String>,
    /// What it could do.
    pub permissions: Vec<String>,
    /// The only site at which it could act.
    pub site_id: Option<SiteId>,
    /// Of an API token, the member under whom it was made.
    pub member_id: Option<MemberId>,
    /// Since when it had access.
    pub granted_at: Timestamp,
    /// When it had been used last, to the minute; null where it never was.
    pub last_used_at: Option<Timestamp>,
    /// What was decided; null while it waits.
    pub decision: Option<ReviewDecision>,
    /// How it came to that.
    pub how: Option<DecidedHow>,
    /// Why a reviewer decided so.
    pub reason: Option<String>,
    /// Who decided; null where no member did.
    pub decided_by: Option<MemberId>,
    /// When.
    pub decided_at: Option<Timestamp>,
    /// When access ended.
    pub revoked_at: Option<Timestamp>,
}

//! Handles `GET /v1/access-reviews` and `GET /v1/access-reviews/{review_id}`, which hashes the snapshot again.

use serde::Serialize;
use shared::{
    Result,
    access::Permission,
    audit::hex,
    http::{List, Reply, Request},
    id::AccessReviewId,
    reviews::{is_intact, snapshot_sha256},
};
use utoipa::ToSchema;

use crate::{
    Deps,
    review::AccessReview,
    store::{self, Recorded},
};

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

/// Lists reviews, the oldest first.
pub(crate) async fn list(deps: &Deps, request: &Request) -> Result<Reply> {
    let mut query = request.query()?;
    let page = query.take_page::<AccessReviewId>()?;
    query.finish()?;

    let (_, reviews) = deps.reads.admit(request, Permission::ReviewDecide, store::list_reviews(&page)).await?;

    Reply::ok(&List::cut(&page, reviews, |review: &AccessReview| review.review_id)?)
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

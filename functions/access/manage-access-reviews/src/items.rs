//! Items as they are shown.

use serde::Serialize;
use shared::{
    Result,
    access::Permission,
    clock::Timestamp,
    domain::review::{DecidedHow, ReviewDecision, SubjectKind},
    http::{List, Reply, Request},
    id::{AccessReviewId, AccessReviewItemId, MemberId, ReviewSubjectId, SiteId},
};
use utoipa::ToSchema;

use crate::{Deps, store};

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
    /// Name; of an impersonation, that of whoever of the staff asked for it.
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
    /// Who decided; null where nobody did.
    pub decided_by: Option<MemberId>,
    /// When.
    pub decided_at: Option<Timestamp>,
    /// When access ended.
    pub revoked_at: Option<Timestamp>,
}

/// Lists the items of a review in the order of its snapshot.
pub(crate) async fn list(deps: &Deps, request: &Request) -> Result<Reply> {
    let mut query = request.query()?;
    let page = query.take_page::<i64>()?;
    query.finish()?;
    let review: AccessReviewId = request.target("review_id");

    let lookups = (store::find_review(review), store::list_items(review, &page));
    let (_, (_, items)) = deps.reads.admit(request, Permission::ReviewDecide, lookups).await?;

    Reply::ok(&List::cut(&page, items, |item: &AccessReviewItem| item.number))
}

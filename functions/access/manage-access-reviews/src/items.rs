//! Handles `GET /v1/access-reviews/{review_id}/items`.

use shared::{
    Result,
    access::Permission,
    http::{List, Reply, Request},
    id::AccessReviewId,
};

use crate::{Deps, review::AccessReviewItem, store};

/// Lists the items of a review in the order of its snapshot.
pub(crate) async fn list(deps: &Deps, request: &Request) -> Result<Reply> {
    let mut query = request.query()?;
    let page = query.take_page::<i64>()?;
    query.finish()?;
    let review: AccessReviewId = request.target("review_id");

    let lookups = (store::find_review(review), store::list_items(review, &page));
    let (_, (_, items)) = deps.reads.admit(request, Permission::ReviewDecide, lookups).await?;

    Reply::ok(&List::cut(&page, items, |item: &AccessReviewItem| item.number)?)
}

//! The operations on access reviews.

use manage_access_reviews::{
    decisions::Verdict,
    review::{AccessReview, AccessReviewItem},
    reviews::ReadAccessReview,
};
use shared::access::Permission;

use super::document::{Operation, Schemas};

pub(super) fn all(schemas: &mut Schemas) -> Vec<Operation> {
    let (reviews, review) = (schemas.list_of::<AccessReview>(), schemas.of::<ReadAccessReview>());
    let (item, items) = (schemas.of::<AccessReviewItem>(), schemas.list_of::<AccessReviewItem>());
    let (list, read) = ("GET /v1/access-reviews", "GET /v1/access-reviews/{review_id}");
    let list_items = "GET /v1/access-reviews/{review_id}/items";
    let decide = "POST /v1/access-reviews/{review_id}/items/{item_id}/decision";
    let operations = vec![
        Operation::new(list, "list-access-reviews", "Access reviews, the oldest first.", reviews).paged(),
        Operation::new(read, "read-access-review", "One access review, and whether its snapshot is intact.", review),
        Operation::new(list_items, "list-access-review-items", "Who had access, in the snapshot's order.", items)
            .paged(),
        Operation::new(decide, "decide-access", "Keeps or revokes access.", item).body(schemas.of::<Verdict>()),
    ];
    operations.into_iter().map(|operation| operation.allowed_by(Permission::ReviewDecide)).collect()
}

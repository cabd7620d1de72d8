//! `manage-access-reviews` promises: a reviewer decides about others and never about themselves, what is revoked
//! opens nothing with the next request, an owner always remains, and an edit of a snapshot shows.

mod decisions;
mod owners;
mod refusals;
mod snapshots;

use serde_json::{Value, json};
use shared::{
    access::{Permission, Role},
    id::{AccessReviewId, AccessReviewItemId, MemberId},
};

use crate::harness::{Event, World, event::Answer, reviews, stack};

const REVIEWS: &str = "/v1/access-reviews";
const REVIEW: &str = "/v1/access-reviews/{review_id}";
const ITEMS: &str = "/v1/access-reviews/{review_id}/items";
const DECISION: &str = "/v1/access-reviews/{review_id}/items/{item_id}/decision";
const REASON: &str = "Left the company at the end of October";

async fn deps(changes: &[(&str, &str)]) -> manage_access_reviews::Deps {
    let variables = stack::variables("fn_manage_access_reviews", changes);
    stack::connect::<manage_access_reviews::Deps>(&variables).await
}

async fn ask(event: &Event) -> Answer {
    event.send(&deps(&[]).await, manage_access_reviews::handle).await
}

/// A question of a credential's.
fn reading(credential: &str, route: &'static str, parameters: &[&str]) -> Event {
    Event::new("GET", route, parameters).bearer(credential)
}

/// A decision with an Idempotency-Key of its own.
fn deciding(credential: &str, review: AccessReviewId, item: AccessReviewItemId, decision: &str) -> Event {
    let key = uuid::Uuid::new_v4().to_string();
    Event::new("POST", DECISION, &[&review.to_string(), &item.to_string()])
        .bearer(credential)
        .idempotent(&key)
        .json(&json!({ "decision": decision, "reason": REASON }))
}

/// A member of this role, and a token of theirs that may do what the role may.
async fn reviewer(world: &World, role: Role) -> (MemberId, String) {
    let member = world.member(role).await;
    let words: Vec<&str> = role.permissions().map(Permission::word).collect();
    (member, world.token_of(member, &words).await)
}

/// The item as it is shown.
async fn shown(world: &World, review: AccessReviewId, item: AccessReviewItemId) -> Value {
    let listed = ask(&reading(&world.token, ITEMS, &[&review.to_string()])).await;
    let items = listed.body["items"].as_array().expect("items").clone();
    items.into_iter().find(|shown| shown["item_id"] == json!(item)).expect("the item")
}

/// The review as it is shown.
async fn read(world: &World, review: AccessReviewId) -> Value {
    let answer = ask(&reading(&world.token, REVIEW, &[&review.to_string()])).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.body
}

/// Who are owners and active.
async fn owners(world: &World) -> i64 {
    let sql = "SELECT count(*) FROM members WHERE organization_id = $1 AND role = 'owner' AND state = 'active'";
    world.own_rows(sql).await[0].get(0)
}

//! What is refused, and what fails.

use super::*;
use crate::harness::{refusals, tap::Tap};

/// Every route, with what it takes.
fn routes(credential: &str, review: AccessReviewId, item: AccessReviewItemId) -> Vec<Event> {
    let id = review.to_string();
    vec![
        reading(credential, REVIEWS, &[]),
        reading(credential, REVIEW, &[&id]),
        reading(credential, ITEMS, &[&id]),
        deciding(credential, review, item, "keep"),
    ]
}

/// A world with a review, an item about a member of it, and a reviewer.
async fn under_review() -> (World, AccessReviewId, AccessReviewItemId, MemberId, String) {
    let world = World::new().await;
    let (id, reviewer) = reviewer(&world, Role::Owner).await;
    let member = world.member(Role::Host).await;
    let review = reviews::open(&world, reviews::now()).await;
    let item = world.item_of(review, member.uuid()).await;
    (world, review, item, id, reviewer)
}

/// How many items are decided.
async fn decided(world: &World) -> i64 {
    let sql = "SELECT count(*) FROM access_review_items WHERE organization_id = $1 AND decision IS NOT NULL";
    world.own_rows(sql).await[0].get(0)
}

#[tokio::test]
async fn malformed_bodies_are_refused_by_place() {
    let (world, review, item, member, reviewer) = under_review().await;
    for (body, problem) in [
        (json!({ "reason": REASON }), "/decision:missing"),
        (json!({ "decision": "keep" }), "/reason:missing"),
        (json!({ "decision": "perhaps", "reason": REASON }), "/decision:unknown_value"),
        (json!({ "decision": "keep", "reason": "too short" }), "/reason:too_short"),
        (json!({ "decision": "keep", "reason": " ".repeat(40) }), "/reason:empty"),
        (json!({ "decision": "keep", "reason": "r".repeat(501) }), "/reason:too_long"),
        (json!({ "decision": "keep", "reason": REASON, "decided_by": member }), "/decided_by:unknown_field"),
        (json!({ "decision": "keep", "reason": REASON, "how": "decided" }), "/how:unknown_field"),
        (json!({ "decision": "keep", "reason": REASON, "organization_id": member }), "/organization_id:unknown_field"),
    ] {
        let answer = ask(&deciding(&reviewer, review, item, "keep").json(&body)).await;
        assert_eq!(answer.problem(), format!("400 malformed {problem}"), "{body}");
    }
    assert_eq!((decided(&world).await, world.actions().await.len()), (0, 1));
}

#[tokio::test]
async fn a_reason_does_not_hold_the_members_address() {
    let (world, review, item, _, reviewer) = under_review().await;
    let address = shown(&world, review, item).await["email"].as_str().unwrap().to_uppercase();
    let body = json!({ "decision": "keep", "reason": format!("{address} is still with us") });

    let answer = ask(&deciding(&reviewer, review, item, "keep").json(&body)).await;

    assert_eq!(answer.problem(), "422 unprocessable /reason:names_the_person");
    assert_eq!(decided(&world).await, 0);
}

#[tokio::test]
async fn no_or_a_bad_credential_is_401_on_every_route() {
    let (world, review, item, ..) = under_review().await;
    for event in routes(&world.token, review, item) {
        refusals::without_a_credential(&world, &event, &deps(&[]).await, manage_access_reviews::handle).await;
    }
}

#[tokio::test]
async fn a_credential_without_the_permission_is_403_and_recorded() {
    let (world, review, item, ..) = under_review().await;
    let other = world.token_with(&["member.manage", "audit.read"]).await;
    for event in routes(&world.token, review, item) {
        refusals::without_the_permission(&world, &event, &other, &deps(&[]).await, manage_access_reviews::handle).await;
    }
    assert_eq!(decided(&world).await, 0);
}

#[tokio::test]
async fn a_reviewer_decides_neither_about_themselves_nor_about_what_was_made_under_them() {
    let (world, review, _, member, reviewer) = under_review().await;
    let own = [member.uuid(), world.credential_id(&reviewer).await.uuid()];
    for subject in own {
        let item = world.item_of(review, subject).await;
        for decision in ["keep", "revoke"] {
            let before = world.actions().await.len();
            let answer = ask(&deciding(&reviewer, review, item, decision)).await;
            assert_eq!(answer.problem(), "403 forbidden", "{decision}");
            let entries = world.entries().await;
            assert_eq!((entries.len(), &entries[before]["action"]), (before + 1, &json!("access.refused")));
            assert_eq!(entries[before]["diff"]["added"], json!({ "own_item": item }));
        }
    }
    assert_eq!(decided(&world).await, 0);
}

#[tokio::test]
async fn a_token_without_a_member_decides_nothing() {
    let (world, review, item, _, reviewer) = under_review().await;

    let refused = ask(&deciding(&world.token, review, item, "keep")).await;
    let entry = world.entries().await.pop().unwrap();
    let allowed = ask(&deciding(&reviewer, review, item, "keep")).await;

    assert_eq!((refused.problem().as_str(), allowed.status), ("403 forbidden", 200), "{}", allowed.text);
    assert_eq!(
        (&entry["action"], &entry["diff"]["added"]),
        (&json!("access.refused"), &json!({ "without_member": true }))
    );
}

#[tokio::test]
async fn nothing_is_decided_once_the_deadline_is_over() {
    let world = World::new().await;
    let (_, reviewer) = reviewer(&world, Role::Owner).await;
    let member = world.member(Role::Host).await;
    let review = reviews::open(&world, reviews::days(reviews::now(), -30)).await;
    let item = world.item_of(review, member.uuid()).await;

    for decision in ["keep", "revoke"] {
        assert_eq!(
            ask(&deciding(&reviewer, review, item, decision)).await.problem(),
            "409 conflict :deadline_over",
            "{decision}"
        );
    }
    assert_eq!(decided(&world).await, 0);
}

#[tokio::test]
async fn another_organizations_review_is_answered_like_none() {
    let (world, own, item, _, reviewer) = under_review().await;
    let (other, theirs, their_item, ..) = under_review().await;
    let absent_id = uuid::Uuid::new_v4().to_string();
    for route in [REVIEW, ITEMS] {
        let [theirs, absent, no_id] =
            [theirs.to_string().as_str(), absent_id.as_str(), "nonsense"].map(|id| reading(&reviewer, route, &[id]));
        refusals::of_another_organization(&theirs, &absent, &no_id, &deps(&[]).await, manage_access_reviews::handle)
            .await;
    }
    let deciding = |review: &str, item: &str| {
        Event::new("POST", DECISION, &[review, item])
            .bearer(&reviewer)
            .idempotent(&uuid::Uuid::new_v4().to_string())
            .json(&json!({ "decision": "revoke", "reason": REASON }))
    };
    let (own, theirs, their_item) = (own.to_string(), theirs.to_string(), their_item.to_string());
    // Their item under either review, and an own item under theirs.
    for (review, item) in [(&theirs, &their_item), (&own, &their_item), (&theirs, &item.to_string())] {
        let (asked, absent, no_id) =
            (deciding(review, item), deciding(review, &absent_id), deciding(review, "nonsense"));
        refusals::of_another_organization(&asked, &absent, &no_id, &deps(&[]).await, manage_access_reviews::handle)
            .await;
    }
    assert_eq!((decided(&world).await, decided(&other).await), (0, 0));
}

#[tokio::test]
async fn a_replay_gives_the_first_answer_and_writes_nothing() {
    let (world, review, item, _, reviewer) = under_review().await;
    let event = deciding(&reviewer, review, item, "revoke");

    let (first, second) = (ask(&event).await, ask(&event.again()).await);

    assert_eq!((first.status, &first.body), (second.status, &second.body));
    assert_eq!(second.headers["idempotency-replayed"], "true");
    assert_eq!(world.actions().await, ["access_review.opened", "access_review.decided", "access.revoked"]);
}

#[tokio::test]
async fn a_lost_answer_of_the_record_is_found_and_given() {
    let (world, review, item, _, reviewer) = under_review().await;
    let variables = stack::variables("fn_manage_access_reviews", &[]);
    let (tap, url) = Tap::before_url(variables.required("DATABASE_URL").unwrap()).await;
    let deps = deps(&[("DATABASE_URL", &url)]).await;
    tap.lose_one_answer_after(1);

    let answer = deciding(&reviewer, review, item, "revoke").send(&deps, manage_access_reviews::handle).await;

    assert_eq!((answer.status, &answer.body["decision"]), (200, &json!("revoke")), "{}", answer.text);
    assert_eq!(world.actions().await, ["access_review.opened", "access_review.decided", "access.revoked"]);
}

#[tokio::test]
async fn a_part_that_stays_away_leaves_nothing_and_a_retry_executes() {
    let variables = stack::variables("fn_manage_access_reviews", &[]);
    for part in ["DATABASE_URL", "AWS_ENDPOINT_URL_KMS"] {
        let (world, review, item, _, reviewer) = under_review().await;
        let (tap, url) = Tap::before_url(variables.required(part).unwrap()).await;
        let deps = deps(&[(part, &url)]).await;
        let event = deciding(&reviewer, review, item, "revoke");
        tap.close();

        let failed = event.send(&deps, manage_access_reviews::handle).await;

        assert_eq!((failed.problem().as_str(), decided(&world).await), ("503 unavailable", 0), "{part}");
        tap.open();
        assert_eq!(event.again().send(&deps, manage_access_reviews::handle).await.status, 200, "{part}");
    }
}

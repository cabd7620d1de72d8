//! Opens the access review of a quarter in each organization. Contract in
//! `functions/access/open-access-reviews/README.md`. Promises T11, W3, E1.

use shared::{
    Result,
    access::{Permission, Role},
    audit::{Action, AuditEvent, Diff, Internal, PublicHash, TargetKind},
    clock::Timestamp,
    domain::review::{LOOK_BACK_S, REVIEW_S, SubjectKind, quarter},
    id::AccessReviewId,
    outbox::OutgoingEvent,
    reviews::{Facts, SnapshotItem, snapshot_sha256},
    schedule::{Outcome, Tick},
    work::SystemWork,
};

use crate::{
    Deps,
    store::{self, Opening},
};

/// How this function is named in entries.
const NAME: &str = "open-access-reviews";
/// Items that one statement writes.
const ITEMS_A_STATEMENT: usize = 500;

/// Opens one in each organization that has none for this quarter, the longest waiting first.
///
/// # Errors
/// When the database does not say whose turn it is.
pub async fn sweep(deps: &Deps, tick: &Tick) -> Result<Outcome> {
    tick.for_each_in_turn(&deps.db, "review", async |work| open(tick, &work).await).await
}

/// Opens the quarter's review in one organization; 0 where there is one. Everything is written in one transaction, or
/// nothing.
///
/// # Errors
/// When the database fails.
pub async fn open(tick: &Tick, work: &SystemWork) -> Result<u64> {
    let now = tick.now();
    work.with_tenant(async |tx| {
        if tx.find(store::has_review(quarter(now))).await? {
            return Ok(0);
        }
        let since = now.plus_seconds(-LOOK_BACK_S);
        let facts = tx.find(store::list_access(now, since)).await?;
        let items = facts.into_iter().map(named_permissions).map(SnapshotItem::new).collect::<Result<Vec<_>>>()?;
        let opening = opening(&items, now)?;

        tx.write(store::insert_review(&opening)).await?;
        let mut number = 1;
        for part in items.chunks(ITEMS_A_STATEMENT) {
            number = tx.find(store::insert_items(&opening, number, part)).await?;
        }
        work.emit(tx, OutgoingEvent::access_review_opened(opening.review), now).await?;
        work.audit(tx, NAME, entry(&opening)).await?;
        Ok(1)
    })
    .await
}

/// A member may do what their role may: that, too, is as it was.
fn named_permissions(facts: Facts) -> Facts {
    let role = facts.role.as_deref().filter(|_| facts.subject_kind == SubjectKind::Member).and_then(Role::of_word);
    match role {
        Some(role) => {
            let permissions = role.permissions().map(Permission::word).map(str::to_owned).collect();
            Facts { permissions, ..facts }
        }
        None => facts,
    }
}

fn opening(items: &[SnapshotItem], now: Timestamp) -> Result<Opening> {
    Ok(Opening {
        review: AccessReviewId::new(now),
        quarter: quarter(now),
        opened_at: now,
        deadline_at: now.plus_seconds(REVIEW_S),
        item_count: i64::try_from(items.len()).map_err(shared::Error::internal)?,
        snapshot_sha256: snapshot_sha256(items)?,
    })
}

fn entry(opening: &Opening) -> AuditEvent {
    let diff = Diff::new()
        .added("quarter", Internal(&opening.quarter))
        .added("deadline_at", opening.deadline_at)
        .added("items", opening.item_count)
        .added("snapshot_sha256", PublicHash(&opening.snapshot_sha256));
    AuditEvent::new(Action::AccessReviewOpened, TargetKind::AccessReview, opening.review).with(diff)
}

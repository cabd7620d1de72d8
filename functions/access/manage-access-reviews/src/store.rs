//! Every SQL statement that `manage-access-reviews` may run.

use shared::{
    Result,
    access::Role,
    clock::Timestamp,
    domain::{
        BoundedText as _, Reason,
        review::{DecidedHow, ReviewDecision, ReviewState, SubjectKind},
    },
    door::Batch,
    http::Page,
    id::{AccessReviewId, AccessReviewItemId, CredentialId, MemberId},
    reviews::{Facts, SnapshotItem},
    tenant::{Lookup, Row, Statement},
};

use crate::review::{AccessReview, AccessReviewItem, ReviewCounts};

/// What the review and the log say that the snapshot's hash was.
pub(crate) struct Recorded {
    pub(crate) in_review: [u8; 32],
    pub(crate) in_log: Option<String>,
}

/// An item, and what a decision about it depends on.
pub(crate) struct Pending {
    pub(crate) review: AccessReviewId,
    pub(crate) item: AccessReviewItem,
    pub(crate) deadline_at: Timestamp,
    pub(crate) closed_at: Option<Timestamp>,
    /// Of a member, what they are now; null where nothing is left to take from them.
    pub(crate) role: Option<Role>,
    /// True where another member is an owner and active.
    pub(crate) has_another_owner: bool,
}

/// What was decided about an item, by whom.
pub(crate) struct Decided<'r> {
    pub(crate) decision: ReviewDecision,
    pub(crate) reason: &'r Reason,
    pub(crate) reviewer: MemberId,
    pub(crate) now: Timestamp,
}

impl Decided<'_> {
    fn revoked_at(&self) -> Option<Timestamp> {
        (self.decision == ReviewDecision::Revoke).then_some(self.now)
    }

    /// The item as it is after the decision.
    pub(crate) fn shown(&self, item: &AccessReviewItem) -> AccessReviewItem {
        AccessReviewItem {
            decision: Some(self.decision),
            how: Some(DecidedHow::Decided),
            reason: Some(self.reason.as_str().to_owned()),
            decided_by: Some(self.reviewer),
            decided_at: Some(self.now),
            revoked_at: self.revoked_at(),
            ..item.clone()
        }
    }
}

pub(crate) fn list_reviews(page: &Page<AccessReviewId>) -> Lookup<Vec<AccessReview>> {
    Statement::new(concat!(
        "-- manage-access-reviews.list_reviews\n",
        "SELECT r.review_id, r.quarter, r.opened_at, r.deadline_at, r.closed_at, r.checked_at, r.came_back, c.* ",
        "FROM access_reviews AS r CROSS JOIN LATERAL app.count_review_items(r.review_id) AS c ",
        "WHERE $1 IS NULL OR r.review_id > $1 ORDER BY r.review_id LIMIT $2",
    ))
    .bind(page.after)
    .bind(page.probe())
    .all(read_review)
}

pub(crate) fn load_review(review: AccessReviewId) -> Lookup<AccessReview> {
    Statement::new(concat!(
        "-- manage-access-reviews.load_review\n",
        "SELECT r.review_id, r.quarter, r.opened_at, r.deadline_at, r.closed_at, r.checked_at, r.came_back, c.* ",
        "FROM access_reviews AS r CROSS JOIN LATERAL app.count_review_items(r.review_id) AS c ",
        "WHERE r.review_id = $1",
    ))
    .bind(review)
    .one(read_review)
}

fn read_review(row: &Row) -> Result<AccessReview> {
    let (closed_at, checked_at): (Option<Timestamp>, Option<Timestamp>) =
        (row.read("closed_at")?, row.read("checked_at")?);
    Ok(AccessReview {
        review_id: row.read("review_id")?,
        quarter: row.read("quarter")?,
        state: match (closed_at, checked_at) {
            (None, _) => ReviewState::Open,
            (Some(_), None) => ReviewState::Closed,
            (Some(_), Some(_)) => ReviewState::Checked,
        },
        opened_at: row.read("opened_at")?,
        deadline_at: row.read("deadline_at")?,
        closed_at,
        checked_at,
        came_back: row.read("came_back")?,
        counts: ReviewCounts {
            items: row.read("items")?,
            waiting: row.read("waiting")?,
            kept: row.read("kept")?,
            revoked: row.read("revoked")?,
            undecided: row.read("undecided")?,
            spared: row.read("spared")?,
        },
    })
}

/// The review itself, where it is there.
pub(crate) fn find_review(review: AccessReviewId) -> Lookup<AccessReviewId> {
    Statement::new("-- manage-access-reviews.find_review\nSELECT review_id FROM access_reviews WHERE review_id = $1")
        .bind(review)
        .one(|row| row.read("review_id"))
}

/// The snapshot's hash as the review has it, and as the log has it, which cannot be changed.
pub(crate) fn load_recorded(review: AccessReviewId) -> Lookup<Recorded> {
    Statement::new(concat!(
        "-- manage-access-reviews.load_recorded\n",
        "SELECT r.snapshot_sha256, (SELECT l.entry::jsonb #>> '{diff,added,snapshot_sha256}' FROM audit_log AS l ",
        "WHERE l.target_id = r.review_id::text AND l.target_kind = 'access_review' AND l.action = 'access_review.opened' ",
        "ORDER BY l.seq LIMIT 1) AS recorded FROM access_reviews AS r WHERE r.review_id = $1",
    ))
    .bind(review)
    .one(|row| Ok(Recorded { in_review: row.read_hash("snapshot_sha256")?, in_log: row.read("recorded")? }))
}

/// The snapshot in its order, as it stands there now.
pub(crate) fn list_snapshot(review: AccessReviewId) -> Lookup<Vec<SnapshotItem>> {
    Statement::new(concat!(
        "-- manage-access-reviews.list_snapshot\n",
        "SELECT subject_kind, subject_id, name, email, named_salt, named_commit, role, permissions, site_id, member_id, ",
        "granted_at, last_used_at FROM access_review_items WHERE review_id = $1 ORDER BY number",
    ))
    .bind(review)
    .all(SnapshotItem::read)
}

pub(crate) fn list_items(review: AccessReviewId, page: &Page<i64>) -> Lookup<Vec<AccessReviewItem>> {
    Statement::new(concat!(
        "-- manage-access-reviews.list_items\n",
        "SELECT item_id, number, subject_kind, subject_id, name, email, role, permissions, site_id, member_id, granted_at, ",
        "last_used_at, decision, how, reason, decided_by, decided_at, revoked_at FROM access_review_items ",
        "WHERE review_id = $1 AND ($2 IS NULL OR number > $2) ORDER BY number LIMIT $3",
    ))
    .bind(review)
    .bind(page.after)
    .bind(page.probe())
    .all(read_item)
}

fn read_item(row: &Row) -> Result<AccessReviewItem> {
    let facts = Facts::read(row)?;
    Ok(AccessReviewItem {
        item_id: row.read("item_id")?,
        number: row.read("number")?,
        subject_kind: facts.subject_kind,
        subject_id: facts.subject_id,
        name: facts.name,
        email: facts.email,
        role: facts.role,
        permissions: facts.permissions,
        site_id: facts.site_id,
        member_id: facts.member_id,
        granted_at: facts.granted_at,
        last_used_at: facts.last_used_at,
        decision: row.read("decision")?,
        how: row.read("how")?,
        reason: row.read("reason")?,
        decided_by: row.read("decided_by")?,
        decided_at: row.read("decided_at")?,
        revoked_at: row.read("revoked_at")?,
    })
}

/// An item with its review, and what its member is now.
pub(crate) fn load_pending(review: AccessReviewId, item: AccessReviewItemId) -> Lookup<Pending> {
    Statement::new(concat!(
        "-- manage-access-reviews.load_pending\n",
        "SELECT i.item_id, i.number, i.subject_kind, i.subject_id, i.name, i.email, i.role, i.permissions, i.site_id, ",
        "i.member_id, i.granted_at, i.last_used_at, i.decision, i.how, i.reason, i.decided_by, i.decided_at, i.revoked_at, ",
        "r.review_id, r.deadline_at, r.closed_at, m.role AS present_role, ",
        "EXISTS (SELECT FROM members AS o WHERE o.role = 'owner' AND o.state = 'active' ",
        "AND o.member_id <> i.subject_id) AS has_another_owner ",
        "FROM access_review_items AS i JOIN access_reviews AS r USING (organization_id, review_id) ",
        "LEFT JOIN members AS m ON m.organization_id = i.organization_id AND m.member_id = i.subject_id ",
        "AND i.subject_kind = 'member' AND m.state <> 'deactivated' ",
        "WHERE r.review_id = $1 AND i.item_id = $2",
    ))
    .bind(review)
    .bind(item)
    .one(|row| {
        Ok(Pending {
            review: row.read("review_id")?,
            item: read_item(row)?,
            deadline_at: row.read("deadline_at")?,
            closed_at: row.read("closed_at")?,
            role: row.read("present_role")?,
            has_another_owner: row.read("has_another_owner")?,
        })
    })
}

/// Decides about an item that is as it was looked up, in a review whose deadline has not come.
pub(crate) fn decide(batch: &mut Batch, pending: &Pending, decided: &Decided<'_>) {
    batch.write(
        Statement::new(concat!(
            "-- manage-access-reviews.decide\n",
            "WITH decided AS (UPDATE access_review_items AS i SET decision = $3, how = 'decided', reason = $4, ",
            "decided_by = $5, decided_at = $6, revoked_at = $7 FROM access_reviews AS r ",
            "WHERE r.organization_id = i.organization_id AND r.review_id = i.review_id AND i.review_id = $1 AND i.item_id = $2 ",
            "AND i.decision IS NOT DISTINCT FROM $8 AND r.closed_at IS NULL AND r.deadline_at > $6 RETURNING 1) ",
            "SELECT app.expect_change(count(*)) FROM decided",
        ))
        .bind(pending.review)
        .bind(pending.item.item_id)
        .bind(decided.decision)
        .bind(decided.reason.as_str().to_owned())
        .bind(decided.reviewer)
        .bind(decided.now)
        .bind(decided.revoked_at())
        .bind(pending.item.decision),
    );
}

/// Takes the access of an item; nothing where there is none any more. This role has no right to change any of it
/// itself.
pub(crate) fn withdraw(batch: &mut Batch, maker: CredentialId, pending: &Pending, now: Timestamp) {
    let subject = pending.item.subject_id;
    let statement = match (pending.item.subject_kind, pending.role) {
        (SubjectKind::Member, None) => return,
        (SubjectKind::Member, Some(role)) => {
            return batch.write(deactivate_member(maker, subject.uuid().into(), role, now));
        }
        (SubjectKind::ApiToken, _) => {
            Statement::new("-- manage-access-reviews.withdraw_api_token\nSELECT app.withdraw_api_token($1, NULL, $2)")
        }
        (SubjectKind::Kiosk, _) => {
            Statement::new("-- manage-access-reviews.withdraw_kiosk\nSELECT app.withdraw_kiosk($1, NULL, $2)")
        }
        (SubjectKind::Impersonation, _) => {
            Statement::new("-- manage-access-reviews.end_impersonation\nSELECT app.end_impersonation($1, 'review', $2)")
        }
    };
    batch.write(statement.bind(subject).bind(now));
}

/// Takes everything from a member who is still of this role.
fn deactivate_member(maker: CredentialId, member: MemberId, role: Role, now: Timestamp) -> Statement {
    Statement::new("-- manage-access-reviews.deactivate_member\nSELECT app.deactivate_member($1, $2, $3, $4, $5)")
        .bind(maker)
        .bind(member)
        .bind(role)
        .bind(role.words())
        .bind(now)
}

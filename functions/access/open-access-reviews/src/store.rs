//! Every SQL statement that `open-access-reviews` may run.

use serde_json::{Value, json};
use shared::{
    audit::hex,
    clock::Timestamp,
    id::{AccessReviewId, AccessReviewItemId},
    reviews::{Facts, SnapshotItem},
    tenant::{Lookup, Statement},
};

/// A review that is being opened.
pub(crate) struct Opening {
    pub(crate) review: AccessReviewId,
    pub(crate) quarter: String,
    pub(crate) opened_at: Timestamp,
    pub(crate) deadline_at: Timestamp,
    pub(crate) item_count: i64,
    pub(crate) snapshot_sha256: [u8; 32],
}

/// True where the quarter has its review. Of two who ask at once, the table refuses the second.
pub(crate) fn has_review(quarter: String) -> Lookup<bool> {
    Statement::new(concat!(
        "-- open-access-reviews.has_review\n",
        "SELECT EXISTS (SELECT FROM access_reviews WHERE quarter = $1) AS has_review",
    ))
    .bind(quarter)
    .one(|row| row.read("has_review"))
}

/// Everything that has access at one moment, in one statement, so that it is one moment; and what staff asked for since
/// the review before, or since the given moment where there was none.
pub(crate) fn list_access(now: Timestamp, since: Timestamp) -> Lookup<Vec<Facts>> {
    Statement::new(concat!(
        "-- open-access-reviews.list_access\n",
        "SELECT 'member' AS subject_kind, m.member_id AS subject_id, m.name, m.email, m.role, '{}'::text[] AS permissions, ",
        "NULL::uuid AS site_id, NULL::uuid AS member_id, greatest(m.created_at, m.standing_since) AS granted_at, ",
        "app.member_last_used_at(m.member_id) AS last_used_at ",
        "FROM members AS m WHERE m.state <> 'deactivated' ",
        "UNION ALL SELECT 'api_token', c.credential_id, c.name, NULL, NULL, c.permissions, c.site_id, c.member_id, ",
        "c.created_at, c.last_used_at FROM credentials AS c ",
        "WHERE c.kind = 'api_token' AND c.revoked_at IS NULL AND (c.expires_at IS NULL OR c.expires_at > $1) ",
        "UNION ALL SELECT 'kiosk', k.kiosk_id, k.name, NULL, NULL, coalesce(c.permissions, '{}'), k.site_id, NULL, ",
        "k.created_at, c.last_used_at FROM kiosks AS k LEFT JOIN credentials AS c USING (organization_id, credential_id) ",
        "WHERE k.revoked_at IS NULL ",
        "UNION ALL SELECT 'impersonation', i.impersonation_id, i.staff_name, NULL, i.role, coalesce(c.permissions, '{}'), ",
        "NULL, NULL, i.requested_at, c.last_used_at ",
        "FROM impersonations AS i LEFT JOIN credentials AS c USING (organization_id, credential_id) ",
        "WHERE i.requested_at > coalesce((SELECT max(r.opened_at) FROM access_reviews AS r), $2) ",
        "ORDER BY subject_kind, subject_id",
    ))
    .bind(now)
    .bind(since)
    .all(Facts::read)
}

pub(crate) fn insert_review(opening: &Opening) -> Statement {
    Statement::new(concat!(
        "-- open-access-reviews.insert_review\n",
        "INSERT INTO access_reviews (organization_id, review_id, quarter, opened_at, deadline_at, item_count, snapshot_sha256) ",
        "VALUES (app.organization_id(), $1, $2, $3, $4, $5, $6)",
    ))
    .bind(opening.review)
    .bind(opening.quarter.clone())
    .bind(opening.opened_at)
    .bind(opening.deadline_at)
    .bind(opening.item_count)
    .bind(opening.snapshot_sha256.to_vec())
}

/// Writes items, numbered from a number on; says which number is the next.
pub(crate) fn insert_items(opening: &Opening, first: i64, items: &[SnapshotItem]) -> Lookup<i64> {
    let rows: Vec<Value> = items.iter().map(|item| row(item, opening.opened_at)).collect();
    Statement::new(concat!(
        "-- open-access-reviews.insert_items\n",
        "WITH written AS (",
        "INSERT INTO access_review_items (organization_id, item_id, review_id, number, subject_kind, subject_id, name, email, ",
        "named_salt, named_commit, role, permissions, site_id, member_id, granted_at, last_used_at) ",
        "SELECT app.organization_id(), i.item_id, $1, $2 + place - 1, i.subject_kind, i.subject_id, i.name, i.email, ",
        "decode(i.named_salt, 'hex'), decode(i.named_commit, 'hex'), i.role, i.permissions, i.site_id, i.member_id, ",
        "i.granted_at, i.last_used_at ",
        "FROM jsonb_array_elements($3) WITH ORDINALITY AS listed (item, place), ",
        "jsonb_to_record(item) AS i (item_id uuid, subject_kind text, subject_id uuid, name text, email text, named_salt text, ",
        "named_commit text, role text, permissions text[], site_id uuid, member_id uuid, granted_at timestamptz, ",
        "last_used_at timestamptz) RETURNING 1) SELECT $2 + count(*) AS next FROM written",
    ))
    .bind(opening.review)
    .bind(first)
    .bind(Value::Array(rows))
    .one(|row| row.read("next"))
}

fn row(item: &SnapshotItem, opened_at: Timestamp) -> Value {
    let facts = &item.facts;
    json!({
        "item_id": AccessReviewItemId::new(opened_at),
        "subject_kind": facts.subject_kind,
        "subject_id": facts.subject_id,
        "name": facts.name,
        "email": facts.email,
        "named_salt": item.salt.as_deref().map(hex),
        "named_commit": hex(&item.commit),
        "role": facts.role,
        "permissions": facts.permissions,
        "site_id": facts.site_id,
        "member_id": facts.member_id,
        "granted_at": facts.granted_at,
        "last_used_at": facts.last_used_at,
    })
}

//! Every SQL statement that `sweep-access-reviews` may run.

use shared::{
    Error, Result,
    clock::Timestamp,
    domain::review::{DecidedHow, ReviewDecision, SubjectKind},
    id::{AccessReviewId, AccessReviewItemId, ReviewSubjectId},
    tenant::{Lookup, Row, Statement},
};

use crate::subject::{Subject, Withdrawal};

/// An item without a decision.
pub(crate) struct Undecided {
    pub(crate) review: AccessReviewId,
    pub(crate) item: AccessReviewItemId,
    pub(crate) subject: Subject,
}

/// What became of the items of a review.
pub(crate) struct Counts {
    pub(crate) kept: i64,
    pub(crate) revoked: i64,
    pub(crate) undecided: i64,
    pub(crate) spared: i64,
}

/// A review in which something is undecided.
pub(crate) struct Waiting {
    pub(crate) review: AccessReviewId,
    pub(crate) deadline_at: Timestamp,
    pub(crate) reminded_days: Option<i32>,
}

/// The oldest review that is open and holds something undecided. Held until COMMIT, so that no owner is told twice.
pub(crate) fn find_waiting(now: Timestamp) -> Lookup<Option<Waiting>> {
    Statement::new(concat!(
        "-- sweep-access-reviews.find_waiting\n",
        "SELECT r.review_id, r.deadline_at, r.reminded_days FROM access_reviews AS r ",
        "WHERE r.closed_at IS NULL AND r.deadline_at > $1 AND EXISTS (SELECT FROM access_review_items AS i ",
        "WHERE i.review_id = r.review_id AND i.decision IS NULL) ORDER BY r.review_id LIMIT 1 FOR UPDATE OF r",
    ))
    .bind(now)
    .optional(|row| {
        Ok(Waiting {
            review: row.read("review_id")?,
            deadline_at: row.read("deadline_at")?,
            reminded_days: row.read("reminded_days")?,
        })
    })
}

pub(crate) fn note_reminder(review: AccessReviewId, days: i32) -> Statement {
    Statement::new(concat!(
        "-- sweep-access-reviews.note_reminder\n",
        "UPDATE access_reviews SET reminded_days = $2 WHERE review_id = $1",
    ))
    .bind(review)
    .bind(days)
}

/// The next item that was not decided in time, held until COMMIT. Members come last, and of them the one who was there
/// most recently: so a token has its own entry, and of several owners the one who is about stays.
pub(crate) fn next_undecided(now: Timestamp) -> Lookup<Option<Undecided>> {
    Statement::new(concat!(
        "-- sweep-access-reviews.next_undecided\n",
        "SELECT i.review_id, i.item_id, i.subject_kind, i.subject_id, i.last_used_at ",
        "FROM access_review_items AS i JOIN access_reviews AS r USING (organization_id, review_id) ",
        "WHERE r.closed_at IS NULL AND r.deadline_at <= $1 AND i.decision IS NULL ",
        "ORDER BY i.subject_kind = 'member', i.last_used_at NULLS FIRST, i.number LIMIT 1 FOR UPDATE OF i",
    ))
    .bind(now)
    .optional(|row| {
        Ok(Undecided { review: row.read("review_id")?, item: row.read("item_id")?, subject: read_subject(row)? })
    })
}

fn read_subject(row: &Row) -> Result<Subject> {
    Ok(Subject {
        kind: row.read("subject_kind")?,
        id: row.read("subject_id")?,
        last_used_at: row.read("last_used_at")?,
    })
}

/// Takes the access of a subject, if it was not used since a moment, where one is said. This role has no right to
/// change any of it itself.
pub(crate) fn withdraw(subject: &Subject, unused_since: Option<Timestamp>, now: Timestamp) -> Lookup<Withdrawal> {
    let statement = match subject.kind {
        SubjectKind::Member => {
            Statement::new("-- sweep-access-reviews.withdraw_member\nSELECT app.withdraw_member($1, $2, $3) AS became")
        }
        SubjectKind::ApiToken => Statement::new(concat!(
            "-- sweep-access-reviews.withdraw_api_token\n",
            "SELECT CASE WHEN app.withdraw_api_token($1, $2, $3) THEN 'withdrawn' ELSE 'nothing' END AS became",
        )),
        SubjectKind::Kiosk => Statement::new(concat!(
            "-- sweep-access-reviews.withdraw_kiosk\n",
            "SELECT CASE WHEN app.withdraw_kiosk($1, $2, $3) THEN 'withdrawn' ELSE 'nothing' END AS became",
        )),
        // An impersonation is not kept by being used: it ends within the hour.
        SubjectKind::Impersonation => Statement::new(concat!(
            "-- sweep-access-reviews.end_impersonation\n",
            "SELECT CASE WHEN $2 IS NULL AND app.end_impersonation($1, 'review', $3) THEN 'withdrawn' ELSE 'nothing' END AS became",
        )),
    };
    statement.bind(subject.id).bind(unused_since).bind(now).one(|row| match row.read("became")? {
        "nothing" => Ok(Withdrawal::Nothing),
        "spared" => Ok(Withdrawal::Spared),
        "withdrawn" => Ok(Withdrawal::Withdrawn),
        _ => Err(Error::internal("an unknown outcome")),
    })
}

/// Says how it came to an end.
pub(crate) fn settle(undecided: &Undecided, how: DecidedHow, now: Timestamp) -> Statement {
    let (decision, revoked_at) = match how {
        DecidedHow::LastOwner => (ReviewDecision::Keep, None),
        DecidedHow::Decided | DecidedHow::Undecided => (ReviewDecision::Revoke, Some(now)),
    };
    Statement::new(concat!(
        "-- sweep-access-reviews.settle\n",
        "UPDATE access_review_items SET decision = $2, how = $3, decided_at = $4, revoked_at = $5 WHERE item_id = $1",
    ))
    .bind(undecided.item)
    .bind(decision)
    .bind(how)
    .bind(now)
    .bind(revoked_at)
}

/// A review past its deadline in which nothing is undecided any more, held until COMMIT.
pub(crate) fn next_to_close(now: Timestamp) -> Lookup<Option<AccessReviewId>> {
    Statement::new(concat!(
        "-- sweep-access-reviews.next_to_close\n",
        "SELECT r.review_id FROM access_reviews AS r WHERE r.closed_at IS NULL AND r.deadline_at <= $1 ",
        "AND NOT EXISTS (SELECT FROM access_review_items AS i WHERE i.review_id = r.review_id AND i.decision IS NULL) ",
        "ORDER BY r.review_id LIMIT 1 FOR UPDATE OF r",
    ))
    .bind(now)
    .optional(|row| row.read("review_id"))
}

pub(crate) fn count_items(review: AccessReviewId) -> Lookup<Counts> {
    Statement::new(concat!(
        "-- sweep-access-reviews.count_items\n",
        "SELECT kept, revoked, undecided, spared FROM app.count_review_items($1)",
    ))
    .bind(review)
    .one(|row| {
        Ok(Counts {
            kept: row.read("kept")?,
            revoked: row.read("revoked")?,
            undecided: row.read("undecided")?,
            spared: row.read("spared")?,
        })
    })
}

pub(crate) fn close(review: AccessReviewId, now: Timestamp, check_due: Timestamp) -> Statement {
    Statement::new(concat!(
        "-- sweep-access-reviews.close\n",
        "UPDATE access_reviews SET closed_at = $2, check_due_at = $3 WHERE review_id = $1",
    ))
    .bind(review)
    .bind(now)
    .bind(check_due)
}

/// A review whose second look has come, held until COMMIT.
pub(crate) fn next_to_check(now: Timestamp) -> Lookup<Option<AccessReviewId>> {
    Statement::new(concat!(
        "-- sweep-access-reviews.next_to_check\n",
        "SELECT review_id FROM access_reviews WHERE checked_at IS NULL AND check_due_at <= $1 ",
        "ORDER BY review_id LIMIT 1 FOR UPDATE",
    ))
    .bind(now)
    .optional(|row| row.read("review_id"))
}

/// Of what a review revoked, that which has access: a member who is let in or holds a credential that opens something,
/// a token, kiosk or impersonation that does.
pub(crate) fn list_come_back(review: AccessReviewId, now: Timestamp) -> Lookup<Vec<ReviewSubjectId>> {
    Statement::new(concat!(
        "-- sweep-access-reviews.list_come_back\n",
        "SELECT i.subject_id FROM access_review_items AS i WHERE i.review_id = $1 AND i.decision = 'revoke' AND (",
        "i.subject_kind = 'member' AND (EXISTS (SELECT FROM members AS m ",
        "WHERE m.member_id = i.subject_id AND m.state <> 'deactivated') ",
        "OR EXISTS (SELECT FROM credentials AS c WHERE c.member_id = i.subject_id ",
        "AND c.revoked_at IS NULL AND (c.expires_at IS NULL OR c.expires_at > $2))) ",
        "OR i.subject_kind = 'api_token' AND EXISTS (SELECT FROM credentials AS c WHERE c.credential_id = i.subject_id ",
        "AND c.revoked_at IS NULL AND (c.expires_at IS NULL OR c.expires_at > $2)) ",
        "OR i.subject_kind = 'kiosk' AND EXISTS (SELECT FROM kiosks AS k ",
        "LEFT JOIN credentials AS c USING (organization_id, credential_id) WHERE k.kiosk_id = i.subject_id ",
        "AND (k.revoked_at IS NULL OR c.credential_id IS NOT NULL AND c.revoked_at IS NULL)) ",
        "OR i.subject_kind = 'impersonation' AND EXISTS (SELECT FROM impersonations AS p ",
        "JOIN credentials AS c USING (organization_id, credential_id) WHERE p.impersonation_id = i.subject_id ",
        "AND c.revoked_at IS NULL AND c.expires_at > $2)) ORDER BY i.number",
    ))
    .bind(review)
    .bind(now)
    .all(|row| row.read("subject_id"))
}

pub(crate) fn note_check(review: AccessReviewId, came_back: i64, now: Timestamp) -> Statement {
    Statement::new(concat!(
        "-- sweep-access-reviews.note_check\n",
        "UPDATE access_reviews SET checked_at = $3, came_back = $2 WHERE review_id = $1",
    ))
    .bind(review)
    .bind(came_back)
    .bind(now)
}

/// What was not used since a moment: members who neither signed in nor used a token of theirs, tokens that still
/// open something, and kiosks. What was never used counts from when it was made.
pub(crate) fn list_unused(since: Timestamp, now: Timestamp, page: i64) -> Lookup<Vec<Subject>> {
    Statement::new(concat!(
        "-- sweep-access-reviews.list_unused\n",
        "SELECT * FROM (",
        "SELECT 'member' AS subject_kind, m.member_id AS subject_id, u.last_used_at FROM members AS m ",
        "CROSS JOIN LATERAL app.member_last_used_at(m.member_id) AS u (last_used_at) ",
        "WHERE m.state <> 'deactivated' AND greatest(m.created_at, m.standing_since, u.last_used_at) <= $1 ",
        "UNION ALL SELECT 'api_token', c.credential_id, c.last_used_at FROM credentials AS c ",
        "WHERE c.kind = 'api_token' AND c.revoked_at IS NULL AND (c.expires_at IS NULL OR c.expires_at > $2) ",
        "AND greatest(c.created_at, c.last_used_at) <= $1 ",
        "UNION ALL SELECT 'kiosk', k.kiosk_id, c.last_used_at FROM kiosks AS k ",
        "LEFT JOIN credentials AS c USING (organization_id, credential_id) ",
        "WHERE k.revoked_at IS NULL AND greatest(k.created_at, c.last_used_at) <= $1) AS unused ",
        "ORDER BY subject_kind = 'member', last_used_at NULLS FIRST, subject_id, subject_kind LIMIT $3",
    ))
    .bind(since)
    .bind(now)
    .bind(page)
    .all(read_subject)
}

/// True where the log says of this last use that the member was spared.
pub(crate) fn was_spared(subject: &Subject) -> Lookup<bool> {
    Statement::new(concat!(
        "-- sweep-access-reviews.was_spared\n",
        "SELECT EXISTS (SELECT FROM audit_log AS l WHERE l.target_id = $1 AND l.target_kind = 'member' ",
        "AND l.action = 'access.spared' AND l.entry::jsonb #>> '{diff,added,cause}' = 'dormant' ",
        "AND l.entry::jsonb #>> '{diff,added,last_used_at}' IS NOT DISTINCT FROM $2) AS was_spared",
    ))
    .bind(subject.id.to_string())
    .bind(subject.last_used_at.map(|moment| moment.to_string()))
    .one(|row| row.read("was_spared"))
}

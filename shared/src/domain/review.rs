//! An access review: what it speaks of, what is decided, and its periods. All of them are seconds: a day is 86,400 of
//! them, whatever a calendar or a time zone makes of it.

use super::visit::words;
use crate::clock::Timestamp;

words! {
    /// What has access.
    SubjectKind {
        /// An API token.
        ApiToken = "api_token",
        /// What a member of the operator's staff opened, or asked to.
        Impersonation = "impersonation",
        /// A kiosk.
        Kiosk = "kiosk",
        /// A member of the organization.
        Member = "member",
    }

    /// Where a review stands.
    ReviewState {
        /// Until its deadline it takes decisions.
        Open = "open",
        /// What was undecided is settled.
        Closed = "closed",
        /// It was looked a second time whether what was revoked is gone.
        Checked = "checked",
    }

    /// What becomes of access.
    ReviewDecision {
        /// It stays.
        Keep = "keep",
        /// It ends at once.
        Revoke = "revoke",
    }

    /// How it came to a decision.
    DecidedHow {
        /// A reviewer decided.
        Decided = "decided",
        /// No reviewer decided, and it was the last owner's: it stays.
        LastOwner = "last_owner",
        /// No reviewer decided: it ended at the deadline.
        Undecided = "undecided",
    }

    /// Why access was taken.
    RevocationCause {
        /// A reviewer decided so.
        Decided = "decided",
        /// It was not used for ninety days.
        Dormant = "dormant",
        /// No reviewer decided about it in time.
        Undecided = "undecided",
    }
}

const DAY_S: i64 = 86_400;
/// From the opening of a review to its deadline.
pub const REVIEW_S: i64 = 30 * DAY_S;
/// From the closing of a review to the second look at what was revoked.
pub const SECOND_LOOK_S: i64 = 7 * DAY_S;
/// What is unused for so long is revoked.
pub const DORMANT_S: i64 = 90 * DAY_S;
/// How far the first review of an organization looks back for the operator's staff: the longest quarter.
pub const LOOK_BACK_S: i64 = 92 * DAY_S;
/// So many days before the deadline owners are told of what is undecided.
pub const REMINDER_DAYS: [i32; 3] = [14, 7, 1];

/// The quarter of a moment, in UTC, as `2026-Q4`.
#[must_use]
pub fn quarter(moment: Timestamp) -> String {
    let day = moment.day();
    let mut parts = day.split('-');
    let year = parts.next().unwrap_or_default();
    let month: u8 = parts.next().and_then(|month| month.parse().ok()).unwrap_or(1);
    format!("{year}-Q{}", month.div_ceil(3))
}

/// How many days before the deadline owners are to be told now, if they were not told so late before. Of reminders that
/// were missed, the latest counts for all.
#[must_use]
pub fn reminder_due(deadline: Timestamp, reminded_days: Option<i32>, now: Timestamp) -> Option<i32> {
    let has_come = |days: &i32| deadline.plus_seconds(-i64::from(*days) * DAY_S) <= now;
    let due = REMINDER_DAYS.into_iter().filter(has_come).min()?;
    (now < deadline && reminded_days.is_none_or(|reminded| reminded > due)).then_some(due)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    #[test]
    fn a_quarter_begins_at_midnight_in_utc() {
        for (moment, expected) in [
            ("2026-12-31T23:59:59.999999Z", "2026-Q4"),
            ("2027-01-01T00:00:00Z", "2027-Q1"),
            ("2028-03-31T23:59:59Z", "2028-Q1"),
            ("2028-04-01T00:00:00Z", "2028-Q2"),
            ("2028-07-01T01:00:00+02:00", "2028-Q2"),
            ("2028-09-30T23:00:00-02:00", "2028-Q4"),
        ] {
            assert_eq!(quarter(at(moment)), expected, "{moment}");
        }
    }

    #[test]
    fn each_reminder_is_due_once_and_of_missed_ones_the_latest() {
        let deadline = at("2026-11-30T06:00:00Z");
        for (now, reminded, expected) in [
            ("2026-11-16T05:59:59Z", None, None),
            ("2026-11-16T06:00:00Z", None, Some(14)),
            ("2026-11-17T06:00:00Z", Some(14), None),
            ("2026-11-23T06:00:00Z", Some(14), Some(7)),
            ("2026-11-29T06:00:00Z", Some(14), Some(1)),
            ("2026-11-29T06:00:00Z", None, Some(1)),
            ("2026-11-29T06:00:00Z", Some(1), None),
            ("2026-11-30T06:00:00Z", Some(7), None),
        ] {
            assert_eq!(reminder_due(deadline, reminded, at(now)), expected, "{now} {reminded:?}");
        }
    }
}

//! Every SQL statement that `decide-visit` may run.

use shared::{
    Error, Result,
    domain::visit::{HoldReason, VisitState, VisitorKind},
    door::Caller,
    id::{SiteId, VisitId},
    tenant::{Lookup, Statement},
};

use crate::Decided;

/// The visit, as far as a decision needs it.
#[derive(Debug)]
pub(crate) struct Visit {
    pub(crate) kind: VisitorKind,
    pub(crate) site: SiteId,
    pub(crate) hold_reasons: Vec<HoldReason>,
    pub(crate) email: Option<String>,
    pub(crate) phone: Option<String>,
    state: VisitState,
    is_decided: bool,
    /// Whether a match of the watchlist waits for its review.
    has_open_match: bool,
    has_confirmed_match: bool,
}

impl Visit {
    /// Refuses a visit that waits for no decision.
    ///
    /// # Errors
    /// Conflict `already_decided` where another caller was faster, else `not_held`.
    pub(crate) fn expect_held(&self) -> Result<()> {
        match (self.state, self.is_decided) {
            (VisitState::Held, _) => Ok(()),
            (_, true) => Err(Error::conflict("already_decided")),
            (_, false) => Err(Error::conflict("not_held")),
        }
    }

    /// Refuses to let in who met the watchlist, unless a review dismissed every match. A review is final, so that what was dismissed
    /// when this was read stays so.
    ///
    /// # Errors
    /// Conflict `match_confirmed`, else `match_open`.
    pub(crate) fn expect_dismissed(&self) -> Result<()> {
        match (self.has_confirmed_match, self.has_open_match) {
            (true, _) => Err(Error::conflict("match_confirmed")),
            (_, true) => Err(Error::conflict("match_open")),
            _ => Ok(()),
        }
    }
}

/// The visit, where the caller may act at its site.
pub(crate) fn load_visit(visit: VisitId) -> Lookup<Visit> {
    Statement::new(concat!(
        "-- decide-visit.load_visit\n",
        "SELECT v.type, v.site_id, v.state, v.hold_reasons, v.email, v.phone, v.decision IS NOT NULL AS is_decided, ",
        "EXISTS (SELECT FROM watchlist_matches AS m WHERE m.visit_id = $1 AND m.outcome IS NULL) AS has_open_match, ",
        "EXISTS (SELECT FROM watchlist_matches AS m WHERE m.visit_id = $1 AND m.outcome = 'confirmed') AS has_confirmed_match ",
        "FROM visits AS v WHERE v.visit_id = $1 AND app.reaches_site(v.site_id)",
    ))
    .bind(visit)
    .one(|row| {
        Ok(Visit {
            kind: row.read("type")?,
            site: row.read("site_id")?,
            state: row.read("state")?,
            hold_reasons: row.read("hold_reasons")?,
            email: row.read("email")?,
            phone: row.read("phone")?,
            is_decided: row.read("is_decided")?,
            has_open_match: row.read("has_open_match")?,
            has_confirmed_match: row.read("has_confirmed_match")?,
        })
    })
}

/// The next number that no visitor on site wears, for a visit that is held.
pub(crate) fn draw_badge_number(visit: VisitId) -> Lookup<Option<i32>> {
    Statement::new(concat!(
        "-- decide-visit.draw_badge_number\n",
        "UPDATE badge_counters AS c SET last = (",
        "SELECT numbers.n FROM (SELECT generate_series(c.last, c.last + 9998) % 9999 + 1 AS n) AS numbers ",
        "WHERE NOT EXISTS (SELECT FROM visits AS v WHERE v.organization_id = c.organization_id ",
        "AND v.site_id = c.site_id AND v.badge_number = numbers.n AND v.state = 'on_site') LIMIT 1) ",
        "WHERE c.site_id = (SELECT h.site_id FROM visits AS h WHERE h.visit_id = $1 AND h.state = 'held' AND app.reaches_site(h.site_id)) ",
        "RETURNING c.last",
    ))
    .bind(visit)
    .optional(|row| row.read("last"))
}

/// Decides about a visit that is held still.
pub(crate) fn decide(decided: &Decided, badge_sha256: Option<[u8; 32]>, caller: &Caller) -> Statement {
    Statement::new(concat!(
        "-- decide-visit.decide\n",
        "WITH decided AS (UPDATE visits SET state = $2, decision = $3, decided_at = $4, decided_by = $5, decided_by_member = $6, ",
        "badge_number = $7, badge_sha256 = $8, checked_in_at = CASE $2 WHEN 'on_site' THEN $4 END ",
        "WHERE visit_id = $1 AND state = 'held' AND app.reaches_site(site_id) RETURNING visit_id) ",
        "SELECT app.expect_change(count(*)) FROM decided",
    ))
    .bind(decided.visit_id)
    .bind(decided.state)
    .bind(decided.decision.word())
    .bind(decided.decided_at)
    .bind(caller.credential)
    .bind(caller.member)
    .bind(decided.badge_number)
    .bind(badge_sha256.map(|hash| hash.to_vec()))
}

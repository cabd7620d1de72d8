//! Every SQL statement that `review-watchlist` may run.

use crate::{Comparison, WatchlistMatch};
use shared::{
    Error, Result,
    audit::hex,
    documents::dates::PartialDate,
    domain::visit::{MatchOutcome, MatchState},
    http::Page,
    id::{PersonId, VisitId, WatchlistMatchId},
    tenant::{Lookup, Row, Statement},
    vault::Sealed,
    watchlist::Candidate,
};

/// What a reason must not mention of the visitor.
pub(crate) struct Contact {
    pub(crate) email: Option<String>,
    pub(crate) phone: Option<String>,
}

/// What was kept of a comparison.
pub(crate) struct Kept {
    pub(crate) person: PersonId,
    /// Null once the visitor is erased, or the time of the document is over.
    pub(crate) wrapped_key: Option<Vec<u8>>,
    pub(crate) asked: Sealed,
    /// The site's day, by which entries expired.
    pub(crate) today: PartialDate,
}

/// The matches of sites that the caller reaches. What is joined is there: a match names its visit and its entry.
macro_rules! of_reached_sites {
    () => {
        concat!(
            "SELECT m.match_id, m.visit_id, v.site_id, m.entry_id, e.severity, m.list_digest, m.algorithm, m.rule, m.score, m.is_weak, ",
            "m.created_at, m.outcome, m.reviewed_at, m.reviewed_by, m.reviewed_by_member FROM watchlist_matches AS m ",
            "JOIN visits AS v ON v.organization_id = m.organization_id AND v.visit_id = m.visit_id ",
            "JOIN watchlist_entries AS e ON e.organization_id = m.organization_id AND e.entry_id = m.entry_id ",
            "WHERE app.reaches_site(v.site_id) AND ",
        )
    };
}

/// A page of matches, the newest first, and one more to know whether there is another page.
pub(crate) fn list_matches(
    state: Option<MatchState>,
    visit: Option<VisitId>,
    page: &Page<WatchlistMatchId>,
) -> Lookup<Vec<WatchlistMatch>> {
    Statement::new(concat!(
        "-- review-watchlist.list_matches\n",
        of_reached_sites!(),
        "($1 IS NULL OR (m.outcome IS NULL) = $1) AND ($2 IS NULL OR m.visit_id = $2) AND ($3 IS NULL OR m.match_id < $3) ",
        "ORDER BY m.match_id DESC LIMIT $4",
    ))
    .bind(state.map(|state| state == MatchState::Open))
    .bind(visit)
    .bind(page.after)
    .bind(page.probe())
    .all(read_match)
}

/// One match, where the caller reaches its site.
pub(crate) fn load_match(id: WatchlistMatchId) -> Lookup<WatchlistMatch> {
    Statement::new(concat!("-- review-watchlist.load_match\n", of_reached_sites!(), "m.match_id = $1"))
        .bind(id)
        .one(read_match)
}

fn read_match(row: &Row) -> Result<WatchlistMatch> {
    let outcome: Option<MatchOutcome> = row.read("outcome")?;
    Ok(WatchlistMatch {
        match_id: row.read("match_id")?,
        visit_id: row.read("visit_id")?,
        site_id: row.read("site_id")?,
        entry_id: row.read("entry_id")?,
        severity: row.read("severity")?,
        comparison: Comparison {
            list_digest: hex(&row.read_hash("list_digest")?),
            matcher: row.read("algorithm")?,
            rule: row.read("rule")?,
            score: row.read("score")?,
            is_weak: row.read("is_weak")?,
        },
        matched_at: row.read("created_at")?,
        state: if outcome.is_some() { MatchState::Reviewed } else { MatchState::Open },
        outcome,
        reviewed_at: row.read("reviewed_at")?,
        reviewed_by: row.read("reviewed_by")?,
        reviewed_by_member: row.read("reviewed_by_member")?,
    })
}

/// How the visitor is reached. It is asked for beside the match, as what follows, and counts for nothing where that is not found.
pub(crate) fn load_contact(id: WatchlistMatchId) -> Lookup<Contact> {
    Statement::new(concat!(
        "-- review-watchlist.load_contact\n",
        "SELECT v.email, v.phone FROM watchlist_matches AS m ",
        "JOIN visits AS v ON v.organization_id = m.organization_id AND v.visit_id = m.visit_id WHERE m.match_id = $1",
    ))
    .bind(id)
    .one(|row| Ok(Contact { email: row.read("email")?, phone: row.read("phone")? }))
}

/// The entry that was met.
pub(crate) fn load_entry(id: WatchlistMatchId) -> Lookup<Candidate> {
    Statement::new(concat!(
        "-- review-watchlist.load_entry\n",
        "SELECT e.entry_id, e.list, e.person_id, e.content_sealed, p.wrapped_key FROM watchlist_matches AS m ",
        "JOIN watchlist_entries AS e ON e.organization_id = m.organization_id AND e.entry_id = m.entry_id ",
        "JOIN people AS p ON p.organization_id = e.organization_id AND p.person_id = e.person_id WHERE m.match_id = $1",
    ))
    .bind(id)
    .one(Candidate::read)
}

/// What was kept of the comparison; a match from before it was kept has nothing.
pub(crate) fn load_kept(id: WatchlistMatchId) -> Lookup<Option<Kept>> {
    Statement::new(concat!(
        "-- review-watchlist.load_kept\n",
        "SELECT p.person_id, p.wrapped_key, s.asked_sealed, to_char(s.today, 'YYYY-MM-DD') AS today FROM watchlist_matches AS m ",
        "JOIN watchlist_screenings AS s ON s.organization_id = m.organization_id AND s.visit_id = m.visit_id ",
        "JOIN people AS p ON p.organization_id = s.organization_id AND p.person_id = s.person_id WHERE m.match_id = $1",
    ))
    .bind(id)
    .optional(|row| {
        let today = PartialDate::parse(row.read("today")?);
        Ok(Kept {
            person: row.read("person_id")?,
            wrapped_key: row.read("wrapped_key")?,
            asked: row.read("asked_sealed")?,
            today: today.ok_or_else(|| Error::internal("the day of a comparison is no date"))?,
        })
    })
}

/// The entries that were compared, those that have ended since included.
pub(crate) fn list_compared(id: WatchlistMatchId) -> Lookup<Vec<Candidate>> {
    Statement::new(concat!(
        "-- review-watchlist.list_compared\n",
        "SELECT e.entry_id, e.list, e.person_id, e.content_sealed, p.wrapped_key FROM watchlist_matches AS m ",
        "JOIN watchlist_screenings AS s ON s.organization_id = m.organization_id AND s.visit_id = m.visit_id ",
        "JOIN watchlist_entries AS e ON e.organization_id = s.organization_id AND e.entry_id = ANY (s.compared) ",
        "JOIN people AS p ON p.organization_id = e.organization_id AND p.person_id = e.person_id WHERE m.match_id = $1",
    ))
    .bind(id)
    .all(Candidate::read)
}

/// Reviews a match that is open still.
pub(crate) fn review(reviewed: &WatchlistMatch) -> Statement {
    Statement::new(concat!(
        "-- review-watchlist.review\n",
        "WITH reviewed AS (UPDATE watchlist_matches SET outcome = $2, reviewed_at = $3, reviewed_by = $4, reviewed_by_member = $5 ",
        "WHERE match_id = $1 AND outcome IS NULL RETURNING match_id) SELECT app.expect_change(count(*)) FROM reviewed",
    ))
    .bind(reviewed.match_id)
    .bind(reviewed.outcome)
    .bind(reviewed.reviewed_at)
    .bind(reviewed.reviewed_by)
    .bind(reviewed.reviewed_by_member)
}

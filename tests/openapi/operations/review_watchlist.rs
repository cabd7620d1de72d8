//! The operations on matches of the watchlist.

use review_watchlist::{Replayed, ReviewBody, WatchlistMatch};
use shared::{access::Permission, domain::visit::MatchState, http::Nothing};

use super::{
    document::{Operation, Schemas},
    visits::id,
};

pub(super) fn all(schemas: &mut Schemas) -> Vec<Operation> {
    let allowed = Permission::WatchlistReview;
    let (list, one) = ("GET /v1/watchlist-matches", "GET /v1/watchlist-matches/{match_id}");
    let (review, replay) =
        ("POST /v1/watchlist-matches/{match_id}/review", "POST /v1/watchlist-matches/{match_id}/replay");
    vec![
        Operation::new(
            list,
            "list-watchlist-matches",
            "Visits that met the watchlist, the newest first.",
            schemas.list_of::<WatchlistMatch>(),
        )
        .allowed_by(allowed)
        .query("state", schemas.of::<MatchState>(), "Waiting for a review, or reviewed.")
        .query("visit_id", id(), "Of this visit.")
        .paged(),
        Operation::new(one, "read-watchlist-match", "One visit that met an entry.", schemas.of::<WatchlistMatch>())
            .allowed_by(allowed),
        Operation::new(
            review,
            "review-watchlist-match",
            "Confirms or dismisses a match.",
            schemas.of::<WatchlistMatch>(),
        )
        .allowed_by(allowed)
        .body(schemas.of::<ReviewBody>()),
        Operation::new(
            replay,
            "replay-watchlist-match",
            "Compares again what was compared at the check-in.",
            schemas.of::<Replayed>(),
        )
        .allowed_by(allowed)
        .body(schemas.of::<Nothing>()),
    ]
}

//! Handles `GET /v1/watchlist-matches` and `GET /v1/watchlist-matches/{match_id}`.

use shared::{
    Result,
    access::Permission,
    domain::visit::MatchState,
    http::{List, Reply, Request},
    id::WatchlistMatchId,
};

use crate::{Deps, WatchlistMatch, store};

/// Lists matches of the caller's sites, the newest first.
pub(crate) async fn list(deps: &Deps, request: &Request) -> Result<Reply> {
    let mut query = request.query()?;
    let state = query.take_with("state", MatchState::of_word)?;
    let visit = query.take("visit_id")?;
    let page = query.take_page::<WatchlistMatchId>()?;
    query.finish()?;

    let lookup = store::list_matches(state, visit, &page);
    let (_, matches) = deps.reads.admit(request, Permission::WatchlistReview, lookup).await?;

    Reply::ok(&List::cut(&page, matches, |one: &WatchlistMatch| one.match_id)?)
}

/// Reads one match.
pub(crate) async fn read(deps: &Deps, request: &Request) -> Result<Reply> {
    let lookup = store::load_match(request.target("match_id"));
    let (_, found) = deps.reads.admit(request, Permission::WatchlistReview, lookup).await?;

    Reply::ok(&found)
}

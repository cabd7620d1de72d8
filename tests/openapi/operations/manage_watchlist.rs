//! The operations on the watchlist.

use manage_watchlist::{NewEntry, RevealedEntry, RevealingBody, WatchlistEntry};
use shared::{access::Permission, http::Nothing};

use super::document::{Operation, Schemas};

pub(super) fn all(schemas: &mut Schemas) -> Vec<Operation> {
    let (reveal, end) = ("POST /v1/watchlist/{entry_id}/reveal", "DELETE /v1/watchlist/{entry_id}");
    let allowed = Permission::WatchlistManage;
    vec![
        Operation::new(
            "POST /v1/watchlist",
            "create-watchlist-entry",
            "Puts an entry on the watchlist.",
            schemas.of::<WatchlistEntry>(),
        )
        .creates()
        .allowed_by(allowed)
        .body(schemas.of::<NewEntry>()),
        Operation::new(
            "GET /v1/watchlist",
            "list-watchlist-entries",
            "Entries of the watchlist, the oldest first.",
            schemas.list_of::<WatchlistEntry>(),
        )
        .allowed_by(allowed)
        .paged(),
        Operation::new(
            reveal,
            "reveal-watchlist-entry",
            "Shows what stands in an entry.",
            schemas.of::<RevealedEntry>(),
        )
        .allowed_by(allowed)
        .body(schemas.of::<RevealingBody>()),
        Operation::new(end, "end-watchlist-entry", "Ends an entry of the watchlist.", schemas.of::<WatchlistEntry>())
            .allowed_by(allowed)
            .body(schemas.of::<Nothing>()),
    ]
}

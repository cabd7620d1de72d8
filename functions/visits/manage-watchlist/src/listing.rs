//! Handles `GET /v1/watchlist` and `POST /v1/watchlist/{entry_id}/reveal`.

use shared::{
    Result,
    access::Permission,
    audit::{Action, AuditEvent, TargetKind},
    domain::text::BoundedText as _,
    http::{List, Reply, Request},
    id::WatchlistEntryId,
    watchlist::Listed,
};

use crate::{Deps, RevealedEntry, RevealingBody, WatchlistEntry, store};

/// Lists entries, the oldest first, without what stands in them.
pub(crate) async fn list(deps: &Deps, request: &Request) -> Result<Reply> {
    let mut query = request.query()?;
    let page = query.take_page::<WatchlistEntryId>()?;
    query.finish()?;

    let (_, entries) = deps.reads.admit(request, Permission::WatchlistManage, store::list_entries(&page)).await?;

    Reply::ok(&List::cut(&page, entries, |entry: &WatchlistEntry| entry.entry_id)?)
}

/// Shows what stands in an entry, after the log says who saw it and why.
pub(crate) async fn reveal(deps: &Deps, request: &Request) -> Result<Reply> {
    let RevealingBody { reason } = request.json()?;

    let lookup = store::load_sealed(request.target("entry_id"));
    let (admitted, found) = deps.door.admit(request, Permission::WatchlistManage, lookup).await?;

    let id = found.entry;
    let listed = match &found.wrapped_key {
        Some(wrapped) => {
            let person = admitted.tenant_key().await?.unwrap_person(found.person, wrapped)?;
            Some(Listed::open(id, &person, &found.content)?)
        }
        None => None,
    };
    let known = listed.as_ref().map(|listed| {
        let number = listed.document_number.as_ref().map(|number| number.as_str().to_owned());
        [listed.name.as_ref().map(|name| name.as_str().to_owned()), number]
    });
    if let Some([name, number]) = &known {
        reason.refuse_naming([name.as_deref(), number.as_deref()])?;
    }
    let without = RevealedEntry { entry_id: id, entry: None };
    let reply = Reply::ok(&RevealedEntry { entry_id: id, entry: listed })?.replayed_as(&without)?;
    let entry = AuditEvent::new(Action::WatchlistEntryRevealed, TargetKind::WatchlistEntry, id).because(&reason);
    admitted.record(reply, |batch| batch.audit(entry)).await
}

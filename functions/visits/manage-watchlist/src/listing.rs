//! Handles `GET /v1/watchlist` and `POST /v1/watchlist/{entry_id}/reveal`.

use shared::{
    Result,
    access::Permission,
    audit::{Action, AuditEvent, Diff, Internal, TargetKind},
    domain::text::BoundedText as _,
    http::{List, Reply, Request},
    id::WatchlistEntryId,
    watchlist::Listed,
};

use crate::{Deps, RevealedEntry, RevealingBody, WatchlistEntry, changes::expect_whole_organization, store};

/// Lists entries, the oldest first, without what stands in them.
pub(crate) async fn list(deps: &Deps, request: &Request) -> Result<Reply> {
    let mut query = request.query()?;
    let page = query.take_page::<WatchlistEntryId>()?;
    query.finish()?;

    let lookup = store::list_entries(&page);
    let (admitted, entries) = deps.reads.admit(request, Permission::WatchlistManage, lookup).await?;
    expect_whole_organization(admitted.caller())?;

    Reply::ok(&List::cut(&page, entries, |entry: &WatchlistEntry| entry.entry_id)?)
}

/// Shows what stands in an entry, after the log says who saw it and why.
pub(crate) async fn reveal(deps: &Deps, request: &Request) -> Result<Reply> {
    let RevealingBody { reason } = request.json()?;

    let lookup = store::load_sealed(request.target("entry_id"));
    let (admitted, found) = deps.door.admit(request, Permission::WatchlistManage, lookup).await?;
    expect_whole_organization(admitted.caller())?;

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
    // That a reason names the entry tells something of a sealed value, so it is an entry.
    if let Some([name, number]) = &known
        && let Err(refusal) = reason.refuse_naming([name.as_deref(), number.as_deref()])
    {
        let why = Diff::new().added("reason", Internal("names_the_person"));
        let entry = AuditEvent::new(Action::AccessRefused, TargetKind::WatchlistEntry, id).with(why);
        return admitted.refuse(&refusal, entry).await;
    }
    let without = RevealedEntry { entry_id: id, entry: None };
    let reply = Reply::ok(&RevealedEntry { entry_id: id, entry: listed })?.replayed_as(&without)?;
    let entry = AuditEvent::new(Action::WatchlistEntryRevealed, TargetKind::WatchlistEntry, id).because(&reason);
    admitted.record(reply, |batch| batch.audit(entry)).await
}

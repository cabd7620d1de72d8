//! Handles `POST /v1/watchlist` and `DELETE /v1/watchlist/{entry_id}`.

use shared::{
    Error, Result,
    access::Permission,
    audit::{Action, AuditEvent, Diff, TargetKind},
    domain::text::BoundedText as _,
    door::Caller,
    http::{Nothing, Reply, Request},
    id::{PersonId, WatchlistEntryId},
    vault::PersonKey,
    watchlist::Listed,
};

use crate::{
    Deps, NewEntry, WatchlistEntry,
    store::{self, SealedEntry},
};

/// Refuses a caller who may act at one site alone: an entry holds visitors at every site.
///
/// # Errors
/// [`Error::Forbidden`] for such a caller.
pub(crate) fn expect_whole_organization(caller: &Caller) -> Result<()> {
    if caller.site.is_some() { Err(Error::Forbidden) } else { Ok(()) }
}

/// Puts an entry on the list; the next check-in meets it.
pub(crate) async fn create(deps: &Deps, request: &Request) -> Result<Reply> {
    let NewEntry { list, severity, entry: listed } = request.json()?;
    listed.expect_whole()?;

    let (admitted, ()) = deps.door.admit(request, Permission::WatchlistManage, ()).await?;
    expect_whole_organization(admitted.caller())?;

    let now = admitted.now();
    let tenant = admitted.tenant_key().await?;
    let person = tenant.new_person(PersonId::new(now))?;
    let created_by = admitted.caller().credential;
    let entry_id = WatchlistEntryId::new(now);
    let entry = WatchlistEntry { entry_id, list, severity, created_at: now, created_by, ended_at: None };
    let sealed = SealedEntry { content: listed.seal(entry_id, &person)?, keys: listed.keys(&tenant), person: &person };
    let diff = said(&listed, &person, admitted.request_id())?.added("list", list).added("severity", severity);
    let reply = Reply::created(&entry)?;
    let writes = store::insert(&entry, sealed);
    admitted
        .record(reply, |batch| {
            writes.into_iter().for_each(|statement| batch.write(statement));
            batch
                .audit(AuditEvent::new(Action::WatchlistEntryCreated, TargetKind::WatchlistEntry, entry_id).with(diff));
        })
        .await
}

/// What an entry says, sealed for the log.
fn said(listed: &Listed, person: &PersonKey, request: &str) -> Result<Diff> {
    let alias = |alias: &shared::watchlist::ListedAlias| {
        format!("{}{}", alias.name.as_str(), if alias.is_weak { " (weak)" } else { "" })
    };
    let aliases = listed.aliases.iter().map(alias).collect::<Vec<_>>().join("; ");
    let aliases = Some(aliases.as_str()).filter(|aliases| !aliases.is_empty());
    Diff::new()
        .added_sealed("name", listed.name.as_ref().map(|name| name.as_str()), person, request)?
        .added_sealed("aliases", aliases, person, request)?
        .added_sealed("company", listed.company.as_ref().map(|company| company.as_str()), person, request)?
        .added_sealed(
            "document_number",
            listed.document_number.as_ref().map(|number| number.as_str()),
            person,
            request,
        )?
        .added_sealed("plate", listed.plate.as_ref().map(|plate| plate.as_str()), person, request)?
        .added_sealed("date_of_birth", listed.date_of_birth.as_ref().map(|date| date.as_str()), person, request)?
        .added_sealed("expires_on", listed.expires_on.as_ref().map(|date| date.as_str()), person, request)?
        .added_sealed("listed_because", Some(listed.reason.as_str()), person, request)?
        .added_sealed("source", listed.source.as_ref().map(|source| source.as_str()), person, request)
}

/// Ends an entry: it meets no visitor any more. An entry that has ended stays so.
pub(crate) async fn end(deps: &Deps, request: &Request) -> Result<Reply> {
    let Nothing {} = request.json_or_empty()?;

    let lookup = store::load_entry(request.target("entry_id"));
    let (admitted, found) = deps.door.admit(request, Permission::WatchlistManage, lookup).await?;
    expect_whole_organization(admitted.caller())?;

    let now = admitted.now();
    let id = found.entry_id;
    let has_ended = found.ended_at.is_some();
    let reply = Reply::ok(&WatchlistEntry { ended_at: found.ended_at.or(Some(now)), ..found })?;
    let diff = Diff::new().added("ended_at", now);
    admitted
        .record(reply, |batch| {
            if !has_ended {
                store::end(id, now).into_iter().for_each(|statement| batch.write(statement));
                batch.audit(AuditEvent::new(Action::WatchlistEntryEnded, TargetKind::WatchlistEntry, id).with(diff));
            }
        })
        .await
}

//! Every SQL statement that `manage-watchlist` may run.

use shared::{
    Result,
    clock::Timestamp,
    http::Page,
    id::{PersonId, WatchlistEntryId},
    tenant::{Lookup, Row, Statement},
    vault::{PersonKey, Sealed},
};

use crate::WatchlistEntry;

/// What is kept of an entry beside what is shown.
pub(crate) struct SealedEntry<'k> {
    pub(crate) content: Sealed,
    pub(crate) keys: Vec<Vec<u8>>,
    pub(crate) person: &'k PersonKey,
}

/// An entry that is about to be opened.
pub(crate) struct FoundEntry {
    pub(crate) entry: WatchlistEntryId,
    pub(crate) person: PersonId,
    pub(crate) wrapped_key: Option<Vec<u8>>,
    pub(crate) content: Sealed,
}

pub(crate) fn insert(entry: &WatchlistEntry, sealed: SealedEntry<'_>) -> [Statement; 3] {
    let SealedEntry { content, keys, person } = sealed;
    let listed = Statement::new(concat!(
        "-- manage-watchlist.insert_person\n",
        "INSERT INTO people (organization_id, person_id, kind, key_id, wrapped_key, created_at) ",
        "VALUES (app.organization_id(), $1, 'listed', $2, $3, $4)",
    ))
    .bind(person.id())
    .bind(person.tenant_key())
    .bind(person.wrapped().to_vec())
    .bind(entry.created_at);
    let row = Statement::new(concat!(
        "-- manage-watchlist.insert_entry\n",
        "INSERT INTO watchlist_entries (organization_id, entry_id, person_id, list, severity, content_sealed, created_at, created_by) ",
        "VALUES (app.organization_id(), $1, $2, $3, $4, $5, $6, $7)",
    ))
    .bind(entry.entry_id)
    .bind(person.id())
    .bind(entry.list)
    .bind(entry.severity)
    .bind(content)
    .bind(entry.created_at)
    .bind(entry.created_by);
    let index = Statement::new(concat!(
        "-- manage-watchlist.insert_keys\n",
        "INSERT INTO watchlist_keys (organization_id, key, entry_id) SELECT DISTINCT app.organization_id(), k, $2 FROM unnest($1) AS k",
    ))
    .bind(keys)
    .bind(entry.entry_id);
    [listed, row, index]
}

pub(crate) fn list_entries(page: &Page<WatchlistEntryId>) -> Lookup<Vec<WatchlistEntry>> {
    Statement::new(concat!(
        "-- manage-watchlist.list_entries\n",
        "SELECT entry_id, list, severity, created_at, created_by, ended_at FROM watchlist_entries ",
        "WHERE ($1 IS NULL OR entry_id > $1) ORDER BY entry_id LIMIT $2",
    ))
    .bind(page.after)
    .bind(page.probe())
    .all(read_entry)
}

pub(crate) fn load_entry(entry: WatchlistEntryId) -> Lookup<WatchlistEntry> {
    Statement::new(concat!(
        "-- manage-watchlist.load_entry\n",
        "SELECT entry_id, list, severity, created_at, created_by, ended_at FROM watchlist_entries WHERE entry_id = $1",
    ))
    .bind(entry)
    .one(read_entry)
}

fn read_entry(row: &Row) -> Result<WatchlistEntry> {
    Ok(WatchlistEntry {
        entry_id: row.read("entry_id")?,
        list: row.read("list")?,
        severity: row.read("severity")?,
        created_at: row.read("created_at")?,
        created_by: row.read("created_by")?,
        ended_at: row.read("ended_at")?,
    })
}

pub(crate) fn load_sealed(entry: WatchlistEntryId) -> Lookup<FoundEntry> {
    Statement::new(concat!(
        "-- manage-watchlist.load_sealed\n",
        "SELECT e.entry_id, e.person_id, e.content_sealed, p.wrapped_key FROM watchlist_entries AS e ",
        "JOIN people AS p ON p.organization_id = e.organization_id AND p.person_id = e.person_id WHERE e.entry_id = $1",
    ))
    .bind(entry)
    .one(|row| {
        Ok(FoundEntry {
            entry: row.read("entry_id")?,
            person: row.read("person_id")?,
            wrapped_key: row.read("wrapped_key")?,
            content: row.read("content_sealed")?,
        })
    })
}

/// Ends an entry, and takes it out of the index.
pub(crate) fn end(entry: WatchlistEntryId, now: Timestamp) -> [Statement; 2] {
    let row = Statement::new(concat!(
        "-- manage-watchlist.end_entry\n",
        "WITH ended AS (UPDATE watchlist_entries SET ended_at = $2 WHERE entry_id = $1 AND ended_at IS NULL RETURNING entry_id) ",
        "SELECT app.expect_change(count(*)) FROM ended",
    ));
    let index = Statement::new("-- manage-watchlist.delete_keys\nDELETE FROM watchlist_keys WHERE entry_id = $1");
    [row.bind(entry).bind(now), index.bind(entry)]
}

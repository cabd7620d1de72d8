//! Every SQL statement that `sweep-retention` may run.

use shared::{
    clock::Timestamp,
    id::{ObjectId, SiteId},
    tenant::{Lookup, Statement},
};

/// What was destroyed in one transaction.
pub(crate) struct Purged {
    pub(crate) scans: i64,
    pub(crate) licences: i64,
    /// Objects that no row names any more.
    pub(crate) objects: Vec<ObjectId>,
}

impl Purged {
    /// Scans and licence numbers together.
    pub(crate) fn count(&self) -> u64 {
        self.scans.unsigned_abs() + self.licences.unsigned_abs()
    }

    /// Whether there may be more of one of them.
    pub(crate) fn fills(&self, page: i32) -> bool {
        self.scans.max(self.licences) >= i64::from(page)
    }
}

/// Every site, and the hours for which it keeps documents.
pub(crate) fn list_sites() -> Lookup<Vec<(SiteId, i32)>> {
    Statement::new(
        "-- sweep-retention.list_sites\nSELECT site_id, document_retention_hours FROM sites ORDER BY site_id",
    )
    .all(|row| Ok((row.read("site_id")?, row.read("document_retention_hours")?)))
}

/// Destroys a page of what is due at a site.
pub(crate) fn purge(site: SiteId, now: Timestamp, page: i32) -> Lookup<Purged> {
    Statement::new("-- sweep-retention.purge\nSELECT scans, licences, objects FROM app.purge_documents($1, $2, $3)")
        .bind(site)
        .bind(now)
        .bind(page)
        .one(|row| {
            Ok(Purged { scans: row.read("scans")?, licences: row.read("licences")?, objects: row.read("objects")? })
        })
}

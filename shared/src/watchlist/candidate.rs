//! Entries that are compared with a visitor.

use std::collections::BTreeSet;

use super::Listed;
use crate::{
    authn::sha256,
    documents::watchlist::Prepared,
    domain::visit::ListKind,
    error::Result,
    id::{PersonId, WatchlistEntryId},
    tenant::Row,
    vault::{Sealed, TenantKey},
};

/// An entry before it is opened.
pub struct Candidate {
    id: WatchlistEntryId,
    list: ListKind,
    person: PersonId,
    wrapped_key: Option<Vec<u8>>,
    content: Sealed,
}

impl Candidate {
    /// Reads `entry_id`, `list`, `person_id`, `wrapped_key` and `content_sealed`.
    ///
    /// # Errors
    /// Internal, when a column is absent.
    pub fn read(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.read("entry_id")?,
            list: row.read("list")?,
            person: row.read("person_id")?,
            wrapped_key: row.read("wrapped_key")?,
            content: row.read("content_sealed")?,
        })
    }

    /// Which entry it is.
    #[must_use]
    pub const fn id(&self) -> WatchlistEntryId {
        self.id
    }

    /// Whether its key is destroyed.
    #[must_use]
    pub const fn is_erased(&self) -> bool {
        self.wrapped_key.is_none()
    }

    /// What stands in it; none once its key is destroyed.
    ///
    /// # Errors
    /// Internal, when it was sealed for another entry or person.
    pub fn open(&self, tenant: &TenantKey) -> Result<Option<Listed>> {
        let Some(wrapped) = &self.wrapped_key else { return Ok(None) };
        Listed::open(self.id, &tenant.unwrap_person(self.person, wrapped)?, &self.content).map(Some)
    }

    /// Ready to be compared; none once its key is destroyed.
    ///
    /// # Errors
    /// As [`Candidate::open`].
    pub fn prepare(&self, tenant: &TenantKey) -> Result<Option<Prepared>> {
        Ok(self.open(tenant)?.map(|listed| listed.prepare(self.id, self.list)))
    }
}

/// SHA-256 over the ids of the entries that are compared, in order: an id is a version.
#[must_use]
pub fn list_digest(candidates: &[Candidate]) -> [u8; 32] {
    let ids: BTreeSet<[u8; 16]> = candidates.iter().map(|candidate| *candidate.id.uuid().as_bytes()).collect();
    sha256(&ids.into_iter().flatten().collect::<Vec<u8>>())
}

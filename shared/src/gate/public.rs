//! Requests without a credential, which name their organization by its handle.

use crate::{
    clock::{Clock, Timestamp},
    domain::text::Slug,
    error::Result,
    http::Request,
    id::OrganizationId,
    queue::SystemWork,
    settings::CommonSettings,
    tenant::{Db, Lookups as _, Statement},
};

/// The door for whoever is not known yet. It proves nothing of the caller: whoever holds it must ask for a proof in
/// the statement that acts, and its database role must be able to do no more than that statement.
#[derive(Clone)]
pub struct PublicDoor {
    db: Db,
    clock: Clock,
}

impl PublicDoor {
    /// The door before a database.
    #[must_use]
    pub const fn new(db: Db, settings: &CommonSettings) -> Self {
        Self { db, clock: settings.clock }
    }

    /// The present moment.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The organization that the request names, if there is one.
    ///
    /// # Errors
    /// When the database fails or the role may not ask.
    pub async fn find(&self, request: &Request, handle: &Slug) -> Result<Option<SystemWork>> {
        let ask = Statement::new("-- door.by_slug\nSELECT directory.by_slug($1) AS id").bind(handle.clone());
        let mut statements = Vec::new();
        let read = ask.one(|row| row.read::<Option<OrganizationId>>("id")).split(&mut statements);
        let found = read(&mut self.db.round_trip(&statements).await?.into_iter())?;
        Ok(found.map(|organization| SystemWork::new(&self.db, organization, &request.request_id)))
    }
}

//! Requests without a credential, which name their organization by its handle.

use crate::{
    audit::LogKey,
    authn::Credential,
    clock::{Clock, Timestamp},
    domain::text::Slug,
    error::Result,
    http::Request,
    id::OrganizationId,
    settings::CommonSettings,
    tenant::{Db, Lookups as _, Statement},
    wiring::{Fatal, Needs, Part, Start},
    work::SystemWork,
};

/// The door for callers without a credential. It proves nothing of the caller: a function that has it must ask for a
/// proof in the statement that acts, and its database role must be able to do no more than that statement.
#[derive(Clone)]
pub struct PublicDoor {
    db: Db,
    clock: Clock,
}

impl Part for PublicDoor {
    fn needs() -> Needs {
        Db::needs()
    }

    fn build(start: &mut Start) -> Result<Self, Fatal> {
        Ok(Self::new(start.part()?, start.common()))
    }
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

    /// Work in the organization that the credential of a link names. It may be forged: the statement that acts asks
    /// whether there is such a link.
    #[must_use]
    pub fn open(&self, request: &Request, link: &Credential) -> SystemWork {
        SystemWork::new(&self.db, link.organization, &request.request_id)
    }

    /// Work in the customer's organization that a hand-off names, and in the operator's own, in this order. We signed it:
    /// the statements that act ask whether it still opens anything.
    #[cfg(feature = "hand-off")]
    #[must_use]
    pub fn open_signed(&self, request: &Request, signed: &crate::authn::hand_off::HandOff) -> (SystemWork, SystemWork) {
        let open = |organization| SystemWork::new(&self.db, organization, &request.request_id);
        (open(signed.organization), open(signed.staff_organization))
    }

    /// The public keys that ever signed for the logs of this deployment, the oldest first.
    ///
    /// # Errors
    /// When the database fails or the role may not ask.
    pub async fn log_keys(&self) -> Result<Vec<LogKey>> {
        let mut statements = Vec::new();
        let read = Statement::new("-- door.log_keys\nSELECT * FROM directory.log_keys()")
            .all(LogKey::read)
            .split(&mut statements);
        read(&mut self.db.round_trip(&statements).await?.into_iter())
    }
}

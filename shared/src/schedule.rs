//! Ticks of a schedule, and the few questions that look across organizations.

use crate::{
    clock::{Clock, Timestamp},
    error::Result,
    id::OrganizationId,
    queue::SystemWork,
    tenant::{Db, Lookups as _, Statement},
};

/// Organizations of one page of a sweep.
pub const PAGE: i32 = 100;

/// A tick: the credential of work across organizations, a page at a time. Only the runtime makes one.
#[derive(Debug)]
pub struct Tick {
    request_id: String,
    clock: Clock,
}

impl Tick {
    pub(crate) const fn new(request_id: String, clock: Clock) -> Self {
        Self { request_id, clock }
    }

    /// When it is.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A page of the organizations that have work of this kind waiting, after the given one.
    ///
    /// # Errors
    /// When the database fails or the role may not ask.
    pub async fn due(&self, db: &Db, kind: &'static str, after: OrganizationId) -> Result<Vec<OrganizationId>> {
        let ask = Statement::new("-- schedule.due\nSELECT due AS id FROM directory.due($1, $2, $3, $4) AS due")
            .bind(kind)
            .bind(after)
            .bind(PAGE)
            .bind(self.now());
        organizations(db, ask).await
    }

    /// A page of all active organizations, after the given one.
    ///
    /// # Errors
    /// When the database fails or the role may not ask.
    pub async fn active(&self, db: &Db, after: OrganizationId) -> Result<Vec<OrganizationId>> {
        let ask = Statement::new("-- schedule.active\nSELECT active AS id FROM directory.active($1, $2) AS active")
            .bind(after)
            .bind(PAGE);
        organizations(db, ask).await
    }

    /// Work in one organization.
    #[must_use]
    pub fn work(&self, db: &Db, organization: OrganizationId) -> SystemWork {
        SystemWork::new(db, organization, &self.request_id)
    }
}

async fn organizations(db: &Db, ask: Statement) -> Result<Vec<OrganizationId>> {
    let mut statements = Vec::new();
    let read = ask.all(|row| row.read("id")).split(&mut statements);
    read(&mut db.round_trip(&statements).await?.into_iter())
}

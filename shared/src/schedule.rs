//! Ticks of a schedule, and the few questions that look across organizations.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{
    clock::{Clock, Timestamp},
    error::Result,
    id::OrganizationId,
    tenant::{Db, Lookups as _, Statement},
    work::SystemWork,
};

/// Organizations of one page of those that have work waiting.
const PAGE: i32 = 100;
/// Organizations of one page of all: each page sorts them anew.
const TURNS_PAGE: i32 = 1000;

/// What a sweep did: one line of the log, and the answer where it was fired by hand.
#[derive(Debug, Default, Serialize, Deserialize, PartialEq, Eq)]
pub struct Outcome {
    /// Organizations that were looked at.
    pub organizations: u64,
    /// Things that were done.
    pub done: u64,
    /// Organizations whose work failed and waits for the next tick.
    pub failed: u64,
}

impl Outcome {
    fn add(&mut self, organization: OrganizationId, worked: Result<u64>) {
        self.organizations += 1;
        match worked {
            Ok(done) => self.done += done,
            Err(error) => {
                self.failed += 1;
                let cause = std::error::Error::source(&error).map(ToString::to_string);
                tracing::error!(tenant.id = %organization, error.code = error.code().name(), error.cause = cause, "organization passed over");
            }
        }
    }
}

/// A tick: the credential of work across organizations, a page at a time. Only the runtime makes one.
#[derive(Debug)]
pub struct Tick {
    request_id: String,
    clock: Clock,
    ends: tokio::time::Instant,
}

impl Tick {
    pub(crate) fn new(request_id: String, clock: Clock, remaining: Duration) -> Self {
        Self { request_id, clock, ends: tokio::time::Instant::now() + remaining }
    }

    /// True until the invocation nears its end. Asked between two pieces of work, so that none is cut off.
    #[must_use]
    pub fn has_time(&self) -> bool {
        tokio::time::Instant::now() < self.ends
    }

    /// When it is.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Works in each organization that has work of this kind waiting, until there is none or no time is left. What
    /// fails in one does not keep it from the others.
    ///
    /// # Errors
    /// When the database fails or the role may not ask.
    pub async fn for_each_due(
        &self,
        db: &Db,
        kind: &'static str,
        work: impl AsyncFn(SystemWork) -> Result<u64>,
    ) -> Result<Outcome> {
        let mut outcome = Outcome::default();
        let mut after = OrganizationId::from(uuid::Uuid::nil());
        while self.has_time() {
            let ask = Statement::new("-- schedule.due\nSELECT due AS id FROM directory.due($1, $2, $3, $4) AS due");
            let page = organizations(db, ask.bind(kind).bind(after).bind(PAGE).bind(self.now())).await?;
            let Some(last) = page.last() else { break };
            after = *last;
            for organization in page.into_iter().take_while(|_| self.has_time()) {
                outcome.add(organization, work(self.work(db, organization)).await);
            }
        }
        Ok(outcome)
    }

    /// Works in each active organization once, the one longest without a turn first, until all had one or no time
    /// is left. What fails in one does not keep it from the others.
    ///
    /// # Errors
    /// When the database fails or the role may not ask.
    pub async fn for_each_in_turn(
        &self,
        db: &Db,
        kind: &'static str,
        work: impl AsyncFn(SystemWork) -> Result<u64>,
    ) -> Result<Outcome> {
        let mut outcome = Outcome::default();
        let since = self.now();
        while self.has_time() {
            let ask =
                Statement::new("-- schedule.in_turn\nSELECT turn AS id FROM directory.in_turn($1, $2, $3) AS turn");
            let page = organizations(db, ask.bind(kind).bind(TURNS_PAGE).bind(since)).await?;
            if page.is_empty() {
                break;
            }
            for organization in page.into_iter().take_while(|_| self.has_time()) {
                let turn = Statement::new("-- schedule.take_turn\nSELECT directory.take_turn($1, $2, $3)");
                db.round_trip(&[turn.bind(organization).bind(kind).bind(self.now())]).await?;
                outcome.add(organization, work(self.work(db, organization)).await);
            }
        }
        Ok(outcome)
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

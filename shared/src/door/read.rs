//! Requests that read.

use std::sync::Arc;

use super::admission::{Caller, Cost, Demand, Question, record_refusal};
use crate::{
    audit::{Actor, AuditEvent},
    clock::{Clock, Timestamp},
    error::Result,
    http::Request,
    settings::{CommonSettings, RatesPerMinute},
    tenant::{Db, Lookups, Statement, TenantTx, resume},
    wiring::{Fatal, Needs, Part, Start},
};

/// Admits requests that read.
#[derive(Clone)]
pub struct ReadDoor {
    db: Db,
    clock: Clock,
    per_minute: RatesPerMinute,
    console_origin: Arc<str>,
}

impl Part for ReadDoor {
    fn needs() -> Needs {
        Db::needs()
    }

    fn build(start: &mut Start) -> Result<Self, Fatal> {
        Ok(Self::new(start.part()?, start.common()))
    }
}

impl ReadDoor {
    /// The door before a database.
    #[must_use]
    pub fn new(db: Db, settings: &CommonSettings) -> Self {
        let console_origin = settings.console_origin.as_str().into();
        Self { db, clock: settings.clock, per_minute: settings.per_minute, console_origin }
    }

    /// The present moment, for look-ups that depend on it.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Admits a caller and answers the action's look-ups, in one round trip.
    ///
    /// # Errors
    /// 401, 429, 403, then whatever the look-ups answer; in this order.
    pub async fn admit<L: Lookups>(
        &self,
        request: &Request,
        demand: impl Into<Demand>,
        lookups: L,
    ) -> Result<(AdmittedRead, L::Found)>
    where
        L::Found: 'static,
    {
        request.credential()?;
        request.refuse_forged(&self.console_origin)?;
        let now = self.clock.now();
        let question = Question { request, demand: demand.into(), cost: Cost::Read, per_minute: self.per_minute, now };
        let (caller, answer, found) = question.ask(&self.db, lookups).await?;
        if answer.outcome == "forbidden" {
            record_refusal(&self.db, &caller, &question, self.clock).await?;
        }
        if answer.outcome != "admitted" {
            return Err(answer.refusal());
        }
        let actor = caller.actor(request);
        let admitted = AdmittedRead {
            db: self.db.clone(),
            clock: self.clock,
            caller,
            actor,
            request_id: request.request_id.clone(),
            now,
        };
        Ok((admitted, found()?))
    }
}

/// Proof that a caller may read.
pub struct AdmittedRead {
    db: Db,
    clock: Clock,
    caller: Caller,
    actor: Actor,
    request_id: String,
    now: Timestamp,
}

impl AdmittedRead {
    /// Who was admitted.
    #[must_use]
    pub const fn caller(&self) -> &Caller {
        &self.caller
    }

    /// When the caller was admitted.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// Look-ups that need what was found before, and the entry that says that they were made: in one
    /// transaction, so that nothing is read unrecorded.
    ///
    /// # Errors
    /// When the credential was revoked since, or the database fails.
    pub async fn read_recorded<T>(
        &self,
        entry: AuditEvent,
        work: impl AsyncFnOnce(&mut TenantTx<'_>) -> Result<T>,
    ) -> Result<T> {
        let entry = entry.into_statement(&self.actor, &self.request_id);
        self.db
            .transaction(self.open(), async move |tx| {
                let found = work(tx).await?;
                tx.write(entry).await?;
                Ok(found)
            })
            .await
    }

    /// One transaction of the caller's, for what depends on what was found.
    ///
    /// # Errors
    /// When the credential was revoked since, whatever the work answers, or when the database fails.
    pub async fn with_tenant<T>(&self, work: impl AsyncFnOnce(&mut TenantTx<'_>) -> Result<T>) -> Result<T> {
        self.db.transaction(self.open(), work).await
    }

    /// Writes the entry of what the caller did, in the transaction that did it, as its last statement.
    ///
    /// # Errors
    /// When the database refuses it.
    pub async fn audit(&self, tx: &mut TenantTx<'_>, entry: AuditEvent) -> Result<()> {
        tx.write(entry.into_statement(&self.actor, &self.request_id)).await
    }

    fn open(&self) -> Statement {
        resume(self.caller.organization, self.caller.credential, None, &self.request_id, self.clock)
    }
}

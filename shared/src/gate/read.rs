//! Requests that read.

use super::admission::{Caller, Cost, Question, record_refusal};
use crate::{
    access::Permission,
    audit::{Actor, AuditEvent},
    clock::{Clock, Timestamp},
    error::Result,
    http::Request,
    settings::{CommonSettings, RatesPerMinute},
    tenant::{Db, Lookups, Statement, TenantTx, resume},
};

/// Admits requests that read.
#[derive(Clone)]
pub struct Door {
    db: Db,
    clock: Clock,
    per_minute: RatesPerMinute,
}

impl Door {
    /// The door before a database.
    #[must_use]
    pub const fn new(db: Db, settings: &CommonSettings) -> Self {
        Self { db, clock: settings.clock, per_minute: settings.per_minute }
    }

    /// Admits a caller and answers the action's look-ups, in one round trip.
    ///
    /// # Errors
    /// 401, 429, 403, then whatever the look-ups answer; in this order.
    pub async fn admit<L: Lookups>(
        &self,
        request: &Request,
        permission: Permission,
        lookups: L,
    ) -> Result<(Gate, L::Found)>
    where
        L::Found: 'static,
    {
        let now = self.clock.now();
        let question = Question { request, permission, cost: Cost::Read, per_minute: self.per_minute, now };
        let (caller, answer, found) = question.ask(&self.db, lookups).await?;
        if answer.outcome == "forbidden" {
            record_refusal(&self.db, &caller, &question, self.clock).await?;
        }
        if answer.outcome != "admitted" {
            return Err(answer.refusal());
        }
        let actor = caller.actor(request);
        let gate =
            Gate { db: self.db.clone(), clock: self.clock, caller, actor, request_id: request.request_id.clone(), now };
        Ok((gate, found()?))
    }
}

/// Proof that a caller may read.
pub struct Gate {
    db: Db,
    clock: Clock,
    caller: Caller,
    actor: Actor,
    request_id: String,
    now: Timestamp,
}

impl Gate {
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

    fn open(&self) -> Statement {
        resume(self.caller.organization, self.caller.credential, None, &self.request_id, self.clock)
    }
}

//! Requests that change something.

use std::sync::Arc;

use super::{
    admission::{Answer, Caller, Cost, Demand, Question, record_refusal},
    batch::{Batch, Record},
};
use crate::{
    audit::{Action, Actor, AuditEvent, Diff, TargetKind},
    clock::{Clock, Timestamp},
    error::{Error, Result},
    http::{Reply, Request},
    idempotency::{HeldClaim, kept},
    queue::{Envelope, outbox_nudge},
    settings::{CommonSettings, RatesPerMinute},
    tenant::{Db, Lookup, Lookups},
    vault::{TenantKey, Vault, WrappedTenantKey},
    wiring::{Fatal, Needs, Part, Start},
};

/// Admits requests that change something.
#[derive(Clone)]
pub struct WriteDoor {
    db: Db,
    vault: Vault,
    clock: Clock,
    per_minute: RatesPerMinute,
    console_origin: Arc<str>,
}

impl Part for WriteDoor {
    fn needs() -> Needs {
        Db::needs().and(Vault::needs())
    }

    fn build(start: &mut Start) -> Result<Self, Fatal> {
        let (db, vault) = (start.part()?, start.part()?);
        Ok(Self::new(db, vault, start.common()))
    }
}

impl WriteDoor {
    /// The door before a database, with the vault that seals stored answers.
    #[must_use]
    pub fn new(db: Db, vault: Vault, settings: &CommonSettings) -> Self {
        let console_origin = settings.console_origin.as_str().into();
        Self { db, vault, clock: settings.clock, per_minute: settings.per_minute, console_origin }
    }

    /// The present moment, for what is checked before admission.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Admits a caller, claims the Idempotency-Key and answers the action's look-ups, in one round trip.
    ///
    /// # Errors
    /// 400 without a key; then 401, 429, 403, 409/422 of the key, then whatever the look-ups answer.
    /// [`Error::Replayed`] ends a request that was answered before.
    pub async fn admit<L: Lookups>(
        &self,
        request: &Request,
        demand: impl Into<Demand>,
        lookups: L,
    ) -> Result<(AdmittedWrite, L::Found)>
    where
        L::Found: 'static,
    {
        let question = self.question(request, demand.into())?;
        let (caller, answer, found) = question.ask(&self.db, lookups).await?;
        Ok((self.let_in(&question, caller, answer).await?, found()?))
    }

    /// The same by one function of the database that both admits and looks up; it takes the parameters of `app.admit` first
    /// and answers with its columns first. PostgreSQL plans what stands in it once a connection.
    ///
    /// # Errors
    /// As [`WriteDoor::admit`].
    pub async fn admit_by<T>(
        &self,
        request: &Request,
        demand: impl Into<Demand>,
        call: Lookup<T>,
    ) -> Result<(AdmittedWrite, T)> {
        let question = self.question(request, demand.into())?;
        let (caller, answer, found) = question.ask_by(&self.db, call).await?;
        Ok((self.let_in(&question, caller, answer).await?, found()?))
    }

    fn question<'r>(&self, request: &'r Request, demand: Demand) -> Result<Question<'r>> {
        request.credential()?;
        request.refuse_forged(&self.console_origin)?;
        let now = self.clock.now();
        // The lease ends with the invocation: the attempt that holds it cannot be running any more.
        let lease_s = i64::try_from(request.remaining.as_secs()).unwrap_or(0) + 1;
        let cost = Cost::Write {
            key_sha256: request.idempotency_key_sha256()?,
            fingerprint: request.fingerprint(),
            leased_until: now.plus_seconds(lease_s),
        };
        Ok(Question { request, demand, cost, per_minute: self.per_minute, now })
    }

    async fn let_in(&self, question: &Question<'_>, caller: Caller, answer: Answer) -> Result<AdmittedWrite> {
        let request = question.request;
        if answer.outcome == "forbidden" {
            record_refusal(&self.db, &caller, question, self.clock).await?;
        }
        // The key comes with an admission and with a replay, and with nothing else.
        let Some(key) = &answer.key else {
            return Err(answer.refusal());
        };
        let claim = HeldClaim {
            db: self.db.clone(),
            vault: self.vault.clone(),
            clock: self.clock,
            organization: caller.organization,
            credential: caller.credential,
            key_sha256: request.idempotency_key_sha256()?,
            request_id: request.request_id.clone(),
            tenant_key: WrappedTenantKey {
                organization: caller.organization,
                key_id: key.key_id,
                kms_key_id: key.kms_key_id.clone(),
                wrapped: key.wrapped.clone(),
                wrapped_index_key: key.wrapped_index_key.clone(),
            },
        };
        if answer.outcome == "replayed" {
            return Err(Error::Replayed(claim.open(&kept(answer.kept)?).await?));
        }
        let claim = request.admission.claim.get_or_init(|| claim).clone();
        let actor = caller.actor(request);
        Ok(AdmittedWrite { claim, caller, actor, now: question.now })
    }
}

/// Proof that a caller may change something, once.
pub struct AdmittedWrite {
    claim: HeldClaim,
    caller: Caller,
    actor: Actor,
    now: Timestamp,
}

impl AdmittedWrite {
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

    /// Id of the request, which binds sealed values to their audit entry.
    #[must_use]
    pub fn request_id(&self) -> &str {
        &self.claim.request_id
    }

    /// The organization's key. Asks KMS only when it is not in memory.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when KMS does not answer.
    pub async fn tenant_key(&self) -> Result<Arc<TenantKey>> {
        self.claim.vault.tenant_key(&self.claim.tenant_key).await
    }

    /// Looks up what only the organization's key can ask for. It is a round trip of its own: ask only where the admission
    /// shows that there is something to find.
    ///
    /// # Errors
    /// When the credential was revoked or the claim lost since, or when the database fails.
    pub async fn look_up<T>(&self, lookup: Lookup<T>) -> Result<T> {
        let mut rows = self.claim.db.round_trip(&[self.claim.resume(), lookup.statement]).await?;
        (lookup.decode)(&rows.pop().unwrap_or_default())
    }

    /// Refuses after admission, with an entry. The refusal is the answer that a replay gets.
    ///
    /// # Errors
    /// As [`AdmittedWrite::record`].
    pub async fn refuse(self, refusal: &Error, entry: AuditEvent) -> Result<Reply> {
        let reply = Reply::problem(refusal, self.request_id());
        self.record(reply, |batch| batch.audit(entry)).await
    }

    /// Refuses what a permission alone does not allow, with an entry `access.refused` that says why.
    ///
    /// # Errors
    /// As [`AdmittedWrite::record`].
    pub async fn refuse_access(self, request: &Request, refusal: &Error, why: Diff) -> Result<Reply> {
        let entry = AuditEvent::new(Action::AccessRefused, TargetKind::Route, request.route()).with(why);
        self.refuse(refusal, entry).await
    }

    /// The same as 403.
    ///
    /// # Errors
    /// As [`AdmittedWrite::record`].
    pub async fn forbid(self, request: &Request, why: Diff) -> Result<Reply> {
        self.refuse_access(request, &Error::Forbidden, why).await
    }

    /// Writes everything that `write` pushes, the events, the stored answer and the audit entry in one
    /// transaction and one round trip, or nothing. The audit entry comes last, since it locks the chain. Returns the
    /// answer, with the message for the queue that is to be told of what waits now.
    ///
    /// # Errors
    /// When the credential was revoked or the claim lost since, when a guarded change found nothing to change,
    /// or when the database fails.
    pub async fn record(self, reply: Reply, write: impl FnOnce(&mut Batch)) -> Result<Reply> {
        let mut batch = Batch::default();
        write(&mut batch);
        let sealed = self.seal(&reply).await?;
        let mut statements = vec![self.claim.resume()];
        statements.append(&mut batch.writes);
        let request_id = &self.claim.request_id;
        let has_events = !batch.events.is_empty();
        statements.extend(batch.events.into_iter().map(|event| event.into_statement(request_id, self.now)));
        statements.push(self.claim.settle(sealed));
        statements.extend(batch.entries.into_iter().map(|entry| entry.into_statement(&self.actor, request_id)));
        self.claim.db.round_trip(&statements).await?;
        let organization = self.caller.organization;
        Ok(match batch.request {
            Some((kind, about)) => {
                reply.telling(Envelope::new(kind, organization, about, request_id, self.claim.clock.now()))
            }
            None if has_events => reply.telling(outbox_nudge(organization, request_id, self.claim.clock)),
            None => reply,
        })
    }

    /// Writes the same by one call of a function of the database, which PostgreSQL plans once a connection.
    ///
    /// # Errors
    /// As [`AdmittedWrite::record`].
    pub async fn record_by(self, reply: Reply, record: Record) -> Result<Reply> {
        let has_events = !record.events.is_empty();
        let events: Vec<_> = record.events.into_iter().map(|event| event.into_row(self.now)).collect();
        let entry = record.entry.into_draft(&self.actor, &self.claim.request_id);
        let call = self
            .claim
            .resume_and_settle(record.call.sql, self.seal(&reply).await?)
            .bind(self.now)
            .bind_all_of(record.call)
            .bind(serde_json::to_value(events).map_err(Error::internal)?)
            .bind(entry);
        self.claim.db.round_trip(&[call]).await?;
        if !has_events {
            return Ok(reply);
        }
        Ok(reply.telling(outbox_nudge(self.caller.organization, &self.claim.request_id, self.claim.clock)))
    }

    async fn seal(&self, reply: &Reply) -> Result<Vec<u8>> {
        self.claim.seal(&serde_json::to_vec(&reply.to_keep()).map_err(Error::internal)?).await
    }
}

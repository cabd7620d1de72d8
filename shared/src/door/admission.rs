//! Asking `app.admit` who the caller is, in the round trip that also asks what the action needs to know.

use crate::{
    access::Permission,
    audit::{Action, Actor, AuditEvent, Diff, Internal, TargetKind},
    authn::{Credential, CredentialKind, Realm, session},
    clock::{Clock, Timestamp},
    error::{Error, Result},
    http::Request,
    id::{CredentialId, ImpersonationId, KeyId, MemberId, OrganizationId, SiteId, StaffId},
    settings::RatesPerMinute,
    tenant::{Db, Lookup, Lookups, Row, Statement, resume},
};

/// A caller whose credential was found valid.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The tenant.
    pub organization: OrganizationId,
    /// Whether the organization is real.
    pub realm: Realm,
    /// The credential.
    pub credential: CredentialId,
    /// What kind of credential it is.
    pub kind: CredentialKind,
    /// The only site at which it may act, if it is bound to one.
    pub site: Option<SiteId>,
    /// Whose session it is; of an API token, the member under whom it was made, if one did.
    pub member: Option<MemberId>,
    /// Who of the operator's staff acts, and under which impersonation.
    pub staff: Option<(StaffId, ImpersonationId)>,
    /// Of a session: when it was started, or proven last.
    pub session_started_at: Option<Timestamp>,
}

impl Caller {
    /// Refuses, in a session that was neither started nor proven a short while ago, what a stranger who finds it open
    /// must not do. Other credentials prove what they are each time.
    ///
    /// # Errors
    /// [`Error::Unproven`] `not_fresh`.
    pub fn expect_fresh(&self, now: Timestamp) -> Result<()> {
        let is_stale = self.session_started_at.is_some_and(|started| now.seconds_since(started) >= session::FRESH_S);
        if is_stale { Err(Error::unproven("", "not_fresh")) } else { Ok(()) }
    }

    pub(super) fn actor(&self, request: &Request) -> Actor {
        if let (CredentialKind::Session, Some(member)) = (self.kind, self.member) {
            return request.by_member(member);
        }
        if let Some((staff, impersonation)) = self.staff {
            return request.by_staff(staff, impersonation);
        }
        let (ip, user_agent) = (request.source_ip.clone(), request.user_agent.clone());
        Actor::Credential { kind: self.kind, id: self.credential, ip, user_agent }
    }
}

/// What a caller must be allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Demand {
    /// A permission of their role or their scopes.
    Permission(Permission),
    /// A session, even one whose second factor is still missing.
    OpenSession,
    /// A whole session.
    OwnSession,
}

impl Demand {
    const fn word(self) -> &'static str {
        match self {
            Self::Permission(permission) => permission.word(),
            Self::OpenSession => session::OPEN_SESSION,
            Self::OwnSession => session::OWN_SESSION,
        }
    }

    const fn is_of_one_site(self) -> bool {
        matches!(self, Self::Permission(permission) if permission.is_of_one_site())
    }
}

impl From<Permission> for Demand {
    fn from(permission: Permission) -> Self {
        Self::Permission(permission)
    }
}

/// What a request costs and claims.
pub(super) enum Cost {
    Read,
    Write { key_sha256: [u8; 32], fingerprint: [u8; 32], leased_until: Timestamp },
}

/// What every admission is asked with.
pub(super) struct Question<'r> {
    pub(super) request: &'r Request,
    pub(super) demand: Demand,
    pub(super) cost: Cost,
    pub(super) per_minute: RatesPerMinute,
    pub(super) now: Timestamp,
}

/// The row that `app.admit` answers with.
pub(super) struct Answer {
    pub(super) outcome: String,
    pub(super) credential: Option<CredentialId>,
    pub(super) site: Option<SiteId>,
    pub(super) member: Option<MemberId>,
    pub(super) staff: Option<(StaffId, ImpersonationId)>,
    pub(super) session_started_at: Option<Timestamp>,
    pub(super) retry_after_s: Option<i32>,
    pub(super) kept: Option<Vec<u8>>,
    pub(super) key: Option<KeyRow>,
}

/// The organization's wrapped key, as it stands in the database.
pub(super) struct KeyRow {
    pub(super) key_id: KeyId,
    pub(super) kms_key_id: String,
    pub(super) wrapped: Vec<u8>,
    pub(super) wrapped_index_key: Vec<u8>,
}

/// The question alone.
const ADMIT: &str = "-- door.admit\nSELECT * FROM app.admit($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";

impl Question<'_> {
    /// A statement that begins with the parameters of `app.admit`.
    fn statement(&self, sql: &'static str, credential: &Credential) -> Statement {
        let (cost, per_minute, claim) = match &self.cost {
            Cost::Read => ("read", self.per_minute.reads, None),
            Cost::Write { key_sha256, fingerprint, leased_until } => {
                ("write", self.per_minute.writes, Some((key_sha256.to_vec(), fingerprint.to_vec(), *leased_until)))
            }
        };
        Statement::new(sql)
            .bind(credential.organization)
            .bind(credential.sha256.to_vec())
            .bind(credential.kind.word())
            .bind(self.demand.word())
            .bind(self.demand.is_of_one_site())
            .bind(self.request.source_ip.clone())
            .bind(cost)
            .bind(per_minute)
            .bind(self.now)
            .bind(claim.as_ref().map(|claim| claim.0.clone()))
            .bind(claim.as_ref().map(|claim| claim.1.clone()))
            .bind(self.request.request_id.clone())
            .bind(claim.as_ref().map(|claim| claim.2))
    }

    /// Asks, and gives the answer with the look-ups not yet read: a refused caller must not learn from them.
    pub(super) async fn ask<L: Lookups>(
        &self,
        db: &Db,
        lookups: L,
    ) -> Result<(Caller, Answer, impl FnOnce() -> Result<L::Found> + use<L>)>
    where
        L::Found: 'static,
    {
        let credential = self.request.credential()?;
        let mut statements = Vec::new();
        let admit = self.statement(ADMIT, &credential).one(read_answer).split(&mut statements);
        let found = lookups.split(&mut statements);
        let mut rows = db.round_trip(&statements).await?.into_iter();
        let answer = admit(&mut rows)?;
        Ok((self.caller(&credential, &answer)?, answer, move || found(&mut rows)))
    }

    /// The same where one function of the database both admits the caller and looks up: it takes what `app.admit` takes and
    /// what `call` binds, and its row has the columns of `app.admit` and those that `call` reads.
    pub(super) async fn ask_by<T>(
        &self,
        db: &Db,
        call: Lookup<T>,
    ) -> Result<(Caller, Answer, impl FnOnce() -> Result<T> + use<T>)> {
        let credential = self.request.credential()?;
        let statement = self.statement(call.statement.sql, &credential).bind_all_of(call.statement);
        let rows = db.round_trip(&[statement]).await?.pop().unwrap_or_default();
        let answer = rows.first().ok_or(Error::NotFound).and_then(read_answer)?;
        let decode = call.decode;
        Ok((self.caller(&credential, &answer)?, answer, move || decode(&rows)))
    }

    fn caller(&self, credential: &Credential, answer: &Answer) -> Result<Caller> {
        let Some(id) = answer.credential else {
            return Err(answer.refusal());
        };
        if let Some((_, impersonation)) = answer.staff {
            self.request.admission.impersonation.get_or_init(|| impersonation);
        }
        Ok(Caller {
            organization: credential.organization,
            realm: credential.realm,
            credential: id,
            kind: credential.kind,
            site: answer.site,
            member: answer.member,
            staff: answer.staff,
            session_started_at: answer.session_started_at,
        })
    }
}

impl Answer {
    /// Why the caller was refused.
    pub(super) fn refusal(&self) -> Error {
        match self.outcome.as_str() {
            "forbidden" | "forbidden_again" => Error::Forbidden,
            "mismatched" => Error::unprocessable("#idempotency-key", "used_for_another_request"),
            "running" => Error::conflict("still_running"),
            "throttled" => Error::throttled(self.retry_after_s.unwrap_or(1)),
            _ => Error::Unauthenticated,
        }
    }
}

fn read_answer(row: &Row) -> Result<Answer> {
    let key = match row.read::<Option<KeyId>>("key_id")? {
        None => None,
        Some(key_id) => Some(KeyRow {
            key_id,
            kms_key_id: row.read("kms_key_id")?,
            wrapped: row.read("wrapped_key")?,
            wrapped_index_key: row.read("wrapped_index_key")?,
        }),
    };
    Ok(Answer {
        outcome: row.read("outcome")?,
        credential: row.read("credential_id")?,
        site: row.read("site_id")?,
        member: row.read("member_id")?,
        staff: row.read::<Option<StaffId>>("staff_id")?.zip(row.read("impersonation_id")?),
        session_started_at: row.read("session_started_at")?,
        retry_after_s: row.read("retry_after_s")?,
        kept: row.read("answer")?,
        key,
    })
}

/// Writes `access.refused`: who asked for what and lacked which permission. A credential that is refused more than thirty
/// times within a minute is `forbidden_again` and comes here no more. Nothing else of the request is there
/// to share a transaction with.
pub(super) async fn record_refusal(db: &Db, caller: &Caller, question: &Question<'_>, clock: Clock) -> Result<()> {
    let request = question.request;
    let open = resume(caller.organization, caller.credential, None, &request.request_id, clock);
    let entry = AuditEvent::new(Action::AccessRefused, TargetKind::Route, request.route())
        .with(Diff::new().added("permission", Internal(question.demand.word())))
        .into_statement(&caller.actor(request), &request.request_id);
    db.round_trip(&[open, entry]).await.map(drop)
}

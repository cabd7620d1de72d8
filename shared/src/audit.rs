//! Drafts of audit entries. The database numbers, dates, links and hashes them; see `infra/migrations/0004_audit.sql`,
//! where `audit.append` writes the entry itself.

pub mod checkpoint;
pub mod note;
pub mod tree;

use serde_json::{Map, Value, json};

use crate::{
    authn::CredentialKind,
    clock::Timestamp,
    domain::{BoundedText, Reason, visit::words},
    id,
    tenant::Statement,
    vault::PersonKey,
};

words! {
    /// What was done. Never renamed, only superseded.
    Action {
        /// A caller with a valid credential was refused.
        AccessRefused = "access.refused",
        /// The audit log was read.
        AuditLogRead = "audit_log.read",
        /// A host was entered.
        HostCreated = "host.created",
        /// A kiosk was entered and waits to be paired.
        KioskCreated = "kiosk.created",
        /// A device took a kiosk's place.
        KioskPaired = "kiosk.paired",
        /// A kiosk's credential was revoked.
        KioskRevoked = "kiosk.revoked",
        /// A version of a text was published.
        NoticePublished = "notice.published",
        /// A version of a text was retired.
        NoticeRetired = "notice.retired",
        /// The first entry of every log.
        OrganizationCreated = "organization.created",
        /// Visits, entries and events were held against each other.
        ReconciliationRead = "reconciliation.read",
        /// A day without a seal would look like a log that was taken away.
        LogHeartbeat = "log.heartbeat",
        /// A site was entered.
        SiteCreated = "site.created",
        /// A site was changed.
        SiteChanged = "site.changed",
        /// Somebody came.
        VisitCheckedIn = "visit.checked_in",
        /// Somebody left.
        VisitCheckedOut = "visit.checked_out",
        /// Restricted values were read.
        VisitRevealed = "visit.revealed",
        /// A version of a visit type was published.
        VisitTypePublished = "visit_type.published",
    }

    /// What an entry speaks of.
    TargetKind {
        /// The audit log itself.
        AuditLog = "audit_log",
        /// A host.
        Host = "host",
        /// A kiosk.
        Kiosk = "kiosk",
        /// A version of a text.
        Notice = "notice",
        /// An organization.
        Organization = "organization",
        /// A route of the API, as `POST /v1/visits`.
        Route = "route",
        /// A site.
        Site = "site",
        /// A visit.
        Visit = "visit",
        /// A version of a visit type.
        VisitType = "visit_type",
    }
}

/// A value that may stand in an entry in the clear: nothing that a person typed about a person. Restricted
/// values come as [`crate::vault::AuditValue`], which only a person's key makes.
pub trait Fact {
    /// The value as JSON.
    fn to_json(&self) -> Value;
}

macro_rules! facts {
    ($($kind:ty),+ $(,)?) => {$(
        impl Fact for $kind {
            fn to_json(&self) -> Value {
                json!(self)
            }
        }
    )+};
}

facts! {
    bool, i32, Timestamp, id::CredentialId, id::HostId, id::KioskId, id::MemberId, id::NoticeVersionId, id::ObjectId,
    id::OrganizationId, id::PersonId, id::SiteId, id::VisitId, id::VisitTypeId, crate::access::Permission, crate::access::Role,
    crate::domain::visit::VisitState, crate::domain::visit::VisitorKind, crate::domain::visit::Trailer,
    crate::domain::visit::RestrictedField, crate::domain::notice::NoticeKind,
    crate::vault::AuditValue, crate::vault::ObjectValue,
}

/// A value of class Public or Internal: the name of a site, a locale, a plan. Its author answers for the class.
pub struct Internal<'t>(pub &'t str);

impl Fact for Internal<'_> {
    fn to_json(&self) -> Value {
        json!(self.0)
    }
}

/// A SHA-256 of a text that is not personal, in hex.
pub struct PublicHash<'t>(pub &'t [u8; 32]);

impl Fact for PublicHash<'_> {
    fn to_json(&self) -> Value {
        json!(hex(self.0))
    }
}

impl<F: Fact> Fact for Vec<F> {
    fn to_json(&self) -> Value {
        Value::Array(self.iter().map(Fact::to_json).collect())
    }
}

impl<F: Fact> Fact for &F {
    fn to_json(&self) -> Value {
        (*self).to_json()
    }
}

/// Lower-case hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        for nibble in [byte >> 4, byte & 15] {
            text.extend(char::from_digit(u32::from(nibble), 16));
        }
        text
    })
}

/// What changed, key by key. Keys of nested values are JSON Pointers.
#[derive(Debug, Default)]
pub struct Diff {
    added: Map<String, Value>,
    removed: Map<String, Value>,
    changed: Map<String, Value>,
}

impl Diff {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A value that was not there before.
    #[must_use]
    pub fn added(mut self, key: &str, value: impl Fact) -> Self {
        self.added.insert(key.to_owned(), value.to_json());
        self
    }

    /// A value that may not be there now either.
    #[must_use]
    pub fn added_if_some(self, key: &str, value: Option<impl Fact>) -> Self {
        match value {
            Some(value) => self.added(key, value),
            None => self,
        }
    }

    /// A Restricted value that was not there before, sealed under the key of the person it is about.
    ///
    /// # Errors
    /// [`crate::Error::Internal`] when it cannot be sealed.
    pub fn added_sealed(
        self,
        key: &str,
        value: Option<&str>,
        person: &PersonKey,
        request_id: &str,
    ) -> crate::Result<Self> {
        let Some(value) = value else { return Ok(self) };
        let sealed = person.seal_for_audit(&format!("/diff/added/{key}"), request_id, value)?;
        Ok(self.added(key, sealed))
    }

    /// A value that is no longer there.
    #[must_use]
    pub fn removed(mut self, key: &str, value: impl Fact) -> Self {
        self.removed.insert(key.to_owned(), value.to_json());
        self
    }

    /// A value in place of another; nothing where they are the same.
    #[must_use]
    pub fn changed(mut self, key: &str, from: impl Fact, to: impl Fact) -> Self {
        let (from, to) = (from.to_json(), to.to_json());
        if from != to {
            self.changed.insert(key.to_owned(), json!({ "from": from, "to": to }));
        }
        self
    }
}

/// Who did it, and where the request came from.
#[derive(Clone, Debug)]
pub enum Actor {
    /// A credential of the customer's.
    Credential {
        /// What kind of credential.
        kind: CredentialKind,
        /// Which one.
        id: id::CredentialId,
        /// Address of the request.
        ip: Option<String>,
        /// User-Agent of the request, cut at 512 bytes.
        user_agent: Option<String>,
    },
    /// Doorbook itself: a schedule, a message, the operator's invocation.
    System {
        /// Name of the function.
        function: &'static str,
    },
}

impl Actor {
    fn to_json(&self) -> (Value, Value, Value) {
        match self {
            Self::Credential { kind, id, ip, user_agent } => {
                (json!({ "kind": kind.word(), "id": id }), json!(ip), json!(user_agent))
            }
            Self::System { function } => (json!({ "kind": "system", "id": function }), Value::Null, Value::Null),
        }
    }
}

/// An entry before the database has numbered it.
#[derive(Debug)]
pub struct AuditEvent {
    action: Action,
    target: (TargetKind, String),
    reason: Option<String>,
    diff: Diff,
}

impl AuditEvent {
    /// Something was done to something.
    #[must_use]
    pub fn new(action: Action, target: TargetKind, id: impl std::fmt::Display) -> Self {
        Self { action, target: (target, id.to_string()), reason: None, diff: Diff::new() }
    }

    /// Why it was done.
    #[must_use]
    pub fn because(mut self, reason: &Reason) -> Self {
        self.reason = Some(reason.as_str().to_owned());
        self
    }

    /// What changed.
    #[must_use]
    pub fn with(mut self, diff: Diff) -> Self {
        self.diff = diff;
        self
    }

    /// The insert that the trigger turns into an entry. It locks the head of the organization's chain, so it is
    /// the last statement before COMMIT.
    pub(crate) fn into_statement(self, actor: &Actor, request_id: &str) -> Statement {
        let (actor, ip, ua) = actor.to_json();
        let (target_kind, target_id) = self.target;
        let draft = json!({
            "actor": actor,
            "ip": ip,
            "ua": ua,
            "action": self.action,
            "target": { "kind": target_kind, "id": target_id },
            "reason": self.reason,
            "diff": { "added": self.diff.added, "removed": self.diff.removed, "changed": self.diff.changed },
            "request_id": request_id,
        });
        Statement::new("-- audit.append\nINSERT INTO audit_log (draft) VALUES ($1)").bind(draft)
    }
}

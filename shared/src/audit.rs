//! Drafts of audit entries. The database numbers, dates, links and hashes them; see `infra/migrations/0004_audit.sql`,
//! where `audit.append` writes the entry itself.

mod action;
pub mod checkpoint;
mod diff;
mod log_key;
pub mod note;
pub mod tiles;
pub mod tree;

use serde_json::{Value, json};

pub use action::{Action, TargetKind};
pub use diff::Diff;
pub use log_key::LogKey;

use crate::{
    authn::CredentialKind,
    clock::Timestamp,
    domain::{BoundedText, Reason},
    id,
    tenant::Statement,
};

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
    bool, i32, i64, Timestamp, id::AccessReviewId, id::AccessReviewItemId, id::ReviewSubjectId, id::CredentialId, id::ExportId, id::ExportKeyId, id::HandOffId, id::HostId, id::IdScanId, id::ImpersonationId,
    id::KioskId, id::StaffId, id::MemberId, id::NoticeVersionId, id::ObjectId,
    id::OrganizationId, id::PersonId, id::SiteId, id::VisitId, id::VisitTypeId, id::WatchlistEntryId, id::WatchlistMatchId,
    crate::domain::visit::ListKind, crate::domain::visit::ListSeverity, crate::access::Permission, crate::access::Role,
    crate::domain::visit::VisitState, crate::domain::visit::HoldReason, crate::domain::visit::VisitDecision, crate::domain::visit::VisitorKind, crate::domain::visit::Trailer,
    crate::domain::impersonation::ImpersonationEnder, crate::domain::visit::RestrictedField, crate::domain::mail::MailKind, crate::domain::member::MemberState, crate::domain::notice::NoticeKind,
    crate::domain::review::ReviewDecision, crate::domain::review::RevocationCause, crate::domain::review::SubjectKind,
    crate::domain::log_break::BreakCause, crate::domain::export::ExportFailure, crate::domain::export::ExportKind, crate::domain::stream::StreamKind,
    crate::authn::session::Assurance, crate::vault::AuditValue, crate::vault::ObjectValue,
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

/// Of an address that fails again and again within a minute, the failures that get an entry: enough to see that it does,
/// and not as many as it likes.
#[must_use]
pub const fn is_sampled(failures: i32) -> bool {
    matches!(failures, 1 | 10 | 30)
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
    /// A member, in a session or by a link.
    Member {
        /// Who.
        id: id::MemberId,
        /// Address of the request.
        ip: Option<String>,
        /// User-Agent of the request, cut at 512 bytes.
        user_agent: Option<String>,
    },
    /// A member of the operator's staff, acting for a customer.
    Staff {
        /// Who.
        id: id::StaffId,
        /// Under which impersonation, whose own entry holds the reason.
        impersonation: id::ImpersonationId,
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
            Self::Member { id, ip, user_agent } => {
                (json!({ "kind": "member", "id": id }), json!(ip), json!(user_agent))
            }
            Self::Staff { id, impersonation, ip, user_agent } => {
                (json!({ "kind": "staff", "id": id, "impersonation": impersonation }), json!(ip), json!(user_agent))
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
        Statement::new("-- audit.append\nINSERT INTO audit_log (draft) VALUES ($1)")
            .bind(self.into_draft(actor, request_id))
    }

    /// What the database makes an entry of.
    pub(crate) fn into_draft(self, actor: &Actor, request_id: &str) -> Value {
        let (actor, ip, ua) = actor.to_json();
        let (target_kind, target_id) = self.target;
        json!({
            "actor": actor,
            "ip": ip,
            "ua": ua,
            "action": self.action,
            "target": { "kind": target_kind, "id": target_id },
            "reason": self.reason,
            "diff": self.diff.into_json(),
            "request_id": request_id,
        })
    }
}

//! What has access: a member, a token, a kiosk or an impersonation. Also what is written when its access is taken.

use shared::{
    Result,
    audit::{Action, AuditEvent, Diff},
    clock::Timestamp,
    domain::review::SubjectKind,
    id::ReviewSubjectId,
    outbox::OutgoingEvent,
    reviews::target_of,
    tenant::TenantTx,
    work::SystemWork,
};

/// How this function is named in entries.
pub(crate) const NAME: &str = "sweep-access-reviews";

/// Who, or what, has access, and when it was used last.
#[derive(Clone, Copy)]
pub(crate) struct Subject {
    pub(crate) kind: SubjectKind,
    pub(crate) id: ReviewSubjectId,
    pub(crate) last_used_at: Option<Timestamp>,
}

impl Subject {
    /// What was done about it, with its last use.
    pub(crate) fn entry(&self, action: Action, diff: Diff) -> AuditEvent {
        let diff = diff.added_if_some("last_used_at", self.last_used_at);
        AuditEvent::new(action, target_of(self.kind), self.id).with(diff)
    }

    /// Tells the outside of a member who has nothing any more.
    pub(crate) async fn emit_end(&self, work: &SystemWork, tx: &mut TenantTx<'_>, now: Timestamp) -> Result<()> {
        match self.kind {
            SubjectKind::Member => work.emit(tx, OutgoingEvent::member_revoked(self.id.uuid().into()), now).await,
            SubjectKind::ApiToken | SubjectKind::Impersonation | SubjectKind::Kiosk => Ok(()),
        }
    }
}

/// What became of access that was to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Withdrawal {
    /// There was nothing to take.
    Nothing,
    /// It is the last owner's, and stays.
    Spared,
    /// It is gone.
    Withdrawn,
}

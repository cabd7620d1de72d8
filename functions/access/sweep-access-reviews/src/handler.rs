//! The story of a day. Contract in `functions/access/sweep-access-reviews/README.md`. Promises T11, T8, E1.

use shared::{
    Result,
    audit::{Action, AuditEvent, Diff},
    clock::Timestamp,
    domain::review::SubjectKind,
    id::ReviewSubjectId,
    outbox::OutgoingEvent,
    queue::SystemWork,
    reviews::target_of,
    schedule::{Outcome, Tick},
    tenant::TenantTx,
};

use crate::{Deps, deadline, dormant, reminders, second_look};

/// How this function is named in entries.
pub(crate) const NAME: &str = "sweep-access-reviews";

/// Looks at one organization after the other, the longest waiting first.
///
/// # Errors
/// When the database does not say whose turn it is.
pub async fn sweep(deps: &Deps, tick: &Tick) -> Result<Outcome> {
    tick.for_each_in_turn(&deps.db, "access", async |work| sweep_one(tick, &work).await).await
}

/// What a day brings in one organization. Each step is a transaction of its own and finds what is left to do, so a
/// sweep that is cut off is gone on with by the next.
///
/// # Errors
/// When the database fails.
pub async fn sweep_one(tick: &Tick, work: &SystemWork) -> Result<u64> {
    let reminded = reminders::remind(tick, work).await?;
    let settled = deadline::settle(tick, work).await?;
    let checked = second_look::check(tick, work).await?;
    let withdrawn = dormant::withdraw(tick, work).await?;
    Ok(reminded + settled + checked + withdrawn)
}

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

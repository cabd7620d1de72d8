//! A reviewer decides.

use serde::Deserialize;
use shared::{
    Error, Result,
    access::Permission,
    audit::{Action, AuditEvent, Diff, TargetKind},
    authn::reach::Reach,
    clock::Timestamp,
    domain::{
        Reason,
        review::{ReviewDecision, RevocationCause, SubjectKind},
    },
    door::AdmittedWrite,
    http::{Reply, Request},
    id::{AccessReviewId, AccessReviewItemId, MemberId},
    outbox::OutgoingEvent,
    reviews::target_of,
};
use utoipa::ToSchema;

use crate::{
    Deps,
    store::{self, Pending},
};

/// What a reviewer decides.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Verdict {
    /// Whether access stays. What was kept can be revoked until the deadline; what was revoked stays so.
    decision: ReviewDecision,
    /// Why. It stands in the audit log in the clear, so it must not hold a member's address.
    reason: Reason,
}

impl Pending {
    /// True where it is about this member, or about what was made under them.
    fn is_about(&self, member: MemberId) -> bool {
        let is_member = self.item.subject_kind == SubjectKind::Member;
        is_member && self.item.subject_id.uuid() == member.uuid() || self.item.member_id == Some(member)
    }

    /// Refuses what comes too late, or was decided already.
    fn expect_open(&self, decision: ReviewDecision, now: Timestamp) -> Result<()> {
        if self.closed_at.is_some() || self.deadline_at <= now {
            return Err(Error::conflict("deadline_over"));
        }
        match (self.item.decision, decision) {
            (None, _) | (Some(ReviewDecision::Keep), ReviewDecision::Revoke) => Ok(()),
            _ => Err(Error::conflict("already_decided")),
        }
    }
}

/// Decides about one item. What is revoked opens nothing with the next request.
pub(crate) async fn decide(deps: &Deps, request: &Request) -> Result<Reply> {
    let Verdict { decision, reason } = request.json()?;
    let (review, item): (AccessReviewId, AccessReviewItemId) = (request.target("review_id"), request.target("item_id"));

    let lookups = (store::load_pending(review, item), Reach::of(request.credential()?.sha256));
    let (admitted, (pending, reach)) = deps.door.admit(request, Permission::ReviewDecide, lookups).await?;
    let Some(reviewer) = admitted.caller().member else {
        return admitted.forbid(request, Diff::new().added("without_member", true)).await;
    };
    if pending.is_about(reviewer) {
        return admitted.forbid(request, Diff::new().added("own_item", item)).await;
    }
    reason.refuse_naming([pending.item.email.as_deref()])?;
    pending.expect_open(decision, admitted.now())?;
    if let (ReviewDecision::Revoke, Some(role)) = (decision, pending.role) {
        // A reviewer cannot take access from a member who may do more than they.
        if let Some(lacking) = reach.lacks(role) {
            return admitted.forbid(request, Diff::new().added("permission", lacking)).await;
        }
        role.expect_another_owner(pending.has_another_owner)?;
    }
    record(admitted, &pending, decision, reviewer, &reason).await
}

/// Writes the decision, its entry, and what follows from it, together.
async fn record(
    admitted: AdmittedWrite,
    pending: &Pending,
    decision: ReviewDecision,
    reviewer: MemberId,
    reason: &Reason,
) -> Result<Reply> {
    let (maker, now) = (admitted.caller().credential, admitted.now());
    let decided = store::Decided { decision, reason, reviewer, now };
    let reply = Reply::ok(&decided.shown(&pending.item))?;
    let (kind, subject) = (pending.item.subject_kind, pending.item.subject_id);
    let about = Diff::new().added("item_id", pending.item.item_id).added("subject_id", subject);
    let about = about.added("subject_kind", kind).added("decision", decision);
    let entry = AuditEvent::new(Action::AccessReviewDecided, TargetKind::AccessReview, pending.review);
    admitted
        .record(reply, |batch| {
            store::decide(batch, pending, &decided);
            batch.audit(entry.because(reason).with(about));
            if decision == ReviewDecision::Revoke {
                let cause = Diff::new().added("cause", RevocationCause::Decided).added("review_id", pending.review);
                let revoked = AuditEvent::new(Action::AccessRevoked, target_of(kind), subject).because(reason);
                batch.audit(revoked.with(cause.added("item_id", pending.item.item_id)));
                store::withdraw(batch, maker, pending, now);
                if pending.role.is_some() {
                    batch.emit(OutgoingEvent::member_revoked(subject.uuid().into()));
                }
            }
        })
        .await
}

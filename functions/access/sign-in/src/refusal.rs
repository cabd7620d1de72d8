//! The audit entry of a refused sign-in.

use shared::{
    audit::{Action, AuditEvent, Diff, Internal, TargetKind},
    id::{MemberId, OrganizationId},
};

/// How this function is named in entries.
pub(crate) const NAME: &str = "sign-in";

/// What was not proven.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    Password,
    SecondFactor,
}

/// The entry of a failure. Who did it is not known, so the system is its actor; the account is named where there is one.
pub(crate) fn refusal(organization: OrganizationId, failures: i32, step: Step, of: Option<MemberId>) -> AuditEvent {
    let step = match step {
        Step::Password => "password",
        Step::SecondFactor => "second_factor",
    };
    let facts = Diff::new().added("failures", failures).added("step", Internal(step)).added_if_some("member_id", of);
    AuditEvent::new(Action::SessionRefused, TargetKind::Organization, organization).with(facts)
}

//! The two steps of signing in; each tells its own story in its module. Contract in `functions/access/sign-in/README.md`.
//! Promises T5, T6, E1.

use shared::{
    Error, Result,
    audit::{Action, AuditEvent, Diff, Internal, TargetKind},
    http::{Reply, Request},
    id::{MemberId, OrganizationId},
};

use crate::{Deps, password, second_factor};

/// How this function is named in entries.
pub(crate) const NAME: &str = "sign-in";

/// What was not proven.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    Password,
    SecondFactor,
}

/// Answers the routes that `template.yaml` gives this function.
///
/// # Errors
/// The refusals of the contract; see the README's table.
pub async fn handle(deps: &Deps, request: &Request) -> Result<Reply> {
    match request.route() {
        "POST /v1/session" => password::open(deps, request).await,
        "POST /v1/session/second-factor" => second_factor::prove(deps, request).await,
        _ => Err(Error::NotFound),
    }
}

/// The entry of a failure. Nobody is known to have done it, so the system is its actor; whose
/// account it was is said where there is one.
pub(crate) fn refusal(organization: OrganizationId, failures: i32, step: Step, of: Option<MemberId>) -> AuditEvent {
    let step = match step {
        Step::Password => "password",
        Step::SecondFactor => "second_factor",
    };
    let facts = Diff::new().added("failures", failures).added("step", Internal(step)).added_if_some("member_id", of);
    AuditEvent::new(Action::SessionRefused, TargetKind::Organization, organization).with(facts)
}

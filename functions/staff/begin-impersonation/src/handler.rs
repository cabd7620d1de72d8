//! Handles `POST /v1/session/impersonation`. Contract in `functions/staff/begin-impersonation/README.md`. Promises T10,
//! T12, E1.

use serde::Deserialize;
use shared::{
    Error, Result,
    audit::{Action, AuditEvent, Diff, Internal, TargetKind},
    authn::{hand_off::HandOff, refusals::count_refused, session::forgery_token},
    clock::Timestamp,
    http::{Reply, Request},
    tenant::TenantTx,
    work::SystemWork,
};
use utoipa::ToSchema;

use crate::{
    Deps,
    opened::OpenedImpersonation,
    opening::{NewImpersonation, Opening, Standing},
    store,
};

/// How this function is named in entries.
const NAME: &str = "begin-impersonation";

/// What a member of the staff comes with.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Passport {
    /// The token of the hand-off, `v4.public.…`.
    token: String,
}

/// A token that we signed, and where it leads.
struct Attempt<'r> {
    customer: SystemWork,
    hand_off: HandOff,
    request: &'r Request,
    now: Timestamp,
}

/// Puts an impersonation in the place of the token, which then opens nothing any more.
///
/// # Errors
/// The refusals of the contract; see the README's table.
pub async fn handle(deps: &Deps, request: &Request) -> Result<Reply> {
    let Passport { token } = request.json_unauthenticated()?;
    let now = deps.door.now();
    let hand_off = deps.keys.read(&token, now)?;

    let (customer, operator) = deps.door.open_signed(request, &hand_off);
    let standing = operator.with_tenant(async |tx| tx.find(store::staff_standing(&hand_off, now)).await).await?;

    let attempt = Attempt { customer, hand_off, request, now };
    let (opened, session) = attempt.customer.with_tenant(async |tx| attempt.try_open(tx, standing).await).await??;

    let reply = Reply::ok(&opened)?.with_session(&session.secret);
    Ok(reply.under_impersonation(opened.impersonation_id.to_string()))
}

impl Attempt<'_> {
    /// Opens what the token opens. A refusal is no error of the transaction: what it counts must be committed.
    async fn try_open(
        &self,
        tx: &mut TenantTx<'_>,
        standing: Option<Standing>,
    ) -> Result<Result<(OpenedImpersonation, NewImpersonation)>> {
        let found = match tx.find(store::find_opening(&self.hand_off, self.request, self.now)).await? {
            Ok(found) => found,
            Err(throttled) => return Ok(Err(throttled)),
        };
        match found.zip(standing).filter(|(opening, standing)| opening.matches(standing, &self.hand_off)) {
            Some((opening, _)) => self.open(tx, opening).await.map(Ok),
            None => self.refuse(tx).await.map(Err),
        }
    }

    /// Opens it, with an entry in the customer's log that holds the reason.
    async fn open(&self, tx: &mut TenantTx<'_>, opening: Opening) -> Result<(OpenedImpersonation, NewImpersonation)> {
        let hand_off = &self.hand_off;
        let session = opening.session(hand_off, self.now)?;
        let (opened_at, expires_at) = tx.find(store::begin(hand_off, &session, self.request, self.now)).await?;
        if !opening.is_done {
            let facts = Diff::new()
                .added("staff_organization_id", hand_off.staff_organization)
                .added("hand_off_id", hand_off.id)
                .added("role", opening.role)
                .added("permissions", session.permissions.clone())
                .added("expires_at", expires_at);
            let entry = AuditEvent::new(Action::ImpersonationOpened, TargetKind::Impersonation, hand_off.impersonation);
            let actor = self.request.by_staff(hand_off.staff, hand_off.impersonation);
            self.customer.audit_by(tx, &actor, entry.because(&opening.reason).with(facts)).await?;
        }
        let opened = OpenedImpersonation {
            impersonation_id: hand_off.impersonation,
            organization_id: hand_off.organization,
            role: opening.role,
            permissions: session.permissions.clone(),
            reason: opening.reason,
            opened_at,
            expires_at,
            csrf_token: forgery_token(&session.secret.text),
        };
        Ok((opened, session))
    }

    /// Counts a token that we signed and that opens nothing against the address that brought it. One that we did not
    /// sign names no organization that could be believed, and asks the database nothing.
    async fn refuse(&self, tx: &mut TenantTx<'_>) -> Result<Error> {
        if let Some(failures) = count_refused(tx, self.request.source_ip.as_deref(), self.now).await? {
            let impersonation = self.hand_off.impersonation;
            let facts = Diff::new().added("failures", failures).added("step", Internal("hand_off"));
            let entry = AuditEvent::new(Action::SessionRefused, TargetKind::Impersonation, impersonation);
            self.customer.audit(tx, NAME, entry.with(facts)).await?;
        }
        Ok(Error::Unauthenticated)
    }
}

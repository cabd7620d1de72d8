//! Staff ask to act for a customer. What is written at the customer opens nothing by itself, so it may come first.

use serde::{Deserialize, Serialize};
use shared::{
    Error, Result,
    access::Role,
    audit::{Action, AuditEvent, Diff, TargetKind},
    authn::sha256,
    domain::{Reason, impersonation::ImpersonationState, mail::MailKind, text::Slug},
    door::AdmittedWrite,
    http::{Reply, Request},
    id::{ImpersonationId, MailId, OrganizationId},
    mails,
    work::SystemWork,
};
use utoipa::ToSchema;

use crate::{
    Deps,
    staff::{admit, find_customer, refuse},
    store::{self, Asked, NewRequest, Staff},
};

/// For whom, as what and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewImpersonation {
    /// Handle of the customer.
    slug: Slug,
    /// What to act as there: of what this role and their own both allow, staff may do what is open to staff at all.
    role: Role,
    /// Why. It stands in the log of both organizations in the clear, and the customer reads it.
    reason: Reason,
}

/// An impersonation that was asked for.
#[derive(Debug, Serialize, ToSchema)]
pub struct RequestedImpersonation {
    /// The impersonation.
    pub impersonation_id: ImpersonationId,
    /// The customer.
    pub organization_id: OrganizationId,
    /// Where it stands: `requested` where the customer lets staff in, else `approved`.
    pub state: ImpersonationState,
    /// What they act as.
    pub role: Role,
}

/// Asks at the customer, with an entry in its log, and then says so in the operator's own.
pub(crate) async fn ask(deps: &Deps, request: &Request) -> Result<Reply> {
    let new: NewImpersonation = request.json()?;

    let (admitted, asking) = admit(deps, request).await?;
    let Some(staff) = asking else { return refuse(admitted, request).await };
    let customer = find_customer(deps, &admitted, request, &new.slug).await?;

    let asked = ask_at(&customer, &admitted, request, &staff, &new).await?;

    let reply = Reply::created(&RequestedImpersonation {
        impersonation_id: asked.impersonation,
        organization_id: customer.organization(),
        state: asked.state,
        role: new.role,
    })?;
    let facts = Diff::new().added("organization_id", customer.organization()).added("role", new.role);
    let entry = AuditEvent::new(Action::ImpersonationRequested, TargetKind::Impersonation, asked.impersonation);
    admitted.record(reply, |batch| batch.audit(entry.because(&new.reason).with(facts))).await
}

/// The customer's side of it, once for each request however often that is run.
async fn ask_at(
    customer: &SystemWork,
    admitted: &AdmittedWrite,
    request: &Request,
    staff: &Staff,
    new: &NewImpersonation,
) -> Result<Asked> {
    let caller = admitted.caller();
    let (organization, session) = (caller.organization.uuid(), caller.credential.uuid());
    let (key, body) = (request.idempotency_key_sha256()?, request.fingerprint());
    let request_sha256 = sha256(&[organization.as_bytes().as_slice(), session.as_bytes(), &key, &body].concat());
    let (staff_organization, role, reason) = (caller.organization, new.role, &new.reason);
    let asking = NewRequest { staff, staff_organization, role, reason, request_sha256 };
    let lookup = store::request(&asking, admitted.now());
    customer
        .with_tenant(async |tx| {
            let asked = tx.find(lookup).await?.ok_or(Error::Forbidden)?;
            if asked.is_new {
                for owner in tx.find(mails::list_owners()).await? {
                    tx.write(mails::request(
                        MailId::new(admitted.now()),
                        MailKind::ImpersonationRequested,
                        owner,
                        admitted.now(),
                    ))
                    .await?;
                }
                let facts = Diff::new()
                    .added("staff_organization_id", caller.organization)
                    .added("role", new.role)
                    .added("needs_approval", asked.state == ImpersonationState::Requested);
                let entry =
                    AuditEvent::new(Action::ImpersonationRequested, TargetKind::Impersonation, asked.impersonation);
                let actor = request.by_staff(staff.id, asked.impersonation);
                customer.audit_by(tx, &actor, entry.because(&new.reason).with(facts)).await?;
            }
            Ok(asked)
        })
        .await
}

//! Appoints and dismisses staff, when the operator invokes it. Contract in `functions/staff/appoint-staff/README.md`.
//! Promises T10, E1.

use shared::{
    Error, Result,
    audit::{Action, AuditEvent, TargetKind},
    domain::member::MemberState,
    id::OrganizationId,
    runtime::Invocation,
    work::SystemWork,
};

use crate::{
    Deps,
    appointment::{Appointed, Appointment},
    store,
};

/// Appoints or dismisses, and says so in the log of the operator's own organization. What is so already is left so.
///
/// # Errors
/// The refusals of the contract; see the README's table.
pub async fn handle(deps: &Deps, invocation: &Invocation, appointment: Appointment) -> Result<Appointed> {
    let work = find(deps, invocation, &appointment).await?;

    let now = deps.clock.now();
    let member_id = work
        .with_tenant(async |tx| {
            let (member, state) = tx
                .find(store::find_member(&appointment.email))
                .await?
                .ok_or_else(|| Error::unprocessable("/email", "unknown_value"))?;
            if appointment.is_staff && state != MemberState::Active {
                return Err(Error::unprocessable("/email", "not_active"));
            }
            let (change, action) = match appointment.is_staff {
                true => (store::appoint(member, now), Action::StaffAppointed),
                false => (store::dismiss(member, now), Action::StaffDismissed),
            };
            if tx.find(change).await? {
                work.audit(tx, "appoint-staff", AuditEvent::new(action, TargetKind::Member, member)).await?;
            }
            Ok(member)
        })
        .await?;

    Ok(Appointed { organization_id: work.organization(), member_id, is_staff: appointment.is_staff })
}

/// Work in the organization that the handle names.
async fn find(deps: &Deps, invocation: &Invocation, appointment: &Appointment) -> Result<SystemWork> {
    // Its id is not known yet, and every query has a tenant: this one has an id that no organization has.
    let no_organization = invocation.work(&deps.db, OrganizationId::new(deps.clock.now()));
    let found = no_organization.with_tenant(async |tx| tx.find(store::by_slug(&appointment.slug)).await).await?;
    let organization = found.ok_or_else(|| Error::unprocessable("/slug", "unknown_value"))?;
    Ok(invocation.work(&deps.db, organization))
}

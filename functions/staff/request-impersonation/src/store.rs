//! Every SQL statement that `request-impersonation` may run.

use shared::{
    Result,
    clock::Timestamp,
    domain::{BoundedText as _, impersonation::ImpersonationState},
    id::{HandOffId, ImpersonationId, OrganizationId, StaffId},
    tenant::{Lookup, Row, Statement},
};

use crate::{
    asking::{Asked, NewImpersonation},
    handing_off::Awaited,
    staff::Staff,
};

/// Who of the staff asks in the session with this secret, in the operator's own organization.
pub(crate) fn staff_asking(session_sha256: [u8; 32], now: Timestamp) -> Lookup<Option<Staff>> {
    Statement::new("-- request-impersonation.staff_asking\nSELECT * FROM app.staff_asking($1, $2)")
        .bind(session_sha256.to_vec())
        .bind(now)
        .one(read_staff)
}

fn read_staff(row: &Row) -> Result<Option<Staff>> {
    let Some(id) = row.read("staff_id")? else { return Ok(None) };
    Ok(Some(Staff { id, name: row.read("name")?, role: row.read("role")? }))
}

/// Asks at the customer, or finds what the same request asked for before. None where they are staff no longer.
pub(crate) fn request(
    staff: &Staff,
    staff_organization: OrganizationId,
    new: &NewImpersonation,
    request_sha256: [u8; 32],
    now: Timestamp,
) -> Lookup<Option<Asked>> {
    Statement::new(concat!(
        "-- request-impersonation.request\n",
        "SELECT * FROM app.request_impersonation($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    ))
    .bind(ImpersonationId::new(now))
    .bind(staff.id)
    .bind(staff_organization)
    .bind(staff.name.clone())
    .bind(staff.role)
    .bind(new.role)
    .bind(new.reason.as_str().to_owned())
    .bind(request_sha256.to_vec())
    .bind(now)
    .one(read_asked)
}

fn read_asked(row: &Row) -> Result<Option<Asked>> {
    let Some(impersonation) = row.read("impersonation_id")? else { return Ok(None) };
    Ok(Some(Asked { impersonation, is_new: row.read("is_new")?, state: row.read("state")? }))
}

/// Makes a hand-off the one that opens, if the customer let staff in or need not. None where they never asked for it.
pub(crate) fn hand_off(
    impersonation: ImpersonationId,
    staff: StaffId,
    (hand_off, expires_at): (HandOffId, Timestamp),
    now: Timestamp,
) -> Lookup<Option<Awaited>> {
    Statement::new(concat!(
        "-- request-impersonation.hand_off\n",
        "SELECT * FROM app.hand_off_impersonation($1, $2, $3, $4, $5)",
    ))
    .bind(impersonation)
    .bind(staff)
    .bind(hand_off)
    .bind(expires_at)
    .bind(now)
    .one(read_awaited)
}

fn read_awaited(row: &Row) -> Result<Option<Awaited>> {
    let Some(state) = row.read::<Option<ImpersonationState>>("state")? else { return Ok(None) };
    Ok(Some(Awaited { state, role: row.read("role")?, reason: row.read("reason")? }))
}

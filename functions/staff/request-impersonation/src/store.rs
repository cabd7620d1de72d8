//! Every SQL statement that `request-impersonation` may run.

use shared::{
    Result,
    access::Role,
    clock::Timestamp,
    domain::{BoundedText as _, Reason, impersonation::ImpersonationState},
    id::{HandOffId, ImpersonationId, OrganizationId, StaffId},
    tenant::{Lookup, Row, Statement},
};

/// A member of the operator's staff, who proved a second factor in the session that asks.
pub(crate) struct Staff {
    pub(crate) id: StaffId,
    pub(crate) name: String,
    pub(crate) role: Role,
}

/// What staff ask for at a customer.
pub(crate) struct NewRequest<'r> {
    pub(crate) staff: &'r Staff,
    pub(crate) staff_organization: OrganizationId,
    pub(crate) role: Role,
    pub(crate) reason: &'r Reason,
    /// The same for a request and each repetition of it.
    pub(crate) request_sha256: [u8; 32],
}

/// What the customer's database made of the request.
pub(crate) struct Asked {
    pub(crate) impersonation: ImpersonationId,
    /// False where this very request had asked before.
    pub(crate) is_new: bool,
    pub(crate) state: ImpersonationState,
}

/// A hand-off that opens from now on.
pub(crate) struct NewHandOff {
    pub(crate) id: HandOffId,
    pub(crate) impersonation: ImpersonationId,
    pub(crate) staff: StaffId,
    pub(crate) expires_at: Timestamp,
}

/// What is known at the customer of an impersonation that was asked for.
pub(crate) struct Awaited {
    pub(crate) state: ImpersonationState,
    pub(crate) role: Role,
    pub(crate) reason: Reason,
}

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
pub(crate) fn request(new: &NewRequest<'_>, now: Timestamp) -> Lookup<Option<Asked>> {
    Statement::new(concat!(
        "-- request-impersonation.request\n",
        "SELECT * FROM app.request_impersonation($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    ))
    .bind(ImpersonationId::new(now))
    .bind(new.staff.id)
    .bind(new.staff_organization)
    .bind(new.staff.name.clone())
    .bind(new.staff.role)
    .bind(new.role)
    .bind(new.reason.as_str().to_owned())
    .bind(new.request_sha256.to_vec())
    .bind(now)
    .one(read_asked)
}

fn read_asked(row: &Row) -> Result<Option<Asked>> {
    let Some(impersonation) = row.read("impersonation_id")? else { return Ok(None) };
    Ok(Some(Asked { impersonation, is_new: row.read("is_new")?, state: row.read("state")? }))
}

/// Makes a hand-off the one that opens, if the customer let staff in or need not. None where they never asked for it.
pub(crate) fn hand_off(new: &NewHandOff, now: Timestamp) -> Lookup<Option<Awaited>> {
    Statement::new(concat!(
        "-- request-impersonation.hand_off\n",
        "SELECT * FROM app.hand_off_impersonation($1, $2, $3, $4, $5)",
    ))
    .bind(new.impersonation)
    .bind(new.staff)
    .bind(new.id)
    .bind(new.expires_at)
    .bind(now)
    .one(read_awaited)
}

fn read_awaited(row: &Row) -> Result<Option<Awaited>> {
    let Some(state) = row.read::<Option<ImpersonationState>>("state")? else { return Ok(None) };
    Ok(Some(Awaited { state, role: row.read("role")?, reason: row.read("reason")? }))
}

//! Every SQL statement that `manage-impersonations` may run.

use shared::{
    Result,
    clock::Timestamp,
    domain::impersonation::ImpersonationEnder,
    door::Batch,
    http::Page,
    id::ImpersonationId,
    tenant::{Lookup, Row, Statement},
};

use crate::impersonation::Impersonation;

pub(crate) fn list_impersonations(page: &Page<ImpersonationId>, now: Timestamp) -> Lookup<Vec<Impersonation>> {
    Statement::new(concat!(
        "-- manage-impersonations.list_impersonations\n",
        "SELECT i.*, app.impersonation_state(i, $1) AS state FROM impersonations AS i ",
        "WHERE $2 IS NULL OR i.impersonation_id > $2 ORDER BY i.impersonation_id LIMIT $3",
    ))
    .bind(now)
    .bind(page.after)
    .bind(page.probe())
    .all(read_impersonation)
}

pub(crate) fn load_impersonation(impersonation: ImpersonationId, now: Timestamp) -> Lookup<Impersonation> {
    Statement::new(concat!(
        "-- manage-impersonations.load_impersonation\n",
        "SELECT i.*, app.impersonation_state(i, $1) AS state FROM impersonations AS i WHERE i.impersonation_id = $2",
    ))
    .bind(now)
    .bind(impersonation)
    .one(read_impersonation)
}

fn read_impersonation(row: &Row) -> Result<Impersonation> {
    Ok(Impersonation {
        impersonation_id: row.read("impersonation_id")?,
        staff_id: row.read("staff_id")?,
        staff_name: row.read("staff_name")?,
        staff_organization_id: row.read("staff_organization_id")?,
        staff_role: row.read("staff_role")?,
        role: row.read("role")?,
        reason: row.read("reason")?,
        state: row.read("state")?,
        requested_at: row.read("requested_at")?,
        approved_at: row.read("approved_at")?,
        restricted_approved_at: row.read("restricted_approved_at")?,
        opened_at: row.read("opened_at")?,
        expires_at: row.read("expires_at")?,
        ended_at: row.read("ended_at")?,
        ended_by: row.read("ended_by")?,
    })
}

/// Lets staff in, if it has not ended since. This role has no right to change impersonations or credentials itself.
pub(crate) fn approve(batch: &mut Batch, impersonation: &Impersonation, restricted: bool, now: Timestamp) {
    batch.write(
        Statement::new("-- manage-impersonations.approve\nSELECT app.approve_impersonation($1, $2, $3, $4)")
            .bind(impersonation.impersonation_id)
            .bind(restricted)
            .bind(impersonation.restricted_reach())
            .bind(now),
    );
}

/// Ends an impersonation that has not ended since; else the request is run again.
pub(crate) fn end(batch: &mut Batch, impersonation: ImpersonationId, ended_by: ImpersonationEnder, now: Timestamp) {
    batch.write(
        Statement::new(concat!(
            "-- manage-impersonations.end\n",
            "SELECT app.expect_change(count(*)) FROM app.end_impersonation($1, $2, $3) AS is_ended WHERE is_ended",
        ))
        .bind(impersonation)
        .bind(ended_by)
        .bind(now),
    );
}

/// True where staff wait for an approval.
pub(crate) fn load_requires_approval() -> Lookup<bool> {
    Statement::new("-- manage-impersonations.load_requires_approval\nSELECT requires_staff_approval FROM organizations")
        .one(|row| row.read("requires_staff_approval"))
}

pub(crate) fn require_approval(batch: &mut Batch, is_required: bool, now: Timestamp) {
    batch.write(
        Statement::new("-- manage-impersonations.require_approval\nSELECT app.require_staff_approval($1, $2)")
            .bind(is_required)
            .bind(now),
    );
}

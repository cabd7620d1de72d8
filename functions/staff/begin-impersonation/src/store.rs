//! Every SQL statement that `begin-impersonation` may run.

use shared::{
    Error, Result,
    authn::{hand_off::HandOff, session::UNKNOWN_CLIENT},
    clock::Timestamp,
    http::Request,
    tenant::{Lookup, Row, Statement},
};

use crate::opening::{NewImpersonation, Opening, Standing};

/// Who stands behind the session that asked for the token. None where it has ended, or they are staff no longer.
pub(crate) fn staff_standing(hand_off: &HandOff, now: Timestamp) -> Lookup<Option<Standing>> {
    Statement::new("-- begin-impersonation.staff_standing\nSELECT * FROM app.staff_standing($1, $2)")
        .bind(hand_off.staff_session)
        .bind(now)
        .one(read_standing)
}

fn read_standing(row: &Row) -> Result<Option<Standing>> {
    let Some(staff) = row.read("staff_id")? else { return Ok(None) };
    Ok(Some(Standing { staff, role: row.read("role")? }))
}

/// What the token opens, held until COMMIT; none where it opens nothing any more. The refusal of an address that failed
/// too often is not an error of the statement.
pub(crate) fn find_opening(hand_off: &HandOff, request: &Request, now: Timestamp) -> Lookup<Result<Option<Opening>>> {
    Statement::new("-- begin-impersonation.find_opening\nSELECT * FROM app.opening_of($1, $2, $3, $4, $5)")
        .bind(hand_off.impersonation)
        .bind(hand_off.id)
        .bind(request.source_ip.clone())
        .bind(request.request_id.clone())
        .bind(now)
        .one(read_opening)
}

fn read_opening(row: &Row) -> Result<Result<Option<Opening>>> {
    let is_done = match row.read("outcome")? {
        "opens" => false,
        "opened" => true,
        "throttled" => return Ok(Err(Error::throttled(60))),
        _ => return Ok(Ok(None)),
    };
    Ok(Ok(Some(Opening {
        is_done,
        staff: row.read("staff_id")?,
        staff_role: row.read("staff_role")?,
        role: row.read("role")?,
        reason: row.read("reason")?,
        reveals_restricted: row.read("reveals_restricted")?,
        realm: row.read("environment")?,
    })))
}

/// Opens it; since when and until when it is open. This role has no right to write credentials.
pub(crate) fn begin(
    hand_off: &HandOff,
    session: &NewImpersonation,
    request: &Request,
    now: Timestamp,
) -> Lookup<(Timestamp, Timestamp)> {
    Statement::new(
        "-- begin-impersonation.begin\nSELECT * FROM app.begin_impersonation($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(hand_off.impersonation)
    .bind(session.id)
    .bind(session.secret.sha256.to_vec())
    .bind(request.client().unwrap_or_else(|| UNKNOWN_CLIENT.to_owned()))
    .bind(session.words())
    .bind(session.expires_at)
    .bind(request.request_id.clone())
    .bind(now)
    .one(|row| Ok((row.read("opened_at")?, row.read("expires_at")?)))
}

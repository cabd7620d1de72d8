//! Every SQL statement that `manage-sessions` may run.

use shared::{
    Result,
    access::Permission,
    authn::session::{NextStep, OWN_SESSION},
    clock::Timestamp,
    http::Page,
    id::{CredentialId, ImpersonationId, MemberId},
    tenant::{Lookup, Row, Statement},
};

use crate::session::{Banner, OwnMember, OwnOrganization, OwnSession, Session};

/// The session in which it is asked. What only the browser and its request know is left empty.
pub(crate) fn load_session(session: CredentialId) -> Lookup<OwnSession> {
    Statement::new(concat!(
        "-- manage-sessions.load_session\n",
        "SELECT c.credential_id, c.permissions, c.assurance, c.created_at, c.expires_at, ",
        "m.member_id, m.name, m.email, m.role, coalesce(p.totp_confirmed_at IS NOT NULL, false) AS has_second_factor, ",
        "i.impersonation_id, i.staff_id, i.staff_name, i.role AS acting_as, i.reason, i.opened_at, ",
        "o.organization_id, o.name AS organization_name, o.requires_mfa ",
        "FROM credentials AS c JOIN organizations AS o USING (organization_id) ",
        "LEFT JOIN members AS m USING (organization_id, member_id) ",
        "LEFT JOIN member_proofs AS p USING (organization_id, member_id) ",
        "LEFT JOIN impersonations AS i USING (organization_id, credential_id) ",
        "WHERE c.credential_id = $1",
    ))
    .bind(session)
    .one(read_own)
}

fn read_own(row: &Row) -> Result<OwnSession> {
    let words: Vec<String> = row.read("permissions")?;
    let (member, banner) = (read_member(row)?, read_banner(row)?);
    let is_whole = words.iter().any(|word| word == OWN_SESSION);
    let next = match &member {
        Some(member) if !is_whole && member.has_second_factor => Some(NextStep::SecondFactor),
        Some(_) if !is_whole => Some(NextStep::Enrolment),
        _ => None,
    };
    let organization = OwnOrganization {
        organization_id: row.read("organization_id")?,
        name: row.read("organization_name")?,
        requires_mfa: row.read("requires_mfa")?,
    };
    Ok(OwnSession {
        session_id: row.read("credential_id")?,
        member,
        banner,
        organization,
        permissions: words.iter().filter_map(|word| Permission::of_word(word)).collect(),
        assurance: row.read("assurance")?,
        next,
        created_at: row.read("created_at")?,
        expires_at: row.read("expires_at")?,
        csrf_token: String::new(),
    })
}

fn read_member(row: &Row) -> Result<Option<OwnMember>> {
    let Some(member_id) = row.read("member_id")? else { return Ok(None) };
    Ok(Some(OwnMember {
        member_id,
        name: row.read("name")?,
        email: row.read("email")?,
        role: row.read("role")?,
        has_second_factor: row.read("has_second_factor")?,
    }))
}

fn read_banner(row: &Row) -> Result<Option<Banner>> {
    let Some(impersonation_id) = row.read("impersonation_id")? else { return Ok(None) };
    Ok(Some(Banner {
        impersonation_id,
        staff_id: row.read("staff_id")?,
        staff_name: row.read("staff_name")?,
        role: row.read("acting_as")?,
        reason: row.read("reason")?,
        opened_at: row.read("opened_at")?,
        expires_at: row.read("expires_at")?,
    }))
}

/// The member's sessions that are open at a moment.
pub(crate) fn list_sessions(
    member: MemberId,
    own: CredentialId,
    page: &Page<CredentialId>,
    now: Timestamp,
) -> Lookup<Vec<Session>> {
    Statement::new(concat!(
        "-- manage-sessions.list_sessions\n",
        "SELECT credential_id, name, assurance, created_at, last_used_at, expires_at, credential_id = $2 AS is_own ",
        "FROM credentials WHERE member_id = $1 AND kind = 'session' AND revoked_at IS NULL AND expires_at > $5 ",
        "AND last_used_at > $5 - app.idle_limit() AND ($3 IS NULL OR credential_id > $3) ",
        "ORDER BY credential_id LIMIT $4",
    ))
    .bind(member)
    .bind(own)
    .bind(page.after)
    .bind(page.probe())
    .bind(now)
    .all(read_session)
}

fn read_session(row: &Row) -> Result<Session> {
    Ok(Session {
        session_id: row.read("credential_id")?,
        client: row.read("name")?,
        assurance: row.read("assurance")?,
        created_at: row.read("created_at")?,
        last_used_at: row.read("last_used_at")?,
        expires_at: row.read("expires_at")?,
        is_own: row.read("is_own")?,
    })
}

/// Whether a session of the member's was ended; not found where it is none of theirs.
pub(crate) fn has_ended(member: MemberId, session: CredentialId) -> Lookup<bool> {
    Statement::new(concat!(
        "-- manage-sessions.has_ended\n",
        "SELECT revoked_at IS NOT NULL AS has_ended FROM credentials ",
        "WHERE member_id = $1 AND credential_id = $2 AND kind = 'session'",
    ))
    .bind(member)
    .bind(session)
    .one(|row| row.read("has_ended"))
}

/// Ends a session. This role has no right to write credentials.
pub(crate) fn end_session(member: MemberId, session: CredentialId, now: Timestamp) -> Statement {
    Statement::new("-- manage-sessions.end_session\nSELECT app.end_session($1, $2, $3)")
        .bind(member)
        .bind(session)
        .bind(now)
}

/// Ends the impersonation in which it is asked.
pub(crate) fn end_impersonation(impersonation: ImpersonationId, now: Timestamp) -> Statement {
    Statement::new("-- manage-sessions.end_impersonation\nSELECT app.end_impersonation($1, 'staff', $2)")
        .bind(impersonation)
        .bind(now)
}

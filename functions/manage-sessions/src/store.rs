//! Every SQL statement that `manage-sessions` may run.

use shared::{
    Error, Result,
    access::{Permission, Role},
    authn::session::{Assurance, NextStep},
    clock::Timestamp,
    http::Page,
    id::{CredentialId, MemberId},
    tenant::{Lookup, Row, Statement},
};

use crate::{
    own::{OwnMember, OwnOrganization, OwnSession},
    sessions::Session,
};

/// The session in which it is asked. What only the browser and its request know is left empty.
pub(crate) fn load_session(session: CredentialId) -> Lookup<OwnSession> {
    Statement::new(concat!(
        "-- manage-sessions.load_session\n",
        "SELECT c.credential_id, c.permissions, c.assurance, c.created_at, c.expires_at, ",
        "m.member_id, m.name, m.email, m.role, coalesce(p.totp_confirmed_at IS NOT NULL, false) AS has_second_factor, ",
        "o.organization_id, o.name AS organization_name, o.requires_mfa ",
        "FROM credentials AS c JOIN members AS m USING (organization_id, member_id) ",
        "JOIN organizations AS o USING (organization_id) LEFT JOIN member_proofs AS p USING (organization_id, member_id) ",
        "WHERE c.credential_id = $1",
    ))
    .bind(session)
    .one(read_own)
}

fn read_own(row: &Row) -> Result<OwnSession> {
    let words: Vec<String> = row.read("permissions")?;
    let role = Role::of_word(row.read("role")?).ok_or_else(|| Error::internal("an unknown role"))?;
    let has_second_factor: bool = row.read("has_second_factor")?;
    let is_whole = words.iter().any(|word| word == shared::authn::session::OWN_SESSION);
    let next = match (is_whole, has_second_factor) {
        (true, _) => None,
        (false, true) => Some(NextStep::SecondFactor),
        (false, false) => Some(NextStep::Enrolment),
    };
    let member = OwnMember {
        member_id: row.read("member_id")?,
        name: row.read("name")?,
        email: row.read("email")?,
        role,
        has_second_factor,
    };
    let organization = OwnOrganization {
        organization_id: row.read("organization_id")?,
        name: row.read("organization_name")?,
        requires_mfa: row.read("requires_mfa")?,
    };
    Ok(OwnSession {
        session_id: row.read("credential_id")?,
        member,
        organization,
        permissions: words.iter().filter_map(|word| Permission::of_word(word)).collect(),
        assurance: read_assurance(row)?,
        next,
        created_at: row.read("created_at")?,
        expires_at: row.read("expires_at")?,
        csrf_token: String::new(),
    })
}

fn read_assurance(row: &Row) -> Result<Assurance> {
    match row.read("assurance")? {
        "password" => Ok(Assurance::Password),
        "second_factor" => Ok(Assurance::SecondFactor),
        _ => Err(Error::internal("an unknown assurance")),
    }
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
        assurance: read_assurance(row)?,
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

//! Every SQL statement that `enrol-second-factor` may run.

use shared::{
    Error, Result,
    access::Role,
    clock::Timestamp,
    domain::mail::MailKind,
    id::{CredentialId, MailId, MemberId},
    mails,
    tenant::{Lookup, Row, Statement},
};

use crate::codes::NewCodes;

/// What a member has, and the session in which they ask.
pub(crate) struct Standing {
    pub(crate) role: Role,
    pub(crate) email: String,
    pub(crate) organization_name: String,
    pub(crate) is_demanded: bool,
    pub(crate) has_second_factor: bool,
    pub(crate) pending_sealed: Option<Vec<u8>>,
    /// When the session ends, where it is a whole one.
    pub(crate) not_after: Option<Timestamp>,
}

/// What the member has, and what is known of their session.
pub(crate) fn load_standing(member: MemberId, session: CredentialId) -> Lookup<Standing> {
    Statement::new("-- enrol-second-factor.load_standing\nSELECT * FROM app.second_factor_of($1, $2)")
        .bind(member)
        .bind(session)
        .one(read_standing)
}

fn read_standing(row: &Row) -> Result<Standing> {
    Ok(Standing {
        role: row.read::<Option<Role>>("role")?.ok_or(Error::Unauthenticated)?,
        email: row.read("email")?,
        organization_name: row.read("organization_name")?,
        is_demanded: row.read("is_demanded")?,
        has_second_factor: row.read("has_second_factor")?,
        pending_sealed: row.read("pending_sealed")?,
        not_after: row.read("not_after")?,
    })
}

/// Keeps a secret for the member in whose session this is: `own` is the SHA-256 of its secret, here and below.
pub(crate) fn begin_totp(own: [u8; 32], sealed: Vec<u8>, now: Timestamp) -> Statement {
    Statement::new("-- enrol-second-factor.begin_totp\nSELECT app.begin_totp($1, $2, $3)")
        .bind(own.to_vec())
        .bind(sealed)
        .bind(now)
}

/// Lets the awaited secret count, if it is still the one whose code was right.
pub(crate) fn confirm_totp(own: [u8; 32], pending: Vec<u8>, step: i64, codes: &NewCodes, now: Timestamp) -> Statement {
    Statement::new("-- enrol-second-factor.confirm_totp\nSELECT app.confirm_totp($1, $2, $3, $4, $5, $6)")
        .bind(own.to_vec())
        .bind(pending)
        .bind(step)
        .bind(codes.salt.to_vec())
        .bind(codes.hashes.clone())
        .bind(now)
}

pub(crate) fn replace_codes(own: [u8; 32], codes: &NewCodes, now: Timestamp) -> Statement {
    Statement::new("-- enrol-second-factor.replace_codes\nSELECT app.replace_recovery_codes($1, $2, $3, $4)")
        .bind(own.to_vec())
        .bind(codes.salt.to_vec())
        .bind(codes.hashes.clone())
        .bind(now)
}

pub(crate) fn drop_second_factor(own: [u8; 32], now: Timestamp) -> Statement {
    Statement::new("-- enrol-second-factor.drop\nSELECT app.drop_second_factor($1, $2)").bind(own.to_vec()).bind(now)
}

/// Has the member told by mail, in case it was not them.
pub(crate) fn tell_member(member: MemberId, now: Timestamp) -> Statement {
    mails::request(MailId::new(now), MailKind::SecondFactorChanged, member, now)
}

//! Every SQL statement that `sign-in` may run.

use shared::{
    Error, Result,
    access::Role,
    authn::Realm,
    clock::Timestamp,
    domain::text::KnownAddress,
    http::Request,
    id::{CredentialId, MemberId},
    tenant::{Lookup, Row, Statement},
};

/// What is known of the account before its password is compared.
pub(crate) struct Account {
    pub(crate) member: Option<(MemberId, Role)>,
    pub(crate) password_phc: Option<String>,
    pub(crate) has_second_factor: bool,
    pub(crate) requires_mfa: bool,
    pub(crate) realm: Realm,
    pub(crate) subject: Vec<u8>,
}

/// What a member's proof is compared with.
pub(crate) struct Factor {
    pub(crate) role: Role,
    pub(crate) totp_sealed: Vec<u8>,
    pub(crate) recovery_salt: [u8; 16],
    /// When a whole session that asks ends: one in its place does not outlive it.
    pub(crate) not_after: Option<Timestamp>,
    pub(crate) subject: Vec<u8>,
}

/// What uses a proof up.
pub(crate) enum Spent {
    Step { step: i64, resealed: Option<Vec<u8>> },
    Recovery { hash: [u8; 32] },
}

/// Takes a guess at the password of this account, whether there is one or not.
pub(crate) fn begin(email: &KnownAddress, request: &Request, now: Timestamp) -> Lookup<Result<Account>> {
    Statement::new("-- sign-in.begin\nSELECT * FROM app.begin_sign_in($1, $2, $3)")
        .bind(email.clone())
        .bind(request.source_ip.clone())
        .bind(now)
        .one(|row| match read_throttling(row)? {
            Some(refusal) => Ok(Err(refusal)),
            None => read_account(row).map(Ok),
        })
}

fn read_account(row: &Row) -> Result<Account> {
    let member = row.read::<Option<MemberId>>("member_id")?.zip(row.read::<Option<Role>>("role")?);
    Ok(Account {
        member,
        password_phc: row.read("password_phc")?,
        has_second_factor: row.read::<Option<bool>>("has_second_factor")?.unwrap_or(false),
        requires_mfa: row.read("requires_mfa")?,
        realm: row.read("environment")?,
        subject: row.read("subject")?,
    })
}

/// The refusal of a caller who has guessed too often. Not an error of the statement: what was counted must be committed.
fn read_throttling(row: &Row) -> Result<Option<Error>> {
    let retry_after_s: Option<i32> = row.read("retry_after_s")?;
    Ok(retry_after_s.map(Error::throttled))
}

/// Says that the password was right, if it is still the one that was compared.
pub(crate) fn accept_password(member: MemberId, compared: &str, rehashed: Option<String>, subject: &[u8]) -> Statement {
    Statement::new("-- sign-in.accept_password\nSELECT app.accept_password($1, $2, $3, $4)")
        .bind(member)
        .bind(compared.to_owned())
        .bind(rehashed)
        .bind(subject.to_vec())
}

/// Takes a guess at the second factor of a member.
pub(crate) fn begin_second_factor(
    member: MemberId,
    session: CredentialId,
    request: &Request,
    now: Timestamp,
) -> Lookup<Result<Factor>> {
    Statement::new("-- sign-in.begin_second_factor\nSELECT * FROM app.begin_second_factor($1, $2, $3, $4)")
        .bind(member)
        .bind(session)
        .bind(request.source_ip.clone())
        .bind(now)
        .one(|row| match read_throttling(row)? {
            Some(refusal) => Ok(Err(refusal)),
            None => read_factor(row),
        })
}

fn read_factor(row: &Row) -> Result<Result<Factor>> {
    let (Some(totp_sealed), Some(role)) = (row.read("totp_sealed")?, row.read("role")?) else {
        return Ok(Err(Error::conflict("no_second_factor")));
    };
    let recovery_salt = row.read::<&[u8]>("recovery_salt")?.try_into().map_err(Error::internal)?;
    let (not_after, subject) = (row.read("not_after")?, row.read("subject")?);
    Ok(Ok(Factor { role, totp_sealed, recovery_salt, not_after, subject }))
}

/// Uses the proof up; false where it was used before.
pub(crate) fn spend(member: MemberId, spent: &Spent, factor: &Factor, now: Timestamp) -> Lookup<bool> {
    let statement = match spent {
        Spent::Step { step, resealed } => {
            Statement::new("-- sign-in.take_totp_step\nSELECT app.take_totp_step($1, $2, $3, $4, $5) AS is_spent")
                .bind(member)
                .bind(*step)
                .bind(factor.totp_sealed.clone())
                .bind(resealed.clone())
                .bind(factor.subject.clone())
        }
        Spent::Recovery { hash } => {
            Statement::new("-- sign-in.take_recovery_code\nSELECT app.take_recovery_code($1, $2, $3, $4) AS is_spent")
                .bind(member)
                .bind(hash.to_vec())
                .bind(factor.subject.clone())
                .bind(now)
        }
    };
    statement.one(|row| row.read("is_spent"))
}

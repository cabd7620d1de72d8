//! Every SQL statement that `set-password` may run, but for `session.renew` of `shared::authn::session`.

use shared::{
    Error, Result,
    authn::session::Assurance,
    clock::Timestamp,
    domain::text::KnownAddress,
    http::Request,
    id::{CredentialId, MailId, MemberId},
    tenant::{Lookup, Row, Statement},
};

use crate::{holder::Holder, link::Use};

/// What is known of the member and of the session before the password is compared.
pub(crate) struct Account {
    pub(crate) holder: Holder,
    pub(crate) password_phc: String,
    pub(crate) assurance: Assurance,
    /// When the session ends in which it is changed.
    pub(crate) not_after: Option<Timestamp>,
    pub(crate) subject: Vec<u8>,
}

/// A password that takes the place of another, as it is stored.
pub(crate) struct Changed<'a> {
    pub(crate) account: &'a Account,
    pub(crate) phc: String,
    pub(crate) replaced: CredentialId,
    pub(crate) spared: CredentialId,
    pub(crate) mail: MailId,
}

/// A link that opens something.
pub(crate) struct Opened {
    pub(crate) holder: Holder,
    /// True where an earlier attempt at the same request used it up, and its answer was lost.
    pub(crate) is_done: bool,
}

/// Seconds until an address with too many wrong links may try again.
const RETRY_AFTER_S: i32 = 60;

/// Whose link it is. A refusal is no error of the statement: what was counted must be committed.
pub(crate) fn open_link(opening: &Use<'_>, now: Timestamp) -> Lookup<Result<Opened>> {
    Statement::new("-- set-password.open_link\nSELECT * FROM app.link($1, $2, $3, $4, $5)")
        .bind(opening.link.0.sha256.to_vec())
        .bind(opening.kind.word())
        .bind(opening.request.source_ip.clone())
        .bind(opening.request.request_id.clone())
        .bind(now)
        .one(read_opened)
}

fn read_opened(row: &Row) -> Result<Result<Opened>> {
    let is_done = match row.read("outcome")? {
        "found" => false,
        "used" => true,
        "throttled" => return Ok(Err(Error::throttled(RETRY_AFTER_S))),
        _ => return Ok(Err(Error::NotFound)),
    };
    Ok(Ok(Opened { holder: read_holder(row, row.read("member_id")?)?, is_done }))
}

fn read_holder(row: &Row, member: MemberId) -> Result<Holder> {
    Ok(Holder {
        member,
        role: row.read("role")?,
        email: row.read("email")?,
        name: row.read("name")?,
        organization_name: row.read("organization_name")?,
        slug: row.read::<Option<String>>("slug")?.unwrap_or_default(),
        requires_mfa: row.read("requires_mfa")?,
    })
}

/// Sets the password of the member whom the link names, if the link is still the one that was looked up, and uses it up.
pub(crate) fn set_password(opening: &Use<'_>, phc: String, mail: MailId, now: Timestamp) -> Statement {
    Statement::new("-- set-password.set_password\nSELECT app.set_password_by_link($1, $2, $3, $4, $5, $6, $7)")
        .bind(opening.link.0.sha256.to_vec())
        .bind(opening.kind.word())
        .bind(phc)
        .bind(opening.request.source_ip.clone())
        .bind(opening.request.request_id.clone())
        .bind(mail)
        .bind(now)
}

/// Asks for a link; the seconds to wait, for an address that asks too often.
pub(crate) fn request_reset(
    email: &KnownAddress,
    request: &Request,
    mail: MailId,
    now: Timestamp,
) -> Lookup<Option<i32>> {
    Statement::new("-- set-password.request_reset\nSELECT app.request_reset($1, $2, $3, $4) AS retry_after_s")
        .bind(email.clone())
        .bind(request.source_ip.clone())
        .bind(mail)
        .bind(now)
        .one(read_wait)
}

fn read_wait(row: &Row) -> Result<Option<i32>> {
    row.read("retry_after_s")
}

/// Takes a guess at the present password of the member whose session has this secret.
pub(crate) fn begin_change(own_sha256: [u8; 32], request: &Request, now: Timestamp) -> Lookup<Result<Account>> {
    Statement::new("-- set-password.begin_change\nSELECT * FROM app.begin_password_change($1, $2, $3)")
        .bind(own_sha256.to_vec())
        .bind(request.source_ip.clone())
        .bind(now)
        .one(|row| match read_wait(row)? {
            Some(seconds) => Ok(Err(Error::throttled(seconds))),
            None => read_account(row).map(Ok),
        })
}

fn read_account(row: &Row) -> Result<Account> {
    Ok(Account {
        holder: read_holder(row, row.read("member_id")?)?,
        password_phc: row.read("password_phc")?,
        assurance: row.read("assurance")?,
        not_after: row.read("not_after")?,
        subject: row.read("subject")?,
    })
}

/// Says that the present password was right, if it is still the one that was compared.
pub(crate) fn accept_current(account: &Account) -> Statement {
    Statement::new("-- set-password.accept_current\nSELECT app.accept_password($1, $2, NULL, $3)")
        .bind(account.holder.member)
        .bind(account.password_phc.clone())
        .bind(account.subject.clone())
}

/// Changes the password, if it is still the one that was compared.
pub(crate) fn change_password(changed: Changed<'_>, now: Timestamp) -> Statement {
    Statement::new("-- set-password.change_password\nSELECT app.change_password($1, $2, $3, $4, $5, $6, $7, $8)")
        .bind(changed.account.holder.member)
        .bind(changed.account.password_phc.clone())
        .bind(changed.phc)
        .bind(changed.replaced)
        .bind(changed.spared)
        .bind(changed.account.subject.clone())
        .bind(changed.mail)
        .bind(now)
}

//! Every SQL statement that `send-mail` may run.

use shared::{
    Result,
    authn::Realm,
    clock::Timestamp,
    domain::{mail::MailKind, member::MemberState},
    id::{CredentialId, MailId, MemberId, OrganizationId},
    tenant::{Lookup, Row, Statement},
};

use crate::link::Link;

/// A mail that one sender has to itself until its lease ends.
pub(crate) struct Claimed {
    pub(crate) mail: MailId,
    pub(crate) kind: MailKind,
    /// The fence: whatever is written of the mail names it.
    pub(crate) attempt: i32,
    pub(crate) member: MemberId,
    pub(crate) state: MemberState,
    pub(crate) address: String,
    pub(crate) organization_name: String,
    pub(crate) realm: Realm,
}

/// Takes the organization's mark away, but not while a mail is being written under it.
pub(crate) fn take_mark(organization: OrganizationId) -> Statement {
    Statement::new("-- send-mail.take_mark\nSELECT directory.take($1, 'mail')").bind(organization)
}

/// Sets the mark again while any mail is open. It is due at once, and not when the first mail is: a mail that is written
/// meanwhile finds the mark there and does not wait for one that failed.
pub(crate) fn put_mark_back(organization: OrganizationId, now: Timestamp) -> Statement {
    Statement::new(concat!(
        "-- send-mail.put_mark_back\n",
        "SELECT directory.mark($1, 'mail', $2) ",
        "WHERE EXISTS (SELECT FROM mails WHERE sent_at IS NULL AND given_up_at IS NULL)",
    ))
    .bind(organization)
    .bind(now)
}

/// Takes the oldest mail that may be tried now and that no worker has, until a moment. While the log is broken, only the
/// mail that says so: of any other the entry could not be written.
pub(crate) fn claim(now: Timestamp, until: Timestamp) -> Lookup<Option<Claimed>> {
    Statement::new(concat!(
        "-- send-mail.claim\n",
        "WITH next AS (SELECT organization_id, mail_id FROM mails ",
        "WHERE sent_at IS NULL AND given_up_at IS NULL AND not_before <= $1 ",
        "AND (kind = 'log_broken' OR (SELECT audit.broken_since()) IS NULL) ",
        "ORDER BY mail_id LIMIT 1 FOR UPDATE SKIP LOCKED) ",
        "UPDATE mails AS m SET attempts = m.attempts + 1, not_before = $2 FROM next AS n, members AS r, organizations AS o ",
        "WHERE m.organization_id = n.organization_id AND m.mail_id = n.mail_id ",
        "AND r.organization_id = m.organization_id AND r.member_id = m.member_id AND o.organization_id = m.organization_id ",
        "RETURNING m.mail_id, m.kind, m.attempts, m.member_id, r.state, r.email, o.name, o.environment",
    ))
    .bind(now)
    .bind(until)
    .optional(read_claimed)
}

fn read_claimed(row: &Row) -> Result<Claimed> {
    Ok(Claimed {
        mail: row.read("mail_id")?,
        kind: row.read("kind")?,
        attempt: row.read("attempts")?,
        member: row.read("member_id")?,
        state: row.read("state")?,
        address: row.read("email")?,
        organization_name: row.read("name")?,
        realm: row.read("environment")?,
    })
}

/// Makes the link's credential valid.
pub(crate) fn add_link(claimed: &Claimed, link: &Link, now: Timestamp) -> Statement {
    Statement::new("-- send-mail.add_link\nSELECT app.add_link($1, $2, $3, $4, $5, $6)")
        .bind(claimed.mail)
        .bind(claimed.kind)
        .bind(CredentialId::new(now))
        .bind(link.credential.sha256.to_vec())
        .bind(now.plus_seconds(link.lifetime_s()))
        .bind(now)
}

/// Ends it well; 0 where another sender has it by now.
pub(crate) fn finish(claimed: &Claimed, now: Timestamp) -> Lookup<i64> {
    Statement::new(concat!(
        "-- send-mail.finish\n",
        "WITH held AS (UPDATE mails SET sent_at = $3 WHERE mail_id = $1 AND attempts = $2 ",
        "AND sent_at IS NULL AND given_up_at IS NULL RETURNING 1) SELECT count(*) AS changed FROM held",
    ))
    .bind(claimed.mail)
    .bind(claimed.attempt)
    .bind(now)
    .one(|row| row.read("changed"))
}

/// Gives it back, to be tried again from that moment on.
pub(crate) fn give_back(claimed: &Claimed, at: Timestamp) -> Statement {
    Statement::new(concat!(
        "-- send-mail.give_back\n",
        "UPDATE mails SET not_before = $3 WHERE mail_id = $1 AND attempts = $2 AND sent_at IS NULL AND given_up_at IS NULL",
    ))
    .bind(claimed.mail)
    .bind(claimed.attempt)
    .bind(at)
}

/// Ends it without it being sent, where it is so because SES refuses it for good; 0 where another sender has it by now.
pub(crate) fn give_up(claimed: &Claimed, is_refused: bool, now: Timestamp) -> Lookup<i64> {
    Statement::new(concat!(
        "-- send-mail.give_up\n",
        "WITH held AS (UPDATE mails SET given_up_at = $3, is_refused = $4 WHERE mail_id = $1 AND attempts = $2 ",
        "AND sent_at IS NULL AND given_up_at IS NULL RETURNING 1) SELECT count(*) AS changed FROM held",
    ))
    .bind(claimed.mail)
    .bind(claimed.attempt)
    .bind(now)
    .bind(is_refused)
    .one(|row| row.read("changed"))
}

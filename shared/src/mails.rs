//! Mail that an action causes, as a row of the same transaction: `send-mail` finds it, and makes what is secret
//! in it.

use crate::{
    clock::Timestamp,
    domain::mail::MailKind,
    id::{MailId, MemberId},
    tenant::{Lookup, Statement},
};

/// A mail to a member.
#[must_use]
pub fn request(mail: MailId, kind: MailKind, member: MemberId, now: Timestamp) -> Statement {
    Statement::new(concat!(
        "-- mails.request\n",
        "INSERT INTO mails (organization_id, mail_id, member_id, kind, requested_at, not_before) ",
        "VALUES (app.organization_id(), $1, $2, $3, $4, $4)",
    ))
    .bind(mail)
    .bind(member)
    .bind(kind)
    .bind(now)
}

/// The members who are told of what concerns the organization: its active owners.
#[must_use]
pub fn list_owners() -> Lookup<Vec<MemberId>> {
    Statement::new(concat!(
        "-- mails.list_owners\n",
        "SELECT member_id FROM members WHERE role = 'owner' AND state = 'active' ORDER BY member_id",
    ))
    .all(|row| row.read("member_id"))
}

//! Every SQL statement that `manage-members` may run.

use shared::{
    Result,
    access::Role,
    clock::Timestamp,
    domain::{mail::MailKind, member::MemberState, text::EmailAddress},
    door::Batch,
    http::Page,
    id::{CredentialId, MailId, MemberId, PersonId},
    mails,
    queue::MAIL_REQUEST,
    tenant::{Lookup, Row, Statement},
    vault::PersonKey,
};

use crate::member::Member;

/// A member, and what a change of their standing depends on.
pub(crate) struct Standing {
    pub(crate) member: Member,
    pub(crate) has_password: bool,
    /// True where another member is an owner and active.
    pub(crate) has_another_owner: bool,
}

/// Whether the newest mail that invites a member was refused for good.
macro_rules! invitation_refused {
    () => {
        "m.state = 'invited' AND coalesce((SELECT i.is_refused FROM mails AS i WHERE i.organization_id = m.organization_id \
         AND i.member_id = m.member_id AND i.kind = 'member_invitation' ORDER BY i.mail_id DESC LIMIT 1), false) AS invitation_refused"
    };
}

/// True where another member has the address. Two invitations at once can both find it free; the table refuses the
/// second, which is then run again.
pub(crate) fn is_taken(email: &EmailAddress) -> Lookup<bool> {
    Statement::new(concat!(
        "-- manage-members.is_taken\n",
        "SELECT EXISTS (SELECT FROM members WHERE lower(email) = lower($1)) AS is_taken",
    ))
    .bind(email.clone())
    .one(|row| row.read("is_taken"))
}

pub(crate) fn list_members(page: &Page<MemberId>) -> Lookup<Vec<Member>> {
    Statement::new(concat!(
        "-- manage-members.list_members\n",
        "SELECT m.member_id, m.name, m.email, m.role, m.state, m.created_at, m.last_sign_in_at, ",
        "p.totp_confirmed_at IS NOT NULL AS has_second_factor, ",
        invitation_refused!(),
        " FROM members AS m LEFT JOIN member_proofs AS p USING (organization_id, member_id) ",
        "WHERE $1 IS NULL OR m.member_id > $1 ORDER BY m.member_id LIMIT $2",
    ))
    .bind(page.after)
    .bind(page.probe())
    .all(read_member)
}

pub(crate) fn load_member(member: MemberId) -> Lookup<Member> {
    Statement::new(concat!(
        "-- manage-members.load_member\n",
        "SELECT m.member_id, m.name, m.email, m.role, m.state, m.created_at, m.last_sign_in_at, ",
        "p.totp_confirmed_at IS NOT NULL AS has_second_factor, ",
        invitation_refused!(),
        " FROM members AS m LEFT JOIN member_proofs AS p USING (organization_id, member_id) WHERE m.member_id = $1",
    ))
    .bind(member)
    .one(read_member)
}

/// A member, whether they have a password, and whether an owner remains without them.
pub(crate) fn load_standing(member: MemberId) -> Lookup<Standing> {
    Statement::new(concat!(
        "-- manage-members.load_standing\n",
        "SELECT m.member_id, m.name, m.email, m.role, m.state, m.created_at, m.last_sign_in_at, ",
        invitation_refused!(),
        ", p.totp_confirmed_at IS NOT NULL AS has_second_factor, p.member_id IS NOT NULL AS has_password, ",
        "EXISTS (SELECT FROM members AS o WHERE o.role = 'owner' AND o.state = 'active' ",
        "AND o.member_id <> m.member_id) AS has_another_owner ",
        " FROM members AS m LEFT JOIN member_proofs AS p USING (organization_id, member_id) WHERE m.member_id = $1",
    ))
    .bind(member)
    .one(|row| {
        Ok(Standing {
            member: read_member(row)?,
            has_password: row.read("has_password")?,
            has_another_owner: row.read("has_another_owner")?,
        })
    })
}

fn read_member(row: &Row) -> Result<Member> {
    Ok(Member {
        member_id: row.read("member_id")?,
        name: row.read("name")?,
        email: row.read("email")?,
        role: row.read("role")?,
        state: row.read("state")?,
        created_at: row.read("created_at")?,
        last_sign_in_at: row.read("last_sign_in_at")?,
        has_second_factor: row.read("has_second_factor")?,
        invitation_refused: row.read("invitation_refused")?,
    })
}

/// The person that a member is, whose key seals what the log says of them.
pub(crate) fn insert_person(batch: &mut Batch, person: &PersonKey, now: Timestamp) {
    batch.write(
        Statement::new(concat!(
            "-- manage-members.insert_person\n",
            "INSERT INTO people (organization_id, person_id, kind, key_id, wrapped_key, created_at) ",
            "VALUES (app.organization_id(), $1, 'member', $2, $3, $4)",
        ))
        .bind(person.id())
        .bind(person.tenant_key())
        .bind(person.wrapped().to_vec())
        .bind(now),
    );
}

pub(crate) fn insert_member(batch: &mut Batch, member: &Member, person: PersonId) {
    batch.write(
        Statement::new(concat!(
            "-- manage-members.insert_member\n",
            "INSERT INTO members (organization_id, member_id, person_id, email, name, role, state, created_at) ",
            "VALUES (app.organization_id(), $1, $2, $3, $4, $5, $6, $7)",
        ))
        .bind(member.member_id)
        .bind(person)
        .bind(member.email.clone())
        .bind(member.name.clone())
        .bind(member.role)
        .bind(member.state)
        .bind(member.created_at),
    );
}

/// Asks for a mail to the member. `send-mail` is told after the answer, and makes the secret in it.
pub(crate) fn request_mail(batch: &mut Batch, kind: MailKind, member: MemberId, now: Timestamp) {
    let mail = MailId::new(now);
    batch.write(mails::request(mail, kind, member, now));
    batch.ask(MAIL_REQUEST, mail.uuid());
}

/// Gives the member another role, if they have the one that was looked up and the caller may give both.
pub(crate) fn change_role(batch: &mut Batch, maker: CredentialId, member: &Member, role: Role, now: Timestamp) {
    batch.write(
        Statement::new("-- manage-members.change_role\nSELECT app.change_role($1, $2, $3, $4, $5, $6, $7)")
            .bind(maker)
            .bind(member.member_id)
            .bind(member.role)
            .bind(member.role.words())
            .bind(role)
            .bind(role.words())
            .bind(now),
    );
}

/// Takes everything from the member. This role has no right to change members or credentials itself.
pub(crate) fn deactivate_member(batch: &mut Batch, maker: CredentialId, member: &Member, now: Timestamp) {
    batch.write(
        Statement::new("-- manage-members.deactivate_member\nSELECT app.deactivate_member($1, $2, $3, $4, $5)")
            .bind(maker)
            .bind(member.member_id)
            .bind(member.role)
            .bind(member.role.words())
            .bind(now),
    );
}

/// Lets the member in again, into the state that the entry of it names or not at all.
pub(crate) fn reactivate_member(
    batch: &mut Batch,
    maker: CredentialId,
    member: &Member,
    state: MemberState,
    now: Timestamp,
) {
    batch.write(
        Statement::new(concat!(
            "-- manage-members.reactivate_member\n",
            "SELECT app.expect_change(count(*)) FROM app.reactivate_member($1, $2, $3, $4, $5) AS became ",
            "WHERE became = $6",
        ))
        .bind(maker)
        .bind(member.member_id)
        .bind(member.role)
        .bind(member.role.words())
        .bind(now)
        .bind(state),
    );
}

/// Lets who is invited count as new.
pub(crate) fn renew_invitation(batch: &mut Batch, maker: CredentialId, member: &Member, now: Timestamp) {
    batch.write(
        Statement::new("-- manage-members.renew_invitation\nSELECT app.renew_invitation($1, $2, $3, $4, $5)")
            .bind(maker)
            .bind(member.member_id)
            .bind(member.role)
            .bind(member.role.words())
            .bind(now),
    );
}

/// Takes the second factor away, with the sessions in which it was proven.
pub(crate) fn clear_second_factor(batch: &mut Batch, maker: CredentialId, member: &Member, now: Timestamp) {
    batch.write(
        Statement::new("-- manage-members.clear_second_factor\nSELECT app.clear_second_factor($1, $2, $3, $4, $5)")
            .bind(maker)
            .bind(member.member_id)
            .bind(member.role)
            .bind(member.role.words())
            .bind(now),
    );
}

/// True where every member needs a second factor.
pub(crate) fn load_requires_mfa() -> Lookup<bool> {
    Statement::new("-- manage-members.load_requires_mfa\nSELECT requires_mfa FROM organizations")
        .one(|row| row.read("requires_mfa"))
}

pub(crate) fn require_mfa(batch: &mut Batch, is_required: bool, now: Timestamp) {
    batch.write(
        Statement::new("-- manage-members.require_mfa\nSELECT app.require_mfa($1, $2)").bind(is_required).bind(now),
    );
}

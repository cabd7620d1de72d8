//! Every SQL statement that `appoint-staff` may run.

use shared::{
    clock::Timestamp,
    domain::{
        member::MemberState,
        text::{KnownAddress, Slug},
    },
    id::{MemberId, OrganizationId},
    tenant::{Lookup, Statement},
};

/// The open organization of this handle.
pub(crate) fn by_slug(slug: &Slug) -> Lookup<Option<OrganizationId>> {
    Statement::new("-- appoint-staff.by_slug\nSELECT directory.by_slug($1) AS id")
        .bind(slug.clone())
        .one(|row| row.read("id"))
}

/// The member with this address, and where their membership stands.
pub(crate) fn find_member(email: &KnownAddress) -> Lookup<Option<(MemberId, MemberState)>> {
    Statement::new(concat!(
        "-- appoint-staff.find_member\n",
        "SELECT member_id, state FROM members WHERE lower(email) = lower($1)",
    ))
    .bind(email.clone())
    .optional(|row| Ok((row.read("member_id")?, row.read("state")?)))
}

/// Appoints a member of this organization; false where they are staff already.
pub(crate) fn appoint(member: MemberId, now: Timestamp) -> Lookup<bool> {
    Statement::new(concat!(
        "-- appoint-staff.appoint\n",
        "SELECT directory.appoint_staff(app.organization_id(), $1, $2) AS is_new",
    ))
    .bind(member)
    .bind(now)
    .one(|row| row.read("is_new"))
}

/// Dismisses a member of this organization; false where they are not staff.
pub(crate) fn dismiss(member: MemberId, now: Timestamp) -> Lookup<bool> {
    Statement::new(concat!(
        "-- appoint-staff.dismiss\n",
        "SELECT directory.dismiss_staff(app.organization_id(), $1, $2) AS is_ended",
    ))
    .bind(member)
    .bind(now)
    .one(|row| row.read("is_ended"))
}

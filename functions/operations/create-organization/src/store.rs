//! Every SQL statement that `create-organization` may run.

use shared::{
    Result,
    access::{Permission, Role},
    authn::NewCredential,
    clock::Timestamp,
    domain::{mail::MailKind, member::MemberState, text::Slug},
    id::{CredentialId, MailId, MemberId, OrganizationId},
    mails,
    tenant::{Lookup, Row, Statement},
    vault::{PersonKey, WrappedTenantKey},
};

use crate::intake::Intake;

/// What the request would meet.
pub(crate) struct Outlook {
    /// The organization that this very request made before, and its handle.
    pub(crate) made: Option<(OrganizationId, String)>,
    pub(crate) is_taken: bool,
    /// None when there is no such plan.
    pub(crate) plan: Option<Plan>,
}

/// What a plan gives.
pub(crate) struct Plan {
    pub(crate) has_own_kms_key: bool,
    pub(crate) has_limits: bool,
}

/// What an organization begins with.
pub(crate) struct Newcomer {
    pub(crate) tenant_key: WrappedTenantKey,
    pub(crate) owner: PersonKey,
    pub(crate) member: MemberId,
    pub(crate) invitation: MailId,
    pub(crate) credential: CredentialId,
    pub(crate) token: NewCredential,
    pub(crate) now: Timestamp,
}

/// Asks what the request would meet.
pub(crate) fn look_out(intake: &Intake, request_key: Option<[u8; 32]>) -> Lookup<Outlook> {
    Statement::new("-- create-organization.look_out\nSELECT * FROM directory.intake($1, $2, $3)")
        .bind(intake.slug.clone())
        .bind(request_key.map(|hash| hash.to_vec()))
        .bind(intake.plan.clone())
        .one(read_outlook)
}

fn read_outlook(row: &Row) -> Result<Outlook> {
    let made = row.read::<Option<OrganizationId>>("made")?.zip(row.read("made_slug")?);
    let plan = match row.read::<Option<bool>>("has_own_kms_key")? {
        None => None,
        Some(has_own_kms_key) => Some(Plan { has_own_kms_key, has_limits: row.read("has_limits")? }),
    };
    Ok(Outlook { made, is_taken: row.read("is_taken")?, plan })
}

/// The first member that the organization had, if it is there.
pub(crate) fn find_first_member() -> Lookup<Option<MemberId>> {
    Statement::new(concat!(
        "-- create-organization.find_first_member\n",
        "SELECT member_id FROM members ORDER BY created_at, member_id LIMIT 1",
    ))
    .optional(|row| row.read("member_id"))
}

/// Enters the organization in the directory; false when another invocation was faster.
pub(crate) fn enter(slug: Slug, request_key: Option<[u8; 32]>) -> Lookup<bool> {
    Statement::new(concat!(
        "-- create-organization.enter\n",
        "SELECT directory.enter(app.organization_id(), $1, $2) AS is_entered",
    ))
    .bind(slug)
    .bind(request_key.map(|hash| hash.to_vec()))
    .one(|row| row.read("is_entered"))
}

/// Every row that an organization begins with, and the head of its log.
pub(crate) fn inserts(newcomer: &Newcomer, intake: &Intake) -> [Statement; 7] {
    [
        insert_organization(newcomer, intake),
        insert_tenant_key(newcomer),
        Statement::new("-- create-organization.begin_log\nSELECT audit.begin()"),
        insert_person(newcomer),
        insert_owner(newcomer, intake),
        mails::request(newcomer.invitation, MailKind::MemberInvitation, newcomer.member, newcomer.now),
        insert_token(newcomer),
    ]
}

fn insert_organization(newcomer: &Newcomer, intake: &Intake) -> Statement {
    Statement::new(concat!(
        "-- create-organization.insert_organization\n",
        "INSERT INTO organizations (organization_id, name, plan, environment, created_at) ",
        "VALUES (app.organization_id(), $1, $2, $3, $4)",
    ))
    .bind(intake.name.clone())
    .bind(intake.plan.clone())
    .bind(intake.environment.word())
    .bind(newcomer.now)
}

fn insert_tenant_key(newcomer: &Newcomer) -> Statement {
    let key = &newcomer.tenant_key;
    Statement::new(concat!(
        "-- create-organization.insert_tenant_key\n",
        "INSERT INTO tenant_keys (organization_id, key_id, kms_key_id, wrapped_key, wrapped_index_key, created_at) ",
        "VALUES (app.organization_id(), $1, $2, $3, $4, $5)",
    ))
    .bind(key.key_id)
    .bind(key.kms_key_id.clone())
    .bind(key.wrapped.clone())
    .bind(key.wrapped_index_key.clone())
    .bind(newcomer.now)
}

fn insert_person(newcomer: &Newcomer) -> Statement {
    Statement::new(concat!(
        "-- create-organization.insert_person\n",
        "INSERT INTO people (organization_id, person_id, kind, key_id, wrapped_key, created_at) ",
        "VALUES (app.organization_id(), $1, 'member', $2, $3, $4)",
    ))
    .bind(newcomer.owner.id())
    .bind(newcomer.owner.tenant_key())
    .bind(newcomer.owner.wrapped().to_vec())
    .bind(newcomer.now)
}

fn insert_owner(newcomer: &Newcomer, intake: &Intake) -> Statement {
    Statement::new(concat!(
        "-- create-organization.insert_owner\n",
        "INSERT INTO members (organization_id, member_id, person_id, email, name, role, state, created_at) ",
        "VALUES (app.organization_id(), $1, $2, $3, $4, $5, $6, $7)",
    ))
    .bind(newcomer.member)
    .bind(newcomer.owner.id())
    .bind(intake.owner.email.clone())
    .bind(intake.owner.name.clone())
    .bind(Role::Owner)
    .bind(MemberState::Invited)
    .bind(newcomer.now)
}

fn insert_token(newcomer: &Newcomer) -> Statement {
    let permissions: Vec<&'static str> = Permission::ALL.iter().map(|permission| permission.word()).collect();
    Statement::new(concat!(
        "-- create-organization.insert_token\n",
        "INSERT INTO credentials (organization_id, credential_id, kind, sha256, name, permissions, created_at) ",
        "VALUES (app.organization_id(), $1, 'api_token', $2, 'First API token', $3, $4)",
    ))
    .bind(newcomer.credential)
    .bind(newcomer.token.sha256.to_vec())
    .bind(permissions)
    .bind(newcomer.now)
}

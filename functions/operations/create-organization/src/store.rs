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

/// What there is already of what the request asks for.
pub(crate) struct Precheck {
    /// The organization that the same request made before.
    pub(crate) made: Option<Made>,
    pub(crate) is_taken: bool,
    /// None when there is no such plan.
    pub(crate) plan: Option<Plan>,
}

/// An organization that was made.
pub(crate) struct Made {
    pub(crate) organization: OrganizationId,
    pub(crate) slug: String,
}

/// What a plan gives.
pub(crate) struct Plan {
    pub(crate) has_own_kms_key: bool,
    pub(crate) has_limits: bool,
}

/// What an organization begins with.
pub(crate) struct NewOrganization {
    pub(crate) tenant_key: WrappedTenantKey,
    pub(crate) owner: PersonKey,
    pub(crate) member: MemberId,
    pub(crate) invitation: MailId,
    pub(crate) credential: CredentialId,
    pub(crate) token: NewCredential,
    pub(crate) now: Timestamp,
}

/// Looks for what there is already.
pub(crate) fn precheck(intake: &Intake, request_key: Option<[u8; 32]>) -> Lookup<Precheck> {
    Statement::new("-- create-organization.precheck\nSELECT * FROM directory.intake($1, $2, $3)")
        .bind(intake.slug.clone())
        .bind(request_key.map(|hash| hash.to_vec()))
        .bind(intake.plan.clone())
        .one(read_precheck)
}

fn read_precheck(row: &Row) -> Result<Precheck> {
    let made = row.read::<Option<OrganizationId>>("made")?.zip(row.read("made_slug")?);
    let made = made.map(|(organization, slug)| Made { organization, slug });
    let plan = match row.read::<Option<bool>>("has_own_kms_key")? {
        None => None,
        Some(has_own_kms_key) => Some(Plan { has_own_kms_key, has_limits: row.read("has_limits")? }),
    };
    Ok(Precheck { made, is_taken: row.read("is_taken")?, plan })
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
pub(crate) fn inserts(new: &NewOrganization, intake: &Intake) -> [Statement; 7] {
    [
        insert_organization(new, intake),
        insert_tenant_key(new),
        Statement::new("-- create-organization.begin_log\nSELECT audit.begin()"),
        insert_person(new),
        insert_owner(new, intake),
        mails::request(new.invitation, MailKind::MemberInvitation, new.member, new.now),
        insert_token(new),
    ]
}

fn insert_organization(new: &NewOrganization, intake: &Intake) -> Statement {
    Statement::new(concat!(
        "-- create-organization.insert_organization\n",
        "INSERT INTO organizations (organization_id, name, plan, environment, created_at) ",
        "VALUES (app.organization_id(), $1, $2, $3, $4)",
    ))
    .bind(intake.name.clone())
    .bind(intake.plan.clone())
    .bind(intake.environment.word())
    .bind(new.now)
}

fn insert_tenant_key(new: &NewOrganization) -> Statement {
    let key = &new.tenant_key;
    Statement::new(concat!(
        "-- create-organization.insert_tenant_key\n",
        "INSERT INTO tenant_keys (organization_id, key_id, kms_key_id, wrapped_key, wrapped_index_key, created_at) ",
        "VALUES (app.organization_id(), $1, $2, $3, $4, $5)",
    ))
    .bind(key.key_id)
    .bind(key.kms_key_id.clone())
    .bind(key.wrapped.clone())
    .bind(key.wrapped_index_key.clone())
    .bind(new.now)
}

fn insert_person(new: &NewOrganization) -> Statement {
    Statement::new(concat!(
        "-- create-organization.insert_person\n",
        "INSERT INTO people (organization_id, person_id, kind, key_id, wrapped_key, created_at) ",
        "VALUES (app.organization_id(), $1, 'member', $2, $3, $4)",
    ))
    .bind(new.owner.id())
    .bind(new.owner.tenant_key())
    .bind(new.owner.wrapped().to_vec())
    .bind(new.now)
}

fn insert_owner(new: &NewOrganization, intake: &Intake) -> Statement {
    Statement::new(concat!(
        "-- create-organization.insert_owner\n",
        "INSERT INTO members (organization_id, member_id, person_id, email, name, role, state, created_at) ",
        "VALUES (app.organization_id(), $1, $2, $3, $4, $5, $6, $7)",
    ))
    .bind(new.member)
    .bind(new.owner.id())
    .bind(intake.owner.email.clone())
    .bind(intake.owner.name.clone())
    .bind(Role::Owner)
    .bind(MemberState::Invited)
    .bind(new.now)
}

fn insert_token(new: &NewOrganization) -> Statement {
    let permissions: Vec<&'static str> = Permission::ALL.iter().map(|permission| permission.word()).collect();
    Statement::new(concat!(
        "-- create-organization.insert_token\n",
        "INSERT INTO credentials (organization_id, credential_id, kind, sha256, name, permissions, created_at) ",
        "VALUES (app.organization_id(), $1, 'api_token', $2, 'First API token', $3, $4)",
    ))
    .bind(new.credential)
    .bind(new.token.sha256.to_vec())
    .bind(permissions)
    .bind(new.now)
}

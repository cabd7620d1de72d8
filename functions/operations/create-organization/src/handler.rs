//! Creates an organization with its first owner and API token, when the operator invokes it. Contract in
//! `functions/operations/create-organization/README.md`. Promises T1, E1, T12.

use shared::{
    Error, Result,
    audit::{Action, AuditEvent, Diff, Internal, TargetKind},
    authn::{CredentialKind, NewCredential, sha256},
    domain::BoundedText,
    id::{CredentialId, KeyId, MailId, MemberId, OrganizationId, PersonId},
    runtime::Invocation,
    settings::Environment,
    tenant::is_interruption,
    work::SystemWork,
};

use crate::{
    Deps,
    intake::{Intake, TakenOn},
    store::{self, Made, NewOrganization, Precheck},
};

/// Makes the organization, its keys, its log, its owner with an invitation, and its first API token together, or none of
/// them.
///
/// # Errors
/// The refusals of the contract; see the README's table.
pub async fn handle(deps: &Deps, invocation: &Invocation, intake: Intake) -> Result<TakenOn> {
    let organization = OrganizationId::new(deps.clock.now());
    let work = invocation.work(&deps.db, organization);
    let request_key = intake.request_key.as_ref().map(|key| sha256(key.as_str().as_bytes()));
    let precheck = work.with_tenant(async |tx| tx.find(store::precheck(&intake, request_key)).await).await?;
    if let Some(made) = precheck.made {
        return answer_again(deps, invocation, intake, made).await;
    }
    let has_own_kms_key = check(deps, &precheck)?;

    // No transaction is open here: KMS may take its time.
    let new = NewOrganization::new(deps, &intake, organization, has_own_kms_key).await?;
    let entry = entry(&new, &intake, invocation.request_id())?;

    if !record(&work, &new, &intake, request_key, entry).await? {
        // Another invocation was faster: perhaps the same request, sent twice.
        let precheck = work.with_tenant(async |tx| tx.find(store::precheck(&intake, request_key)).await).await?;
        let made = precheck.made.ok_or_else(|| Error::taken("/slug"))?;
        return answer_again(deps, invocation, intake, made).await;
    }

    Ok(TakenOn {
        organization_id: organization,
        slug: intake.slug,
        owner_member_id: new.member,
        api_token: Some(new.token.text.expose_secret().clone()),
    })
}

/// Writes everything; false when the handle or the request key was taken meanwhile.
async fn record(
    work: &SystemWork,
    new: &NewOrganization,
    intake: &Intake,
    request_key: Option<[u8; 32]>,
    entry: AuditEvent,
) -> Result<bool> {
    let recorded = work
        .with_tenant(async |tx| {
            if !tx.find(store::enter(intake.slug.clone(), request_key)).await? {
                return Ok(false);
            }
            for statement in store::inserts(new, intake) {
                tx.write(statement).await?;
            }
            work.audit(tx, "create-organization", entry).await?;
            Ok(true)
        })
        .await;
    match recorded {
        // With the answer to COMMIT the only showing of the token would be lost, so look whether it happened.
        Err(error) if is_interruption(&error) => {
            let owner = work.with_tenant(async |tx| tx.find(store::find_first_member()).await).await?;
            if owner == Some(new.member) { Ok(true) } else { Err(error) }
        }
        recorded => recorded,
    }
}

/// Answers a repeated request: the token was shown by the first answer, and is not shown again.
async fn answer_again(deps: &Deps, invocation: &Invocation, intake: Intake, made: Made) -> Result<TakenOn> {
    let Made { organization: organization_id, slug } = made;
    if slug != intake.slug.as_str() {
        return Err(Error::unprocessable("/request_key", "used_for_another_request"));
    }
    let work = invocation.work(&deps.db, organization_id);
    let owner = work.with_tenant(async |tx| tx.find(store::find_first_member()).await).await?;
    let owner_member_id = owner.ok_or_else(|| Error::internal("an organization without a member"))?;
    Ok(TakenOn { organization_id, slug: intake.slug, owner_member_id, api_token: None })
}

/// True when the plan gives a KMS key of its own.
fn check(deps: &Deps, precheck: &Precheck) -> Result<bool> {
    if precheck.is_taken {
        return Err(Error::taken("/slug"));
    }
    let plan = precheck.plan.as_ref().ok_or_else(|| Error::unprocessable("/plan", "unknown_value"))?;
    if !plan.has_limits && !matches!(deps.environment, Environment::Local | Environment::Test) {
        return Err(Error::unprocessable("/plan", "only_for_load_tests"));
    }
    Ok(plan.has_own_kms_key)
}

impl NewOrganization {
    async fn new(deps: &Deps, intake: &Intake, organization: OrganizationId, has_own_kms_key: bool) -> Result<Self> {
        let now = deps.clock.now();
        let kms_key =
            if has_own_kms_key { &deps.keys.create_kms_key(organization).await? } else { deps.keys.shared_kms_key() };
        let tenant_key = deps.keys.create_tenant_key(organization, KeyId::new(now), kms_key).await?;
        let owner = deps.keys.tenant_key(&tenant_key).await?.new_person(PersonId::new(now))?;
        let token = NewCredential::generate(CredentialKind::ApiToken, intake.environment, organization)?;
        let (member, invitation, credential) = (MemberId::new(now), MailId::new(now), CredentialId::new(now));
        Ok(Self { tenant_key, owner, member, invitation, credential, token, now })
    }
}

/// The first entry of the log. The owner's name and address stand in it sealed.
fn entry(new: &NewOrganization, intake: &Intake, request_id: &str) -> Result<AuditEvent> {
    let owner = &new.owner;
    let diff = Diff::new()
        .added("name", Internal(intake.name.as_str()))
        .added("slug", Internal(intake.slug.as_str()))
        .added("plan", Internal(intake.plan.as_str()))
        .added("environment", Internal(intake.environment.word()))
        .added("owner_member_id", new.member)
        .added("owner_person_id", owner.id())
        .added("credential_id", new.credential)
        .added_sealed("owner_name", Some(intake.owner.name.as_str()), owner, request_id)?
        .added_sealed("owner_email", Some(intake.owner.email.as_str()), owner, request_id)?;
    Ok(AuditEvent::new(Action::OrganizationCreated, TargetKind::Organization, owner.organization()).with(diff))
}

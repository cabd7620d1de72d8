//! Handles `POST /v1/members` and `POST /v1/members/{member_id}/invite`.

use serde::Deserialize;
use shared::{
    Error, Result,
    access::{Permission, Role},
    audit::{Action, AuditEvent, Diff, TargetKind},
    authn::reach::Reach,
    domain::{
        BoundedText as _,
        mail::MailKind,
        member::MemberState,
        text::{EmailAddress, Name},
    },
    http::{Nothing, Reply, Request},
    id::{MemberId, PersonId},
    vault::PersonKey,
};
use utoipa::ToSchema;

use crate::{
    Deps,
    member::Member,
    reach::{lookups, refuse, refuse_role},
    store,
};

/// A member to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMember {
    /// Where the link is sent. No two members have the same one, in whatever case.
    email: EmailAddress,
    /// Full name.
    name: Name,
    /// What they become: nothing that may do more than the member who invites them.
    role: Role,
}

/// Enters a member with a key of their own and asks for the mail that brings them the link.
pub(crate) async fn create(deps: &Deps, request: &Request) -> Result<Reply> {
    let new: NewMember = request.json()?;

    let lookups = (Reach::of(request.credential()?.sha256), store::is_taken(&new.email));
    let (admitted, (reach, is_taken)) = deps.door.admit(request, Permission::MemberManage, lookups).await?;
    if let Some(lacking) = reach.lacks(new.role) {
        return refuse_role(admitted, request, lacking).await;
    }
    if is_taken {
        return Err(Error::taken("/email"));
    }

    // No transaction is open here: KMS may take its time.
    let person = admitted.tenant_key().await?.new_person(PersonId::new(admitted.now()))?;

    let member = Member {
        member_id: MemberId::new(admitted.now()),
        name: new.name.as_str().to_owned(),
        email: new.email.as_str().to_owned(),
        role: new.role,
        state: MemberState::Invited,
        created_at: admitted.now(),
        last_sign_in_at: None,
        has_second_factor: false,
        invitation_refused: false,
    };
    let entry = entry(&member, &person, admitted.request_id())?;
    let reply = Reply::created(&member)?;
    admitted
        .record(reply, |batch| {
            store::insert_person(batch, &person, member.created_at);
            store::insert_member(batch, &member, person.id());
            store::request_mail(batch, MailKind::MemberInvitation, member.member_id, member.created_at);
            batch.audit(entry);
        })
        .await
}

/// Name and address stand in the log sealed, with commitments.
fn entry(member: &Member, person: &PersonKey, request_id: &str) -> Result<AuditEvent> {
    let diff = Diff::new()
        .added("person_id", person.id())
        .added("role", member.role)
        .added_sealed("name", Some(&member.name), person, request_id)?
        .added_sealed("email", Some(&member.email), person, request_id)?;
    Ok(AuditEvent::new(Action::MemberInvited, TargetKind::Member, member.member_id).with(diff))
}

/// Asks for another mail with a link. The links before it stay good until one of them is used.
pub(crate) async fn repeat(deps: &Deps, request: &Request) -> Result<Reply> {
    let Nothing {} = request.json_or_empty()?;

    let (admitted, (standing, reach)) = deps.door.admit(request, Permission::MemberManage, lookups(request)?).await?;
    let member = standing.member;
    if let Some(lacking) = reach.lacks(member.role) {
        return refuse(admitted, request, lacking).await;
    }
    if member.state != MemberState::Invited {
        return Err(Error::conflict("not_invited"));
    }

    let (maker, now) = (admitted.caller().credential, admitted.now());
    let reply = Reply::ok(&Member { invitation_refused: false, ..member.clone() })?;
    admitted
        .record(reply, |batch| {
            store::renew_invitation(batch, maker, &member, now);
            store::request_mail(batch, MailKind::MemberInvitation, member.member_id, now);
            batch.audit(AuditEvent::new(Action::MemberInvited, TargetKind::Member, member.member_id));
        })
        .await
}

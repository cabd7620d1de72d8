//! A link out of a mail: an invitation that is accepted, or a reset that is completed. Both set a password and use the
//! link up; neither signs anybody in, so that neither passes a second factor by.

use std::borrow::Cow;

use serde::{Deserialize, Serialize, de::Error as _};
use shared::{
    Result,
    audit::{Action, AuditEvent, Diff, TargetKind},
    authn::{Credential, CredentialKind, password::Password},
    domain::member::MemberState,
    http::{Reply, Request},
    id::{MailId, MemberId},
};
use utoipa::ToSchema;

use crate::{Deps, holder::Holder, store};

/// The credential in a link: what follows its `#`. Its text is not kept, only what it is known again by.
#[derive(Debug)]
pub struct Link(pub(crate) Credential);

/// An invitation, accepted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Acceptance {
    /// The credential in the invitation's link, `dbm_…`.
    invitation: Link,
    /// The password to sign in with.
    password: Password,
}

/// A reset, completed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Completion {
    /// The credential in the link, `dbr_…`.
    reset: Link,
    /// The password to sign in with from now on.
    password: Password,
}

/// A member who may sign in with the password that was set.
#[derive(Debug, Serialize, ToSchema)]
pub struct PasswordSet {
    /// Who.
    pub member_id: MemberId,
    /// Where their membership stands: `active`.
    pub state: MemberState,
}

/// A link, and the one request that may use it up.
pub(crate) struct Use<'r> {
    pub(crate) link: &'r Link,
    pub(crate) kind: CredentialKind,
    pub(crate) request: &'r Request,
}

/// A link that opens something.
pub(crate) struct Opened {
    pub(crate) holder: Holder,
    /// True where this very request has used it up already, and nobody heard of it.
    pub(crate) is_done: bool,
}

/// Makes somebody who was invited a member.
pub(crate) async fn accept(deps: &Deps, request: &Request) -> Result<Reply> {
    let Acceptance { invitation, password } = request.json_of_anyone()?;
    let invitation = Use { link: &invitation, kind: CredentialKind::MemberInvitation, request };
    set(deps, &invitation, &password, Action::MemberJoined).await
}

/// Sets the password of a member who cannot use the one they have.
pub(crate) async fn complete(deps: &Deps, request: &Request) -> Result<Reply> {
    let Completion { reset, password } = request.json_of_anyone()?;
    let reset = Use { link: &reset, kind: CredentialKind::PasswordReset, request };
    set(deps, &reset, &password, Action::MemberPasswordReset).await
}

async fn set(deps: &Deps, opening: &Use<'_>, password: &Password, action: Action) -> Result<Reply> {
    let (request, now) = (opening.request, deps.door.now());
    let work = deps.door.open(request, &opening.link.0);
    // What was counted is committed before anybody is refused.
    let Opened { holder, is_done } =
        work.with_tenant(async |tx| tx.find(store::open_link(opening, now)).await).await??;

    if !is_done {
        // A weak password leaves the link as it was. No transaction is open while the other is hashed.
        holder.refuse_weak(password, "/password")?;
        let phc = password.hash()?;
        let actor = request.by_member(holder.member);
        let entry = AuditEvent::new(action, TargetKind::Member, holder.member);
        work.with_tenant(async |tx| {
            tx.write(store::set_password(opening, phc, MailId::new(now), now)).await?;
            work.audit_by(tx, &actor, entry.with(Diff::new().added("role", holder.role))).await
        })
        .await?;
    }

    Reply::ok(&PasswordSet { member_id: holder.member, state: MemberState::Active })
}

impl<'de> Deserialize<'de> for Link {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <Cow<'de, str>>::deserialize(deserializer)?;
        Credential::parse(&text).map(Self).map_err(|_| D::Error::custom("#wrong_form"))
    }
}

impl utoipa::PartialSchema for Link {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .pattern(Some("^db[a-z]_(live|test)_[0-9A-HJKMNP-TV-Z]{85}$"))
            .write_only(true)
            .into()
    }
}

impl ToSchema for Link {}

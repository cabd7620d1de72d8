//! Hosts, whom visitors come to see.

use serde::{Deserialize, Serialize};
use shared::{
    Result,
    access::Permission,
    audit::{Action, AuditEvent, Diff, Internal, TargetKind},
    clock::Timestamp,
    domain::{
        BoundedText, Locale,
        text::{EmailAddress, Name, PhoneNumber, dialled},
    },
    http::{List, Reply, Request},
    id::{HostId, PersonId},
    vault::PersonKey,
};
use utoipa::ToSchema;

use crate::{Deps, store};

/// Language of a host of whom nothing else is said.
const LOCALE_DEFAULT: &str = "en";

/// A host to be. Hosts are not merged by name or address: each is a person of its own.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewHost {
    /// Full name.
    name: Name,
    /// Where arrivals are told by mail.
    email: Option<EmailAddress>,
    /// Where arrivals are told by text message.
    phone: Option<PhoneNumber>,
    /// Language of messages; English when left out.
    locale: Option<Locale>,
}

/// A host.
#[derive(Debug, Serialize, ToSchema)]
pub struct Host {
    /// The host.
    pub host_id: HostId,
    /// Whose key seals what the log says of them.
    pub person_id: PersonId,
    /// Full name.
    pub name: String,
    /// Where arrivals are told by mail.
    pub email: Option<String>,
    /// Where arrivals are told by text message.
    pub phone: Option<String>,
    /// The same number as programs dial it.
    pub phone_dialled: Option<String>,
    /// Language of messages.
    pub locale: String,
    /// When they were entered.
    pub created_at: Timestamp,
}

/// Enters a host with a key of their own.
pub(crate) async fn create(deps: &Deps, request: &Request) -> Result<Reply> {
    let new: NewHost = request.json()?;

    let (admitted, ()) = deps.door.admit(request, Permission::HostManage, ()).await?;

    // No transaction is open here: KMS may take its time.
    let person = admitted.tenant_key().await?.new_person(PersonId::new(admitted.now()))?;

    let text = |text: Option<&str>| text.map(str::to_owned);
    let host = Host {
        host_id: HostId::new(admitted.now()),
        person_id: person.id(),
        name: new.name.as_str().to_owned(),
        email: text(new.email.as_ref().map(BoundedText::as_str)),
        phone: text(new.phone.as_ref().map(BoundedText::as_str)),
        phone_dialled: new.phone.as_ref().and_then(|phone| dialled(phone.as_str())),
        locale: new.locale.as_ref().map_or(LOCALE_DEFAULT, BoundedText::as_str).to_owned(),
        created_at: admitted.now(),
    };
    let entry = entry(&host, &person, admitted.request_id())?;
    let reply = Reply::created(&host)?;
    admitted
        .record(reply, |batch| {
            store::insert_person(batch, &person, host.created_at);
            store::insert_host(batch, &host);
            batch.audit(entry);
        })
        .await
}

/// Name and addresses stand in the log sealed, with commitments.
fn entry(host: &Host, person: &PersonKey, request_id: &str) -> Result<AuditEvent> {
    let diff = Diff::new()
        .added("person_id", host.person_id)
        .added("locale", Internal(&host.locale))
        .added_sealed("name", Some(&host.name), person, request_id)?
        .added_sealed("email", host.email.as_deref(), person, request_id)?
        .added_sealed("phone", host.phone.as_deref(), person, request_id)?;
    Ok(AuditEvent::new(Action::HostCreated, TargetKind::Host, host.host_id).with(diff))
}

/// Lists hosts, the oldest first.
pub(crate) async fn list(deps: &Deps, request: &Request) -> Result<Reply> {
    let mut query = request.query()?;
    let page = query.take_page::<HostId>()?;
    query.finish()?;

    let lookup = store::list_hosts(&page);
    let (_, hosts) = deps.reads.admit(request, Permission::HostManage, lookup).await?;

    Reply::ok(&List::cut(&page, hosts, |host| host.host_id)?)
}

//! Kiosks, from their entry until they are revoked. What happens in between is `pair-kiosk`.

use serde::{Deserialize, Serialize};
use shared::{
    Error, Result,
    access::Permission,
    audit::{Action, AuditEvent, Diff, Internal, TargetKind},
    authn::pairing::{PAIRING_LIFETIME_S, PairingCode},
    clock::Timestamp,
    domain::{BoundedText, text::Name},
    http::{List, Nothing, Reply, Request},
    id::{CredentialId, KioskId, SiteId},
};
use utoipa::ToSchema;

use crate::{Deps, store};

/// A kiosk to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewKiosk {
    /// Name, as `Main entrance`.
    name: Name,
}

/// What changes of a kiosk.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KioskChange {
    /// Its new name.
    name: Name,
}

/// A kiosk that waits to be paired.
#[derive(Debug, Serialize, ToSchema)]
pub struct WaitingKiosk {
    /// The kiosk.
    pub kiosk_id: KioskId,
    /// Where it will stand.
    pub site_id: SiteId,
    /// Name.
    pub name: String,
    /// What is typed into the device, once. Shown once: null when this answer is a replay.
    pub pairing_code: Option<String>,
    /// Until when the code can be used.
    pub pairing_expires_at: Timestamp,
}

/// Where a kiosk stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum KioskState {
    /// Its code was not used in time.
    Expired,
    /// A device holds its credential.
    Paired,
    /// Its credential is worth nothing any more.
    Revoked,
    /// Its code can be used.
    Waiting,
}

/// A kiosk.
#[derive(Debug, Serialize, ToSchema)]
pub struct Kiosk {
    /// The kiosk.
    pub kiosk_id: KioskId,
    /// Where it stands.
    pub site_id: SiteId,
    /// Name.
    pub name: String,
    /// Where it stands in its life.
    pub state: KioskState,
    /// Until when its code could be used.
    pub pairing_expires_at: Timestamp,
    /// When a device took its place.
    pub paired_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// When it was entered.
    pub created_at: Timestamp,
    /// When its device was heard of last, to the minute; null where it never was.
    pub last_seen_at: Option<Timestamp>,
}

/// A kiosk as it is stored.
#[derive(Clone, Debug)]
pub(crate) struct KioskRow {
    pub(crate) kiosk_id: KioskId,
    pub(crate) site_id: SiteId,
    pub(crate) name: String,
    pub(crate) pairing_expires_at: Timestamp,
    pub(crate) credential_id: Option<CredentialId>,
    pub(crate) paired_at: Option<Timestamp>,
    pub(crate) revoked_at: Option<Timestamp>,
    pub(crate) created_at: Timestamp,
    pub(crate) last_seen_at: Option<Timestamp>,
}

impl KioskRow {
    fn at(self, now: Timestamp) -> Kiosk {
        let state = match (self.revoked_at, self.paired_at) {
            (Some(_), _) => KioskState::Revoked,
            (None, Some(_)) => KioskState::Paired,
            (None, None) if self.pairing_expires_at > now => KioskState::Waiting,
            (None, None) => KioskState::Expired,
        };
        Kiosk {
            kiosk_id: self.kiosk_id,
            site_id: self.site_id,
            name: self.name,
            state,
            pairing_expires_at: self.pairing_expires_at,
            paired_at: self.paired_at,
            revoked_at: self.revoked_at,
            created_at: self.created_at,
            last_seen_at: self.last_seen_at,
        }
    }
}

/// Enters a kiosk and makes the code with which a device takes its place.
pub(crate) async fn create(deps: &Deps, request: &Request) -> Result<Reply> {
    let new: NewKiosk = request.json()?;

    let lookup = store::find_site(request.target("site_id"));
    let (gate, site_id) = deps.door.admit(request, Permission::KioskManage, lookup).await?;

    let code = PairingCode::generate()?;
    let mut kiosk = WaitingKiosk {
        kiosk_id: KioskId::new(gate.now()),
        site_id,
        name: new.name.as_str().to_owned(),
        pairing_code: Some(code.text().expose_secret().clone()),
        pairing_expires_at: gate.now().plus_seconds(PAIRING_LIFETIME_S),
    };
    let reply = Reply::created(&kiosk)?;
    kiosk.pairing_code = None;
    let reply = reply.replayed_as(&kiosk)?;
    let (code_sha256, now) = (code.sha256(gate.caller().organization), gate.now());
    let diff = Diff::new()
        .added("site_id", site_id)
        .added("name", Internal(&kiosk.name))
        .added("pairing_expires_at", kiosk.pairing_expires_at);
    gate.record(&reply, |batch| {
        store::insert_kiosk(batch, &kiosk, code_sha256, now);
        batch.audit(AuditEvent::new(Action::KioskCreated, TargetKind::Kiosk, kiosk.kiosk_id).with(diff));
    })
    .await?;

    Ok(reply)
}

/// Lists the kiosks of a site, the oldest first.
pub(crate) async fn list(deps: &Deps, request: &Request) -> Result<Reply> {
    let mut query = request.query()?;
    let page = query.take_page::<KioskId>()?;
    query.finish()?;

    let site = request.target("site_id");
    let lookups = (store::find_site(site), store::list_kiosks(site, &page));
    let (gate, (_, rows)) = deps.reads.admit(request, Permission::KioskManage, lookups).await?;

    let kiosks = rows.into_iter().map(|row| row.at(gate.now())).collect();
    Reply::ok(&List::cut(&page, kiosks, |kiosk: &Kiosk| kiosk.kiosk_id))
}

/// Gives a kiosk another name.
pub(crate) async fn rename(deps: &Deps, request: &Request) -> Result<Reply> {
    let change: KioskChange = request.json()?;

    let lookup = store::load_kiosk(request.target("kiosk_id"));
    let (gate, found) = deps.door.admit(request, Permission::KioskManage, lookup).await?;
    if found.revoked_at.is_some() {
        return Err(Error::Conflict("the kiosk is revoked"));
    }

    let name = change.name.as_str();
    let renamed = KioskRow { name: name.to_owned(), ..found.clone() };
    let diff = Diff::new().changed("name", Internal(&found.name), Internal(name));
    let reply = Reply::ok(&renamed.at(gate.now()))?;
    gate.record(&reply, |batch| {
        if found.name != name {
            store::rename_kiosk(batch, &found, &change.name);
            batch.audit(AuditEvent::new(Action::KioskRenamed, TargetKind::Kiosk, found.kiosk_id).with(diff));
        }
    })
    .await?;

    Ok(reply)
}

/// Revokes a kiosk and its credential, at once. A kiosk that is revoked already stays so.
pub(crate) async fn revoke(deps: &Deps, request: &Request) -> Result<Reply> {
    let Nothing {} = request.json_or_empty()?;

    let lookup = store::load_kiosk(request.target("kiosk_id"));
    let (gate, found) = deps.door.admit(request, Permission::KioskManage, lookup).await?;

    let now = gate.now();
    let was_revoked = found.revoked_at.is_some();
    let kiosk = KioskRow { revoked_at: found.revoked_at.or(Some(now)), ..found.clone() };
    let diff = Diff::new().added("revoked_at", now).added_if_some("credential_id", found.credential_id);
    let reply = Reply::ok(&kiosk.at(now))?;
    gate.record(&reply, |batch| {
        if !was_revoked {
            store::revoke_kiosk(batch, &found, now);
            batch.audit(AuditEvent::new(Action::KioskRevoked, TargetKind::Kiosk, found.kiosk_id).with(diff));
        }
    })
    .await?;

    Ok(reply)
}

//! Kiosks, from their entry until they are revoked. What happens before and in between is `pair-kiosk`.

use serde::{Deserialize, Serialize};
use shared::{
    Error, Result,
    access::Permission,
    audit::{Action, AuditEvent, Diff, Internal, TargetKind},
    clock::Timestamp,
    domain::{BoundedText as _, text::Name},
    http::{List, Nothing, Reply, Request},
    id::{CredentialId, KioskId, SiteId},
};
use utoipa::ToSchema;

use crate::{Deps, new::Pairing, store};

/// What changes of a kiosk.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KioskChange {
    /// Its new name.
    name: Name,
}

/// Where a kiosk stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum KioskState {
    /// Its device did not fetch its credential in time.
    Expired,
    /// Its device has its credential.
    Paired,
    /// Its credential is worth nothing any more.
    Revoked,
    /// Its device may fetch its credential.
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
    /// What the device calls itself that asked to take its place: its User-Agent. Nobody has proven it.
    pub device: Option<String>,
    /// Where it stands in its life.
    pub state: KioskState,
    /// Until when its device may fetch its credential.
    pub pairing_expires_at: Timestamp,
    /// When its device fetched its credential.
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
    pub(crate) device: Option<String>,
    pub(crate) pairing_expires_at: Timestamp,
    pub(crate) credential_id: Option<CredentialId>,
    pub(crate) paired_at: Option<Timestamp>,
    pub(crate) revoked_at: Option<Timestamp>,
    pub(crate) created_at: Timestamp,
    pub(crate) last_seen_at: Option<Timestamp>,
}

impl KioskRow {
    /// A kiosk whose device is about to fetch its credential.
    pub(crate) fn waiting(
        kiosk_id: KioskId,
        site_id: SiteId,
        name: &Name,
        pairing: &Pairing,
        created_at: Timestamp,
    ) -> Self {
        Self {
            kiosk_id,
            site_id,
            name: name.as_str().to_owned(),
            device: pairing.device.clone(),
            pairing_expires_at: pairing.expires_at,
            credential_id: None,
            paired_at: None,
            revoked_at: None,
            created_at,
            last_seen_at: None,
        }
    }

    pub(crate) fn at(self, now: Timestamp) -> Kiosk {
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
            device: self.device,
            state,
            pairing_expires_at: self.pairing_expires_at,
            paired_at: self.paired_at,
            revoked_at: self.revoked_at,
            created_at: self.created_at,
            last_seen_at: self.last_seen_at,
        }
    }
}

/// Lists the kiosks of a site, the oldest first.
pub(crate) async fn list(deps: &Deps, request: &Request) -> Result<Reply> {
    let mut query = request.query()?;
    let page = query.take_page::<KioskId>()?;
    query.finish()?;

    let site = request.target("site_id");
    let lookups = (store::find_site(site), store::list_kiosks(site, &page));
    let (admitted, (_, rows)) = deps.reads.admit(request, Permission::KioskManage, lookups).await?;

    let kiosks = rows.into_iter().map(|row| row.at(admitted.now())).collect();
    Reply::ok(&List::cut(&page, kiosks, |kiosk: &Kiosk| kiosk.kiosk_id))
}

/// Gives a kiosk another name.
pub(crate) async fn rename(deps: &Deps, request: &Request) -> Result<Reply> {
    let change: KioskChange = request.json()?;

    let lookup = store::load_kiosk(request.target("kiosk_id"));
    let (admitted, found) = deps.door.admit(request, Permission::KioskManage, lookup).await?;
    if found.revoked_at.is_some() {
        return Err(Error::conflict("revoked"));
    }

    let name = change.name.as_str();
    let renamed = KioskRow { name: name.to_owned(), ..found.clone() };
    let diff = Diff::new().changed("name", Internal(&found.name), Internal(name));
    let reply = Reply::ok(&renamed.at(admitted.now()))?;
    admitted
        .record(&reply, |batch| {
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
    let (admitted, found) = deps.door.admit(request, Permission::KioskManage, lookup).await?;

    let now = admitted.now();
    let was_revoked = found.revoked_at.is_some();
    let kiosk = KioskRow { revoked_at: found.revoked_at.or(Some(now)), ..found.clone() };
    let diff = Diff::new().added("revoked_at", now).added_if_some("credential_id", found.credential_id);
    let reply = Reply::ok(&kiosk.at(now))?;
    admitted
        .record(&reply, |batch| {
            if !was_revoked {
                store::revoke_kiosk(batch, &found, now);
                batch.audit(AuditEvent::new(Action::KioskRevoked, TargetKind::Kiosk, found.kiosk_id).with(diff));
            }
        })
        .await?;

    Ok(reply)
}

//! A kiosk, as it is shown.

use serde::Serialize;
use shared::{
    clock::Timestamp,
    domain::{BoundedText as _, text::Name},
    id::{KioskId, SiteId},
};
use utoipa::ToSchema;

use crate::store::{KioskRow, Pairing};

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
    /// What the device calls itself that asked to take its place: its User-Agent, which is not proven.
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

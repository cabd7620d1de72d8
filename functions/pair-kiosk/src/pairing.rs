//! What a new device says, and what it is given.

use serde::{Deserialize, Serialize};
use shared::{
    authn::pairing::PairingCode,
    domain::text::Slug,
    id::{KioskId, SiteId},
};
use utoipa::ToSchema;

/// What somebody typed into a new device.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Pairing {
    /// Handle of the organization.
    pub(crate) slug: Slug,
    /// Code of the kiosk; case, spaces and hyphens do not matter.
    pub(crate) code: PairingCode,
}

/// A device in a kiosk's place.
#[derive(Debug, Serialize, ToSchema)]
pub struct PairedKiosk {
    /// The kiosk.
    pub kiosk_id: KioskId,
    /// The only site at which it may act.
    pub site_id: SiteId,
    /// The device's credential, shown once.
    pub kiosk_token: String,
}

//! A device asks, and is given a code to show and a code to keep: request and answer of RFC 8628 sections 3.1 and 3.2.

use serde::{Deserialize, Serialize};
use shared::{
    Error, Result,
    authn::{
        CredentialKind, NewCredential,
        pairing::{PAIRING_LIFETIME_S, PairingCode},
    },
    clock::Timestamp,
    domain::text::Slug,
    http::{Reply, Request},
};
use utoipa::ToSchema;

use crate::{
    Deps,
    store::{self, Device},
};

/// Seconds between two questions of a device: `interval` of RFC 8628 section 3.2.
const POLL_AFTER_S: u32 = 5;

/// What a new device knows.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Asking {
    /// Handle of the organization.
    slug: Slug,
}

/// What a device shows, and what it keeps.
#[derive(Debug, Serialize, ToSchema)]
pub struct BegunPairing {
    /// What the device shows, to be typed by a member who may add kiosks. It can be used once.
    pub pairing_code: String,
    /// What the device asks with for its progress. It is never shown.
    pub device_code: String,
    /// Until when both are good. The device then asks for new ones.
    pub expires_at: Timestamp,
    /// Seconds that the device waits between two questions.
    pub poll_after_s: u32,
}

/// Takes the device down, if there is such an organization and not too many wait there. Nothing is said of it in the
/// log: any device may ask, and none was let in.
pub(crate) async fn ask(deps: &Deps, request: &Request) -> Result<Reply> {
    let asking: Asking = request.json_unauthenticated()?;

    let work = deps.door.find(request, &asking.slug).await?.ok_or(Error::NotFound)?;
    let (organization, now) = (work.organization(), deps.door.now());
    let code = PairingCode::generate()?;
    let expires_at = now.plus_seconds(PAIRING_LIFETIME_S);

    let device_code = work
        .with_tenant(async |tx| {
            let realm = tx.find(store::load_realm()).await?;
            let secret = NewCredential::generate(CredentialKind::KioskPairing, realm, organization)?;
            let device = Device { device_sha256: secret.sha256, code_sha256: code.sha256(organization), expires_at };
            // Not an error yet: what was counted must be committed.
            Ok(tx.find(store::begin(&device, request, now)).await?.map(|()| secret.text))
        })
        .await??;

    Reply::created(&BegunPairing {
        pairing_code: code.text().expose_secret().clone(),
        device_code: device_code.expose_secret().clone(),
        expires_at,
        poll_after_s: POLL_AFTER_S,
    })
}

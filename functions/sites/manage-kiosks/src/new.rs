//! Handles `POST /v1/sites/{site_id}/kiosks`: a member types the code that a device shows.

use serde::Deserialize;
use shared::{
    Error, Result,
    access::Permission,
    audit::{Action, AuditEvent, Diff, Internal, TargetKind, is_sampled},
    authn::pairing::PairingCode,
    domain::{BoundedText as _, text::Name},
    door::AdmittedWrite,
    http::{Reply, Request},
    id::{KioskId, SiteId},
};
use utoipa::ToSchema;

use crate::{
    Deps,
    store::{self, Guess, KioskRow, Typed},
};

/// A kiosk to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewKiosk {
    /// Name, as `Main entrance`.
    name: Name,
    /// The code that the device shows; case, spaces and hyphens do not matter.
    pairing_code: PairingCode,
}

/// Enters a kiosk whose place the device will take that shows this code.
pub(crate) async fn confirm(deps: &Deps, request: &Request) -> Result<Reply> {
    let NewKiosk { name, pairing_code } = request.json()?;

    let caller = request.credential()?;
    let typed = Typed { guesser: caller.sha256, code_sha256: pairing_code.sha256(caller.organization) };
    // The guess is counted, and committed, in the round trip of admission, before its outcome is known to the caller.
    let lookups = (store::find_site(request.target("site_id")), store::guess(&typed, request, deps.door.now()));
    let (admitted, (site, guess)) = deps.door.admit(request, Permission::KioskManage, lookups).await?;
    let pairing = match guess {
        Guess::Right(pairing) => pairing,
        Guess::Wrong(failures) => return refuse(admitted, site, failures).await,
        Guess::Throttled(refusal) => return Err(refusal),
    };

    let now = admitted.now();
    let kiosk = KioskRow::waiting(KioskId::new(now), site, &name, &pairing, now);
    let diff = Diff::new()
        .added("site_id", site)
        .added("name", Internal(name.as_str()))
        .added("pairing_expires_at", pairing.expires_at)
        .added_if_some("device", pairing.device.as_deref().map(Internal));
    let entry = AuditEvent::new(Action::KioskCreated, TargetKind::Kiosk, kiosk.kiosk_id).with(diff);
    let reply = Reply::created(&kiosk.clone().at(now))?;
    admitted
        .record(reply, |batch| {
            store::confirm(batch, &pairing, &typed, &kiosk);
            batch.audit(entry);
        })
        .await
}

/// Says no more than that no device shows the code; whether one of another organization does is not known here.
async fn refuse(admitted: AdmittedWrite, site: SiteId, failures: i32) -> Result<Reply> {
    let refusal = Error::unprocessable("/pairing_code", "unknown_value");
    if !is_sampled(failures) {
        return Err(refusal);
    }
    let entry = AuditEvent::new(Action::KioskRefused, TargetKind::Site, site);
    admitted.refuse(&refusal, entry.with(Diff::new().added("failures", failures))).await
}

//! The story of a pairing. Contract in `functions/pair-kiosk/README.md`. Promises D10, T12, E1.

use shared::{
    Error, Result,
    audit::{Action, AuditEvent, Diff, TargetKind},
    authn::{CredentialKind, NewCredential},
    http::{Reply, Request},
    id::CredentialId,
};

use crate::{
    Deps,
    pairing::{PairedKiosk, Pairing},
    store::{self, Outcome},
};

/// Seconds until an address that has guessed too often may try again.
const RETRY_AFTER_S: u32 = 60;

/// Gives the device a credential and uses the code up, or neither.
///
/// # Errors
/// 404 for a wrong handle and a wrong code alike, 429 for an address that has been wrong too often.
pub async fn handle(deps: &Deps, request: &Request) -> Result<Reply> {
    let pairing: Pairing = request.json_of_anyone()?;

    // No credential admits this caller: the code does, in the statement that uses it up.
    let work = deps.door.find(request, &pairing.slug).await?.ok_or(Error::NotFound)?;
    let (organization, now) = (work.organization(), deps.door.now());
    let credential = CredentialId::new(now);

    let kiosk = work
        .with_tenant(async |tx| {
            let realm = tx.find(store::load_realm()).await?;
            let secret = NewCredential::generate(CredentialKind::Kiosk, realm, organization)?;
            let claim =
                store::Claim { code_sha256: pairing.code.sha256(organization), credential, secret: &secret, now };
            let (kiosk_id, site_id) = match tx.find(store::pair(request, &claim)).await? {
                Outcome::Paired(kiosk_id, site_id) => {
                    let diff = Diff::new().added("credential_id", credential).added("site_id", site_id);
                    let entry = AuditEvent::new(Action::KioskPaired, TargetKind::Kiosk, kiosk_id).with(diff);
                    work.audit(tx, "pair-kiosk", entry).await?;
                    (kiosk_id, site_id)
                }
                Outcome::PairedAgain(kiosk_id, site_id) => (kiosk_id, site_id),
                // Not an error yet: what was counted must be committed.
                Outcome::Throttled => return Ok(Err(Error::Throttled { retry_after_s: RETRY_AFTER_S })),
                Outcome::Unknown => return Ok(Err(Error::NotFound)),
            };
            Ok(Ok(PairedKiosk { kiosk_id, site_id, kiosk_token: secret.text.expose_secret().clone() }))
        })
        .await??;

    Reply::created(&kiosk)
}

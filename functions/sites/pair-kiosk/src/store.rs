//! Every SQL statement that `pair-kiosk` may run.

use shared::{
    Error, Result,
    access::{KIOSK_PERMISSIONS, Permission},
    authn::{Credential, NewCredential, Realm},
    clock::Timestamp,
    http::Request,
    id::{CredentialId, KioskId, SiteId},
    tenant::{Lookup, Row, Statement},
};

/// A device that is to be taken down.
pub(crate) struct Device {
    pub(crate) device_sha256: [u8; 32],
    pub(crate) code_sha256: [u8; 32],
    pub(crate) expires_at: Timestamp,
}

/// What becomes of a device's question.
pub(crate) enum Outcome {
    Waiting,
    Paired(Place),
    Refused(Error),
}

/// A kiosk's place, taken.
pub(crate) struct Place {
    pub(crate) kiosk: KioskId,
    pub(crate) site: SiteId,
    pub(crate) credential: CredentialId,
    /// True where the secret took the place of one whose answer was lost.
    pub(crate) is_again: bool,
}

/// Whether the organization is real.
pub(crate) fn load_realm() -> Lookup<Realm> {
    Statement::new("-- pair-kiosk.load_realm\nSELECT app.environment() AS environment")
        .one(|row| row.read("environment"))
}

/// Takes a device down that asks.
pub(crate) fn begin(device: &Device, request: &Request, now: Timestamp) -> Lookup<Result<()>> {
    Statement::new("-- pair-kiosk.begin\nSELECT app.begin_kiosk_pairing($1, $2, $3, $4, $5, $6) AS retry_after_s")
        .bind(device.device_sha256.to_vec())
        .bind(device.code_sha256.to_vec())
        .bind(request.client())
        .bind(request.source_ip.clone())
        .bind(device.expires_at)
        .bind(now)
        .one(|row| {
            Ok(row.read::<Option<i32>>("retry_after_s")?.map_or(Ok(()), |seconds| Err(Error::throttled(seconds))))
        })
}

/// Says how far a device is, and enters its credential if it may have it.
pub(crate) fn poll(device: &Credential, secret: &NewCredential, request: &Request, now: Timestamp) -> Lookup<Outcome> {
    let permissions: Vec<&'static str> =
        KIOSK_PERMISSIONS.iter().map(|permission| Permission::word(*permission)).collect();
    Statement::new("-- pair-kiosk.poll\nSELECT * FROM app.poll_kiosk_pairing($1, $2, $3, $4, $5, $6)")
        .bind(device.sha256.to_vec())
        .bind(CredentialId::new(now))
        .bind(secret.sha256.to_vec())
        .bind(permissions)
        .bind(request.source_ip.clone())
        .bind(now)
        .one(read_outcome)
}

fn read_outcome(row: &Row) -> Result<Outcome> {
    let place = |is_again| {
        let (kiosk, site, credential) = (row.read("kiosk_id")?, row.read("site_id")?, row.read("credential_id")?);
        Ok::<_, Error>(Outcome::Paired(Place { kiosk, site, credential, is_again }))
    };
    match row.read("outcome")? {
        "waiting" => Ok(Outcome::Waiting),
        "paired" => place(false),
        "paired_again" => place(true),
        "throttled" => row.read("retry_after_s").map(|seconds| Outcome::Refused(Error::throttled(seconds))),
        _ => Ok(Outcome::Refused(Error::NotFound)),
    }
}

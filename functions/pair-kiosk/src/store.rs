//! Every SQL statement that `pair-kiosk` may run.

use shared::{
    Error, Result,
    access::{KIOSK_PERMISSIONS, Permission},
    authn::{Credential, NewCredential, Realm},
    clock::Timestamp,
    http::Request,
    id::CredentialId,
    tenant::{Lookup, Row, Statement},
};

use crate::{
    asking::Device,
    fetching::{Outcome, Place},
};

/// Most characters of what a device calls itself that are kept.
const DEVICE_LENGTH_MAX: usize = 200;

/// Whether the organization is real.
pub(crate) fn load_realm() -> Lookup<Realm> {
    Statement::new("-- pair-kiosk.load_realm\nSELECT app.environment() AS environment").one(|row| {
        Realm::of_word(row.read("environment")?)
            .ok_or_else(|| Error::internal("an organization of no known environment"))
    })
}

/// Takes a device down that asks.
pub(crate) fn begin(device: &Device, request: &Request, now: Timestamp) -> Lookup<Result<()>> {
    let called = request.user_agent.as_deref().map(str::trim).filter(|text| !text.is_empty());
    let called: Option<String> = called.map(|text| text.chars().take(DEVICE_LENGTH_MAX).collect());
    Statement::new("-- pair-kiosk.begin\nSELECT app.begin_kiosk_pairing($1, $2, $3, $4, $5, $6) AS retry_after_s")
        .bind(device.device_sha256.to_vec())
        .bind(device.code_sha256.to_vec())
        .bind(called)
        .bind(request.source_ip.clone())
        .bind(device.expires_at)
        .bind(now)
        .one(|row| Ok(row.read::<Option<i32>>("retry_after_s")?.map_or(Ok(()), |seconds| Err(wait(seconds)))))
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
        "throttled" => row.read("retry_after_s").map(|seconds| Outcome::Refused(wait(seconds))),
        _ => Ok(Outcome::Refused(Error::NotFound)),
    }
}

fn wait(seconds: i32) -> Error {
    Error::Throttled { retry_after_s: seconds.try_into().unwrap_or(1) }
}

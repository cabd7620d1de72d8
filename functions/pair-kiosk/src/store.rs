//! Every SQL statement that `pair-kiosk` may run.

use shared::{
    Error, Result,
    access::{KIOSK_PERMISSIONS, Permission},
    authn::{NewCredential, Realm},
    clock::Timestamp,
    http::Request,
    id::{CredentialId, KioskId, SiteId},
    tenant::{Lookup, Row, Statement},
};

/// What a device brings, and what it would be given.
pub(crate) struct Claim<'c> {
    pub(crate) code_sha256: [u8; 32],
    pub(crate) credential: CredentialId,
    pub(crate) secret: &'c NewCredential,
    pub(crate) now: Timestamp,
}

/// What became of it.
pub(crate) enum Outcome {
    /// The device has the kiosk's place.
    Paired(KioskId, SiteId),
    /// It had it already, by this very request, and nobody heard of it.
    PairedAgain(KioskId, SiteId),
    /// The address was wrong too often.
    Throttled,
    /// There is no such code.
    Unknown,
}

/// Whether the organization is real.
pub(crate) fn load_realm() -> Lookup<Realm> {
    Statement::new("-- pair-kiosk.load_realm\nSELECT app.environment() AS environment").one(|row| {
        Realm::of_word(row.read("environment")?)
            .ok_or_else(|| Error::internal("an organization of no known environment"))
    })
}

/// Uses the code up and enters the device's credential.
pub(crate) fn pair(request: &Request, claim: &Claim<'_>) -> Lookup<Outcome> {
    let permissions: Vec<&'static str> =
        KIOSK_PERMISSIONS.iter().map(|permission| Permission::word(*permission)).collect();
    Statement::new("-- pair-kiosk.pair\nSELECT * FROM app.pair_kiosk($1, $2, $3, $4, $5, $6, $7)")
        .bind(claim.code_sha256.to_vec())
        .bind(claim.credential)
        .bind(claim.secret.sha256.to_vec())
        .bind(permissions)
        .bind(request.source_ip.clone())
        .bind(request.request_id.clone())
        .bind(claim.now)
        .one(read_outcome)
}

fn read_outcome(row: &Row) -> Result<Outcome> {
    let place = || Ok::<_, Error>((row.read("kiosk_id")?, row.read("site_id")?));
    match row.read("outcome")? {
        "paired" => place().map(|(kiosk, site)| Outcome::Paired(kiosk, site)),
        "paired_again" => place().map(|(kiosk, site)| Outcome::PairedAgain(kiosk, site)),
        "throttled" => Ok(Outcome::Throttled),
        _ => Ok(Outcome::Unknown),
    }
}

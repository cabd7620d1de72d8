//! Every SQL statement that `manage-kiosks` may run.

use shared::{
    Error, Result,
    clock::Timestamp,
    domain::text::Name,
    door::Batch,
    http::{Page, Request},
    id::{CredentialId, KioskId, SiteId},
    tenant::{Lookup, Row, Statement},
};

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

/// A device that shows the code.
pub(crate) struct Pairing {
    pub(crate) device_sha256: Vec<u8>,
    /// What it calls itself.
    pub(crate) device: Option<String>,
    pub(crate) expires_at: Timestamp,
}

/// What a guess came to.
pub(crate) enum Guess {
    Right(Pairing),
    /// So many wrong ones within a minute has the address now had.
    Wrong(i32),
    Throttled(Error),
}

/// A code and who types it.
pub(crate) struct Typed {
    pub(crate) guesser: [u8; 32],
    pub(crate) code_sha256: [u8; 32],
}

/// The site, where the caller reaches it.
pub(crate) fn find_site(site: SiteId) -> Lookup<SiteId> {
    Statement::new(concat!(
        "-- manage-kiosks.find_site\n",
        "SELECT site_id FROM sites WHERE site_id = $1 AND app.reaches_site(site_id)",
    ))
    .bind(site)
    .one(|row| row.read("site_id"))
}

/// Takes a guess at a code, and says which device shows it.
pub(crate) fn guess(typed: &Typed, request: &Request, now: Timestamp) -> Lookup<Guess> {
    Statement::new("-- manage-kiosks.guess\nSELECT * FROM app.find_kiosk_pairing($1, $2, $3, $4)")
        .bind(typed.guesser.to_vec())
        .bind(typed.code_sha256.to_vec())
        .bind(request.source_ip.clone())
        .bind(now)
        .one(read_guess)
}

fn read_guess(row: &Row) -> Result<Guess> {
    if let Some(seconds) = row.read::<Option<i32>>("retry_after_s")? {
        return Ok(Guess::Throttled(Error::throttled(seconds)));
    }
    let Some(device_sha256) = row.read::<Option<Vec<u8>>>("device_sha256")? else {
        return row.read::<Option<i32>>("failures").map(|failures| Guess::Wrong(failures.unwrap_or_default()));
    };
    Ok(Guess::Right(Pairing { device_sha256, device: row.read("device")?, expires_at: row.read("expires_at")? }))
}

/// Enters the kiosk and uses the code up, if it still can be. This role has no right to write kiosks.
pub(crate) fn confirm(batch: &mut Batch, pairing: &Pairing, typed: &Typed, kiosk: &KioskRow) {
    batch.write(
        Statement::new("-- manage-kiosks.confirm\nSELECT app.confirm_kiosk_pairing($1, $2, $3, $4, $5, $6, $7)")
            .bind(pairing.device_sha256.clone())
            .bind(typed.code_sha256.to_vec())
            .bind(kiosk.kiosk_id)
            .bind(kiosk.site_id)
            .bind(kiosk.name.clone())
            .bind(typed.guesser.to_vec())
            .bind(kiosk.created_at),
    );
}

pub(crate) fn load_kiosk(kiosk: KioskId) -> Lookup<KioskRow> {
    Statement::new(concat!(
        "-- manage-kiosks.load_kiosk\n",
        "SELECT k.kiosk_id, k.site_id, k.name, k.device, k.pairing_expires_at, k.credential_id, k.paired_at, ",
        "k.revoked_at, k.created_at, c.last_used_at ",
        "FROM kiosks AS k LEFT JOIN credentials AS c USING (organization_id, credential_id) ",
        "WHERE k.kiosk_id = $1 AND app.reaches_site(k.site_id)",
    ))
    .bind(kiosk)
    .one(read_kiosk)
}

pub(crate) fn list_kiosks(site: SiteId, page: &Page<KioskId>) -> Lookup<Vec<KioskRow>> {
    Statement::new(concat!(
        "-- manage-kiosks.list_kiosks\n",
        "SELECT k.kiosk_id, k.site_id, k.name, k.device, k.pairing_expires_at, k.credential_id, k.paired_at, ",
        "k.revoked_at, k.created_at, c.last_used_at ",
        "FROM kiosks AS k LEFT JOIN credentials AS c USING (organization_id, credential_id) ",
        "WHERE k.site_id = $1 AND ($2 IS NULL OR k.kiosk_id > $2) AND app.reaches_site(k.site_id) ",
        "ORDER BY k.kiosk_id LIMIT $3",
    ))
    .bind(site)
    .bind(page.after)
    .bind(page.probe())
    .all(read_kiosk)
}

fn read_kiosk(row: &Row) -> Result<KioskRow> {
    Ok(KioskRow {
        kiosk_id: row.read("kiosk_id")?,
        site_id: row.read("site_id")?,
        name: row.read("name")?,
        device: row.read("device")?,
        pairing_expires_at: row.read("pairing_expires_at")?,
        credential_id: row.read("credential_id")?,
        paired_at: row.read("paired_at")?,
        revoked_at: row.read("revoked_at")?,
        created_at: row.read("created_at")?,
        last_seen_at: row.read("last_used_at")?,
    })
}

/// Gives the kiosk and its credential another name. This role has no right on either.
pub(crate) fn rename_kiosk(batch: &mut Batch, kiosk: &KioskRow, name: &Name) {
    batch.write(
        Statement::new("-- manage-kiosks.rename_kiosk\nSELECT app.rename_kiosk($1, $2, $3)")
            .bind(kiosk.kiosk_id)
            .bind(kiosk.name.clone())
            .bind(name.clone()),
    );
}

/// Ends the kiosk and its credential. This role has no right on either.
pub(crate) fn revoke_kiosk(batch: &mut Batch, kiosk: &KioskRow, now: Timestamp) {
    batch.write(
        Statement::new("-- manage-kiosks.revoke_kiosk\nSELECT app.revoke_kiosk($1, $2, $3)")
            .bind(kiosk.kiosk_id)
            .bind(kiosk.credential_id)
            .bind(now),
    );
}

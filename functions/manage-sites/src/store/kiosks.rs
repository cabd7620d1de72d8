//! Statements about kiosks.

use shared::{
    Result,
    clock::Timestamp,
    domain::text::Name,
    gate::Batch,
    http::Page,
    id::{KioskId, SiteId},
    tenant::{Lookup, Row, Statement},
};

use crate::kiosks::{KioskRow, WaitingKiosk};

pub(crate) fn load_kiosk(kiosk: KioskId) -> Lookup<KioskRow> {
    Statement::new(concat!(
        "-- manage-sites.load_kiosk\n",
        "SELECT k.kiosk_id, k.site_id, k.name, k.pairing_expires_at, k.credential_id, k.paired_at, k.revoked_at, k.created_at, ",
        "c.last_used_at FROM kiosks AS k LEFT JOIN credentials AS c USING (organization_id, credential_id) ",
        "WHERE k.kiosk_id = $1 AND app.reaches_site(k.site_id)",
    ))
    .bind(kiosk)
    .one(read_kiosk)
}

pub(crate) fn list_kiosks(site: SiteId, page: &Page<KioskId>) -> Lookup<Vec<KioskRow>> {
    Statement::new(concat!(
        "-- manage-sites.list_kiosks\n",
        "SELECT k.kiosk_id, k.site_id, k.name, k.pairing_expires_at, k.credential_id, k.paired_at, k.revoked_at, k.created_at, ",
        "c.last_used_at FROM kiosks AS k LEFT JOIN credentials AS c USING (organization_id, credential_id) ",
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
        pairing_expires_at: row.read("pairing_expires_at")?,
        credential_id: row.read("credential_id")?,
        paired_at: row.read("paired_at")?,
        revoked_at: row.read("revoked_at")?,
        created_at: row.read("created_at")?,
        last_seen_at: row.read("last_used_at")?,
    })
}

pub(crate) fn insert_kiosk(batch: &mut Batch, kiosk: &WaitingKiosk, code_sha256: [u8; 32], now: Timestamp) {
    batch.write(
        Statement::new(concat!(
            "-- manage-sites.insert_kiosk\n",
            "INSERT INTO kiosks (organization_id, kiosk_id, site_id, name, pairing_code_sha256, pairing_expires_at, created_at) ",
            "VALUES (app.organization_id(), $1, $2, $3, $4, $5, $6)",
        ))
        .bind(kiosk.kiosk_id)
        .bind(kiosk.site_id)
        .bind(kiosk.name.clone())
        .bind(code_sha256.to_vec())
        .bind(kiosk.pairing_expires_at)
        .bind(now),
    );
}

/// Gives the kiosk and its credential another name. This role has no right on either.
pub(crate) fn rename_kiosk(batch: &mut Batch, kiosk: &KioskRow, name: &Name) {
    batch.write(
        Statement::new("-- manage-sites.rename_kiosk\nSELECT app.rename_kiosk($1, $2, $3)")
            .bind(kiosk.kiosk_id)
            .bind(kiosk.name.clone())
            .bind(name.clone()),
    );
}

/// Ends the kiosk, its code and its credential. This role has no right on credentials.
pub(crate) fn revoke_kiosk(batch: &mut Batch, kiosk: &KioskRow, now: Timestamp) {
    batch.write(
        Statement::new("-- manage-sites.revoke_kiosk\nSELECT app.revoke_kiosk($1, $2, $3)")
            .bind(kiosk.kiosk_id)
            .bind(kiosk.credential_id)
            .bind(now),
    );
}

//! Destroys documents whose time is over, every hour. Contract in `functions/operations/sweep-retention/README.md`.
//! Promises O5, P3, E1.

use shared::{
    Result,
    audit::{Action, AuditEvent, Diff, Internal, TargetKind},
    domain::class::DOCUMENT_RULE,
    id::SiteId,
    objects::ObjectKey,
    schedule::{Outcome, Tick},
    work::SystemWork,
};

use crate::{
    Deps,
    store::{self, Purged},
};

/// How this function is named in entries.
const NAME: &str = "sweep-retention";
/// Scans, and licence numbers, that one transaction destroys.
const PAGE: i32 = 200;

/// Sweeps one organization after the other, the longest unswept first.
///
/// # Errors
/// When the database does not say whose turn it is.
pub async fn sweep(deps: &Deps, tick: &Tick) -> Result<Outcome> {
    tick.for_each_in_turn(&deps.db, "retention", async |work| sweep_one(deps, tick, &work).await).await
}

/// Sweeps the sites of one organization; how many scans and licence numbers were destroyed.
///
/// # Errors
/// When the database or the store fails. Objects that are left then have no row and no key: `sweep-leftovers` removes them.
pub async fn sweep_one(deps: &Deps, tick: &Tick, work: &SystemWork) -> Result<u64> {
    let mut destroyed = 0;
    for (site, hours) in work.with_tenant(async |tx| tx.find(store::list_sites()).await).await? {
        while tick.has_time() {
            let purged = purge_page(tick, work, site, hours).await?;
            for object in &purged.objects {
                deps.objects.delete(&ObjectKey::new(work.organization(), *object)).await?;
            }
            destroyed += purged.count();
            if !purged.fills(PAGE) {
                break;
            }
        }
    }
    Ok(destroyed)
}

/// Destroys keys, values and rows of a page with the entry that counts them, or nothing.
async fn purge_page(tick: &Tick, work: &SystemWork, site: SiteId, hours: i32) -> Result<Purged> {
    work.with_tenant(async |tx| {
        let purged = tx.find(store::purge(site, tick.now(), PAGE)).await?;
        if purged.count() > 0 {
            let diff = Diff::new()
                .added("id_scans", purged.scans)
                .added("licence_numbers", purged.licences)
                .added("rule", Internal(DOCUMENT_RULE))
                .added(DOCUMENT_RULE, i64::from(hours));
            let entry = AuditEvent::new(Action::DocumentsPurged, TargetKind::Site, site).with(diff);
            work.audit(tx, NAME, entry).await?;
        }
        Ok(purged)
    })
    .await
}

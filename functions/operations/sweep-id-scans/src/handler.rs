//! Destroys scans whose hour is over, every ten minutes. Contract in `functions/operations/sweep-id-scans/README.md`.
//! Promises O1, P3, E1.

use shared::{
    Error, Result,
    audit::{Action, AuditEvent, Diff, Internal, TargetKind},
    id::ObjectId,
    objects::ObjectKey,
    schedule::{Outcome, Tick},
    work::SystemWork,
};

use crate::{Deps, store};

/// How this function is named in entries.
const NAME: &str = "sweep-id-scans";
/// Scans that one transaction destroys.
const PAGE: i32 = 200;
/// The rule, as entries name it.
const RULE: &str = "not_cited_within_an_hour";

/// Sweeps one organization after the other, the longest unswept first.
///
/// # Errors
/// When the database does not say whose turn it is.
pub async fn sweep(deps: &Deps, tick: &Tick) -> Result<Outcome> {
    tick.for_each_in_turn(&deps.db, "id_scans", async |work| sweep_one(deps, tick, &work).await).await
}

/// Sweeps one organization; how many scans were destroyed.
///
/// # Errors
/// When the database or the store fails. Objects that are left then have no row and no key: `sweep-leftovers` removes them.
pub async fn sweep_one(deps: &Deps, tick: &Tick, work: &SystemWork) -> Result<u64> {
    let mut destroyed = 0;
    while tick.has_time() {
        let (scans, objects) = destroy_page(tick, work).await?;
        for object in objects {
            deps.objects.delete(&ObjectKey::new(work.organization(), object)).await?;
        }
        destroyed += u64::try_from(scans).map_err(Error::internal)?;
        if scans < i64::from(PAGE) {
            break;
        }
    }
    Ok(destroyed)
}

/// Destroys keys, values and rows of a page with the entry that counts them, or nothing.
async fn destroy_page(tick: &Tick, work: &SystemWork) -> Result<(i64, Vec<ObjectId>)> {
    work.with_tenant(async |tx| {
        let (scans, objects) = tx.find(store::forget(tick.now(), PAGE)).await?;
        if scans > 0 {
            let diff = Diff::new().added("scans", scans).added("rule", Internal(RULE));
            let organization = work.organization();
            let entry = AuditEvent::new(Action::IdScansDestroyed, TargetKind::Organization, organization).with(diff);
            work.audit(tx, NAME, entry).await?;
        }
        Ok((scans, objects))
    })
    .await
}

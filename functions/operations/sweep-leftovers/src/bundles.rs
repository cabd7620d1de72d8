//! Bundles that lay ready for their days.

use shared::{Error, Result, schedule::Tick, work::SystemWork};

use crate::{Deps, store};

/// Bundles that are looked at in one transaction.
const PAGE: i64 = 100;

/// Deletes them from the bucket, and then says that they are gone.
pub(crate) async fn remove_expired(deps: &Deps, tick: &Tick, work: &SystemWork) -> Result<u64> {
    let mut removed = 0;
    while tick.has_time() {
        let expired = work.with_tenant(async |tx| tx.find(store::expired_exports(tick.now(), PAGE)).await).await?;
        for export in &expired {
            deps.bundles.delete(work.organization(), *export).await?;
            work.with_tenant(async |tx| tx.write(store::expire_export(*export)).await).await?;
            removed += 1;
        }
        if i64::try_from(expired.len()).map_err(Error::internal)? < PAGE {
            break;
        }
    }
    Ok(removed)
}

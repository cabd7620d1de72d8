//! The lease of an export: one worker at a time makes its bundle.

use shared::{
    Result,
    bundles::{BundleKey, COMPLETE_TIMEOUT},
    vault::WrappedTenantKey,
    work::SystemWork,
};

use crate::{
    Deps,
    stop::Stop,
    store::{self, Job},
};

/// Seconds after which a worker that gives no sign is taken for dead.
pub(crate) const LEASE_SECONDS: i64 = 60;
/// The same while the store makes one object of the parts.
pub(crate) const COMPLETE_LEASE_SECONDS: i64 = LEASE_SECONDS + COMPLETE_TIMEOUT.as_secs().cast_signed();
/// Failures after which a bundle is given up.
pub(crate) const FAILURES_MAX: i32 = 5;

impl Job {
    /// Takes the oldest export that no worker makes, and keeps the organization's mark while there is any.
    pub(crate) async fn claim(deps: &Deps, work: &SystemWork) -> Result<Option<Self>> {
        let now = deps.clock.now();
        work.with_tenant(async |tx| {
            tx.write(store::take_mark(work.organization())).await?;
            let job = tx.find(store::claim(now, now.plus_seconds(LEASE_SECONDS))).await?;
            if let Some(due) = tx.find(store::next_due(now)).await? {
                tx.write(store::put_mark_back(work.organization(), due)).await?;
            }
            Ok(job)
        })
        .await
    }

    /// Where its bundle lies.
    pub(crate) fn key(&self, tenant: &WrappedTenantKey) -> BundleKey {
        let (organization, export) = (tenant.organization, self.export);
        BundleKey { organization, export, kms_key_id: tenant.kms_key_id.clone() }
    }

    /// Turns a change that found nothing to change into the loss of the lease.
    pub(crate) fn expect_held(&self, changed: i64) -> Result<(), Stop> {
        if changed == 1 { Ok(()) } else { Err(Stop::LeaseLost) }
    }
}

/// One attempt at the bundle of an export.
#[derive(Clone, Copy)]
pub(crate) struct Attempt<'a> {
    pub(crate) deps: &'a Deps,
    /// The organization whose export it is.
    pub(crate) work: &'a SystemWork,
    pub(crate) job: &'a Job,
}

impl Attempt<'_> {
    /// Renews the lease, and says how many entries are in the bundle.
    pub(crate) async fn renew(self, entries_done: u64) -> Result<(), Stop> {
        self.hold(entries_done, LEASE_SECONDS).await
    }

    /// Renews the lease for longer than usual.
    pub(crate) async fn hold(self, entries_done: u64, seconds: i64) -> Result<(), Stop> {
        let until = self.deps.clock.now().plus_seconds(seconds);
        let renew = store::renew(self.job, entries_done, until)?;
        self.job.expect_held(self.work.with_tenant(async |tx| tx.find(renew).await).await?)
    }
}

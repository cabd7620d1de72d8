//! A bundle that somebody waits for, held by one worker at a time.

use shared::{
    Error, Result,
    bundles::{BundleKey, COMPLETE_TIMEOUT},
    clock::Timestamp,
    domain::export::{ExportFailure, ExportKind},
    id::{CredentialId, ExportId, VisitId},
    queue::SystemWork,
    vault::WrappedTenantKey,
};

use crate::{Deps, store};

/// Seconds after which a worker that gives no sign is taken for dead.
pub(crate) const LEASE_SECONDS: i64 = 60;
/// The same while the store makes one object of the parts.
pub(crate) const COMPLETE_LEASE_SECONDS: i64 = LEASE_SECONDS + COMPLETE_TIMEOUT.as_secs().cast_signed();
/// Failures after which a bundle is given up.
pub(crate) const FAILURES_MAX: i32 = 5;

/// Why the making of a bundle stops.
#[derive(Debug)]
pub(crate) enum Stop {
    /// Something failed that may not fail again.
    Fault(Error),
    /// It cannot be made.
    GivenUp(ExportFailure),
    /// Another worker holds it now.
    LeaseLost,
    /// The invocation nears its end; the next one goes on.
    OutOfTime,
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound => Self::GivenUp(ExportFailure::NotFound),
            error => Self::Fault(error),
        }
    }
}

/// What is to be made.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) export: ExportId,
    pub(crate) kind: ExportKind,
    pub(crate) visit: Option<VisitId>,
    pub(crate) from: Option<Timestamp>,
    pub(crate) to: Option<Timestamp>,
    /// Kind and id of the credential that asked for it.
    pub(crate) requested_by: (String, CredentialId),
    pub(crate) created_at: Timestamp,
    /// The fence: whatever is written for the export names it.
    pub(crate) attempt: i32,
    pub(crate) failures: i32,
    /// First entry and size of the checkpoint, once they were chosen.
    pub(crate) covers: Option<(i64, i64)>,
    /// An upload that an earlier attempt began.
    pub(crate) upload: Option<String>,
}

impl Job {
    /// Takes the oldest export that nobody is making, and keeps the organization's mark while there is any.
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

    /// Says how far it is, and that its worker lives.
    pub(crate) async fn renew(&self, deps: &Deps, work: &SystemWork, entries_done: u64) -> Result<(), Stop> {
        self.hold(deps, work, entries_done, LEASE_SECONDS).await
    }

    /// The same where the next sign may be longer in coming.
    pub(crate) async fn hold(
        &self,
        deps: &Deps,
        work: &SystemWork,
        entries_done: u64,
        seconds: i64,
    ) -> Result<(), Stop> {
        let until = deps.clock.now().plus_seconds(seconds);
        let renew = store::renew(self, entries_done, until)?;
        self.expect_held(work.with_tenant(async |tx| tx.find(renew).await).await?)
    }

    /// Turns a change that found nothing to change into the loss of the lease.
    pub(crate) fn expect_held(&self, changed: i64) -> Result<(), Stop> {
        if changed == 1 { Ok(()) } else { Err(Stop::LeaseLost) }
    }
}

//! Makes the bundle of one export.

use shared::{
    Error,
    domain::export::{ExportFailure, ExportKind},
};

use crate::{
    bundle::VERIFY,
    cover::{self, Coverage},
    data, evidence,
    job::{Attempt, COMPLETE_LEASE_SECONDS},
    log, manifest,
    position::{Position, TablesPosition},
    progress::{self, Making},
    stop::Stop,
    store::{self, Made},
    zip,
};

/// Makes the bundle. Continues what an earlier attempt kept, if it kept anything.
pub(crate) async fn build(attempt: Attempt<'_>, goes_on: &impl Fn() -> bool) -> Result<Made, Stop> {
    let Attempt { deps, work, job } = attempt;
    let coverage = cover::choose(attempt).await?;
    let organization = work.organization();
    let tenant = work.with_tenant(async |tx| tx.find(store::tenant_key(organization)).await).await?;
    let key = job.key(&tenant);
    let mut making = progress::resume_or_begin(attempt, &key).await?;

    match job.kind {
        ExportKind::Evidence => {
            let visit = job.visit.ok_or(Stop::GivenUp(ExportFailure::NotFound))?;
            making.counts = evidence::add(attempt, visit, &tenant, &coverage, &mut making.bundle).await?;
        }
        ExportKind::Audit | ExportKind::Data => match stream(attempt, &coverage, &mut making, goes_on).await {
            Err(Stop::OutOfTime) => {
                progress::keep(deps, &key, making).await?;
                return Err(Stop::OutOfTime);
            }
            streamed => streamed?,
        },
    }
    let Making { mut bundle, counts, .. } = making;
    let manifest_sha256 = manifest::add(attempt, &tenant, &coverage, &counts, &mut bundle).await?;
    let entries = u64::try_from(counts.of("entries")).map_err(Error::internal)?;
    attempt.hold(entries, COMPLETE_LEASE_SECONDS).await?;
    let bytes = zip::size(bundle.finish().await?)?;
    deps.bundles.forget_progress(&key).await?;
    Ok(Made { bytes, manifest_sha256, entries: counts.of("entries"), openings: counts.of("openings") })
}

/// Adds the members of the log, and after them those of the tables.
async fn stream(
    attempt: Attempt<'_>,
    coverage: &Coverage,
    making: &mut Making,
    goes_on: &impl Fn() -> bool,
) -> Result<(), Stop> {
    let Making { bundle, position, counts } = making;
    if matches!(position, Position::Beginning) {
        bundle.add("VERIFY.md", VERIFY.as_bytes()).await?;
        *position = Position::Log(log::begin(attempt.work, coverage, bundle).await?);
        counts.set("openings", 0);
    }
    if let Position::Log(at) = position {
        log::stream(attempt, coverage, bundle, at, goes_on).await?;
        counts.set("entries", coverage.entries());
        *position = Position::Tables(TablesPosition::default());
    }
    if let (ExportKind::Data, Position::Tables(place)) = (attempt.job.kind, position) {
        data::stream(attempt, bundle, place, counts, goes_on).await?;
    }
    Ok(())
}

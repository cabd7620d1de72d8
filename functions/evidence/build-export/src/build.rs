//! From what was asked for to a bundle that lies in the bucket.

use shared::{Error, audit::tree::Hash, domain::export::ExportKind, queue::SystemWork};

use crate::{
    Deps,
    cover::{self, Coverage},
    data, evidence,
    job::{COMPLETE_LEASE_SECONDS, Job, Stop},
    log,
    manifest::{self, Counts},
    progress::{self, Position},
    store,
};

/// How to check a bundle, for whoever opens it.
pub(crate) const VERIFY: &str = include_str!("VERIFY.md");

/// A bundle that lies in the bucket.
#[derive(Debug)]
pub(crate) struct Made {
    pub(crate) bytes: u32,
    pub(crate) manifest_sha256: Hash,
    pub(crate) entries: i64,
    pub(crate) openings: i64,
}

/// Makes the bundle, from where an earlier attempt left off if it left word.
pub(crate) async fn build(
    deps: &Deps,
    work: &SystemWork,
    job: &Job,
    goes_on: &impl Fn() -> bool,
) -> Result<Made, Stop> {
    let coverage = cover::choose(deps, work, job).await?;
    let organization = work.organization();
    let tenant = work.with_tenant(async |tx| tx.find(store::tenant_key(organization)).await).await?;
    let key = job.key(&tenant);
    let (mut bundle, mut position, mut counts) = progress::resume_or_begin(deps, work, job, &key).await?;

    match job.kind {
        ExportKind::Evidence => {
            let visit = job.visit.ok_or(Stop::GivenUp(shared::domain::export::ExportFailure::NotFound))?;
            counts = evidence::add(deps, work, (visit, &tenant), &coverage, &mut bundle).await?;
        }
        ExportKind::Audit | ExportKind::Data => {
            let streamed = stream(deps, work, job, &coverage, (&mut bundle, &mut position, &mut counts), goes_on).await;
            if matches!(streamed, Err(Stop::OutOfTime)) {
                progress::keep(deps, &key, bundle, &position, &counts).await?;
                return Err(Stop::OutOfTime);
            }
            streamed?;
        }
    }
    let first_seq = counts.first_seq.unwrap_or(coverage.first_seq());
    let manifest_sha256 = manifest::add(deps, work, job, (&tenant, &coverage, first_seq, &counts), &mut bundle).await?;
    let entries = u64::try_from(counts.of("entries")).map_err(Error::internal)?;
    job.hold(deps, work, entries, COMPLETE_LEASE_SECONDS).await?;
    let bytes = crate::zip::size(bundle.finish().await?)?;
    deps.bundles.forget_progress(&key).await?;
    Ok(Made { bytes, manifest_sha256, entries: counts.of("entries"), openings: counts.of("openings") })
}

type Parts<'b> = (&'b mut crate::bundle::Bundle, &'b mut Position, &'b mut Counts);

/// The members of the log, and behind them those of the tables.
async fn stream(
    deps: &Deps,
    work: &SystemWork,
    job: &Job,
    coverage: &Coverage,
    (bundle, position, counts): Parts<'_>,
    goes_on: &impl Fn() -> bool,
) -> Result<(), Stop> {
    if matches!(position, Position::Beginning) {
        bundle.add("VERIFY.md", VERIFY.as_bytes()).await?;
        *position = log::begin(work, coverage, bundle).await?;
        counts.set("openings", 0);
    }
    if let Position::Log(at) = position {
        log::stream(deps, work, job, coverage, (bundle, at), goes_on).await?;
        counts.set("entries", coverage.entries());
        *position = Position::Tables(data::Place::default());
    }
    if let (ExportKind::Data, Position::Tables(place)) = (job.kind, position) {
        data::stream(deps, work, job, (bundle, place, counts), goes_on).await?;
    }
    Ok(())
}

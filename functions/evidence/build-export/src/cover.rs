//! What of the log a bundle covers: chosen once, when the log is sealed beyond the request for the bundle.

use std::time::Duration;

use shared::{
    Error,
    domain::export::ExportKind,
    queue::{Envelope, SEAL_REQUEST},
};

use crate::{
    job::Attempt,
    stop::Stop,
    store::{self, Checkpoint, Covers},
};

/// How long a seal is waited for, and how often it is looked for.
const WAIT: Duration = Duration::from_secs(25);
const LOOK: Duration = Duration::from_millis(200);

/// The log between two checkpoints.
#[derive(Clone, Debug)]
pub(crate) struct Coverage {
    /// The one before its first entry; none where it begins with the log.
    pub(crate) previous: Option<Checkpoint>,
    /// The one that its entries lead to.
    pub(crate) checkpoint: Checkpoint,
}

impl Coverage {
    pub(crate) fn first_seq(&self) -> u64 {
        self.previous.as_ref().map_or(0, |previous| previous.size)
    }

    pub(crate) fn entries(&self) -> u64 {
        self.checkpoint.size - self.first_seq()
    }
}

/// What the bundle covers.
pub(crate) async fn choose(attempt: Attempt<'_>) -> Result<Coverage, Stop> {
    let Covers { first_seq, tree_size } = match attempt.job.covers {
        Some(covers) => covers,
        None => {
            wait_for_seal(attempt).await?;
            choose_covers(attempt).await?
        }
    };
    let work = attempt.work;
    let checkpoint = work.with_tenant(async |tx| tx.find(store::checkpoint(tree_size)).await).await?;
    let previous = match first_seq {
        0 => None,
        size => Some(work.with_tenant(async |tx| tx.find(store::checkpoint(size)).await).await?),
    };
    Ok(Coverage { previous, checkpoint })
}

/// The request for the export is an entry itself: a log that is sealed beyond it holds everything that was there before
/// it.
async fn wait_for_seal(attempt: Attempt<'_>) -> Result<(), Stop> {
    let Attempt { deps, work, job } = attempt;
    let began = tokio::time::Instant::now();
    let mut is_asked = false;
    while !work.with_tenant(async |tx| tx.find(store::is_sealed(job.export)).await).await? {
        if !is_asked {
            let organization = work.organization();
            let (about, now) = (organization.uuid(), deps.clock.now());
            deps.seals.0.send(&Envelope::new(SEAL_REQUEST, organization, about, work.request_id(), now)).await?;
            is_asked = true;
        }
        if began.elapsed() > WAIT {
            return Err(Error::unavailable("the log was not sealed in time").into());
        }
        tokio::time::sleep(LOOK).await;
    }
    Ok(())
}

/// Chooses what the export covers and keeps it, so that every attempt makes the same bundle.
async fn choose_covers(attempt: Attempt<'_>) -> Result<Covers, Stop> {
    let Attempt { work, job, .. } = attempt;
    let is_period = job.kind == ExportKind::Audit && (job.from.is_some() || job.to.is_some());
    let (covers, changed) = work
        .with_tenant(async |tx| {
            let covers = match is_period {
                true => tx.find(store::period(job.from, job.to)).await?,
                false => Covers { first_seq: 0, tree_size: tx.find(store::newest_size()).await? },
            };
            let changed = tx.find(store::keep_covers(job, covers)).await?;
            Ok((covers, changed))
        })
        .await?;
    job.expect_held(changed)?;
    Ok(covers)
}

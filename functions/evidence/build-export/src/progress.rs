//! Keeps a bundle that is not finished when an invocation ends, and continues it in the next one.

use serde::{Deserialize, Serialize};
use sha2::{Sha256, digest::common::hazmat::SerializableState};
use shared::{
    Error,
    bundles::{BundleKey, PlacedPart},
};

use crate::{
    Deps,
    bundle::Bundle,
    counts::Counts,
    job::Attempt,
    member::{Growing, Listed},
    numbers::Numbers,
    position::Position,
    stop::Stop,
    store, zip,
};

/// A bundle in the making, with how far it is.
pub(crate) struct Making {
    pub(crate) bundle: Bundle,
    pub(crate) position: Position,
    pub(crate) counts: Counts,
}

/// Everything but the bytes, which follow it in the order in which it names their lengths.
#[derive(Serialize, Deserialize)]
struct Kept {
    upload: String,
    position: Position,
    counts: Counts,
    front: i32,
    offset: u64,
    directory: Vec<(zip::Header, u32)>,
    listed: Vec<Listed>,
    placed: Vec<PlacedPart>,
    pending: usize,
    growing: Vec<KeptMember>,
}

#[derive(Serialize, Deserialize)]
struct KeptMember {
    name: String,
    first: i32,
    bytes: u64,
    crc: u32,
    sha: Vec<u8>,
    head: usize,
    tail: usize,
    taken: i32,
    is_whole: bool,
}

/// Continues what an earlier invocation kept, or begins.
pub(crate) async fn resume_or_begin(attempt: Attempt<'_>, key: &BundleKey) -> Result<Making, Stop> {
    let Attempt { deps, work, job } = attempt;
    if let Some(upload) = &job.upload {
        let kept = deps.bundles.progress(key).await?.and_then(|bytes| thaw(deps, key, &bytes));
        match kept {
            Some(kept) if kept.bundle.upload == *upload => return Ok(kept),
            // Without what was kept, the upload cannot be continued.
            _ => deps.bundles.abort(key, upload).await?,
        }
    }
    let upload = deps.bundles.begin(key).await?;
    let keep = store::keep_upload(job, &upload);
    job.expect_held(work.with_tenant(async |tx| tx.find(keep).await).await?)?;
    let bundle = Bundle::new(deps.bundles.clone(), key.clone(), upload);
    Ok(Making { bundle, position: Position::Beginning, counts: Counts::default() })
}

/// Keeps it for the next invocation.
pub(crate) async fn keep(deps: &Deps, key: &BundleKey, mut making: Making) -> Result<(), Stop> {
    making.bundle.settle().await?;
    let frozen = freeze(&making)?;
    Ok(deps.bundles.keep_progress(key, frozen).await?)
}

fn freeze(making: &Making) -> Result<Vec<u8>, Stop> {
    let Making { bundle, position, counts } = making;
    let member = |member: &Growing| KeptMember {
        name: member.name.clone(),
        first: member.first,
        bytes: member.bytes,
        crc: member.crc.clone().finalize(),
        sha: member.sha.serialize().to_vec(),
        head: member.head.len(),
        tail: member.tail.len(),
        taken: member.taken,
        is_whole: member.is_whole,
    };
    let kept = serde_json::json!({
        "upload": bundle.upload,
        "position": position,
        "counts": counts,
        "front": bundle.front,
        "offset": bundle.offset,
        "directory": bundle.directory,
        "listed": bundle.listed,
        "placed": bundle.placed,
        "pending": bundle.pending.len(),
        "growing": bundle.growing.iter().map(member).collect::<Vec<_>>(),
    });
    let mut frozen = serde_json::to_vec(&kept).map_err(Error::internal)?;
    frozen.push(b'\n');
    frozen.extend_from_slice(&bundle.pending);
    for member in &bundle.growing {
        frozen.extend_from_slice(&member.head);
        frozen.extend_from_slice(&member.tail);
    }
    Ok(frozen)
}

fn thaw(deps: &Deps, key: &BundleKey, frozen: &[u8]) -> Option<Making> {
    let end = frozen.iter().position(|byte| *byte == b'\n')?;
    let (json, mut bytes) = (frozen.get(..end)?, frozen.get(end + 1..)?);
    let kept: Kept = serde_json::from_slice(json).ok()?;
    let mut take = |count: usize| {
        let (taken, rest) = bytes.split_at_checked(count)?;
        bytes = rest;
        Some(taken.to_vec())
    };
    let mut bundle = Bundle::new(deps.bundles.clone(), key.clone(), kept.upload);
    bundle.pending = take(kept.pending)?;
    for member in kept.growing {
        bundle.growing.push_back(Growing {
            name: member.name,
            first: member.first,
            bytes: member.bytes,
            crc: crc32fast::Hasher::new_with_initial_len(member.crc, member.bytes),
            sha: Sha256::deserialize(member.sha.as_slice().try_into().ok()?).ok()?,
            head: take(member.head)?,
            tail: take(member.tail)?,
            taken: member.taken,
            is_whole: member.is_whole,
        });
    }
    (bundle.front, bundle.offset) = (kept.front, kept.offset);
    (bundle.directory, bundle.listed, bundle.placed) = (kept.directory, kept.listed, kept.placed);
    bundle.numbers = Numbers::after(bundle.placed.iter().map(|part| part.number).max().unwrap_or_default());
    Some(Making { bundle, position: kept.position, counts: kept.counts })
}

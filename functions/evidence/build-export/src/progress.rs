//! Where one invocation leaves off and the next goes on: what was made and is not in the bucket yet, and how far it is.

use serde::{Deserialize, Serialize};
use sha2::{Sha256, digest::common::hazmat::SerializableState};
use shared::{
    Error,
    bundles::{BundleKey, PlacedPart},
    queue::SystemWork,
};

use crate::{
    Deps,
    bundle::Bundle,
    data,
    job::{Job, Stop},
    log,
    manifest::Counts,
    member::{Growing, Listed},
    store, zip,
};

/// What is to be made next.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Position {
    Beginning,
    Log(log::At),
    Tables(data::Place),
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
    bytes: u64,
    crc: u32,
    sha: Vec<u8>,
    head: usize,
    tail: usize,
    taken: i32,
    is_whole: bool,
}

/// Goes on with what an earlier invocation kept, or begins.
pub(crate) async fn resume_or_begin(
    deps: &Deps,
    work: &SystemWork,
    job: &Job,
    key: &BundleKey,
) -> Result<(Bundle, Position, Counts), Stop> {
    if let Some(upload) = &job.upload {
        let kept = deps.bundles.progress(key).await?.and_then(|bytes| thaw(deps, key, &bytes));
        match kept {
            Some(kept) if kept.0.upload == *upload => return Ok(kept),
            // Nobody will go on with it.
            _ => deps.bundles.abort(key, upload).await?,
        }
    }
    let upload = deps.bundles.begin(key).await?;
    let keep = store::keep_upload(job, &upload);
    job.expect_held(work.with_tenant(async |tx| tx.find(keep).await).await?)?;
    Ok((Bundle::new(deps.bundles.clone(), key.clone(), upload), Position::Beginning, Counts::default()))
}

/// Keeps it for the next invocation.
pub(crate) async fn keep(
    deps: &Deps,
    key: &BundleKey,
    mut bundle: Bundle,
    position: &Position,
    counts: &Counts,
) -> Result<(), Stop> {
    bundle.settle().await?;
    let frozen = freeze(&bundle, position, counts)?;
    Ok(deps.bundles.keep_progress(key, frozen).await?)
}

fn freeze(bundle: &Bundle, position: &Position, counts: &Counts) -> Result<Vec<u8>, Stop> {
    let member = |member: &Growing| KeptMember {
        name: member.name.clone(),
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

fn thaw(deps: &Deps, key: &BundleKey, frozen: &[u8]) -> Option<(Bundle, Position, Counts)> {
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
    Some((bundle, kept.position, kept.counts))
}

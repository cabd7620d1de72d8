//! A period of a log: what it leans on, and what it must lead to.

use crate::checkpoint::Checkpoint;
use crate::encoding::unhex;
use crate::finding::{Checked, Finding, Reason};
use crate::hash::Hash;
use crate::log::{Mark, Start};
use crate::manifest::Manifest;
use crate::members::FRONTIER;
use crate::tree::Range;
use crate::verify::missing;
use crate::zip::Archive;

/// No tree has more perfect subtrees than a size has digits in binary.
const FRONTIER_BYTES_MAX: u64 = 64 * 65;

impl Start {
    /// The beginning of a log.
    pub(crate) fn beginning(genesis: Hash) -> Self {
        Self { range: Range::starting_at(0), link: genesis, time: None }
    }
}

/// Folds the frontier to the root of the previous checkpoint, and begins there.
pub(crate) fn start(
    archive: &Archive<'_>,
    manifest: &Manifest,
    checkpoint: &Checkpoint,
    previous: &Checkpoint,
) -> Checked<Start> {
    let refused = |what: &str| Finding::new(Reason::Frontier, what);
    if previous.size != manifest.first_seq || previous.size > checkpoint.size || previous.name != checkpoint.name {
        return Err(refused("audit/previous.note is not the checkpoint that the period begins at"));
    }
    let member = archive.find(FRONTIER).ok_or_else(|| missing(FRONTIER))?;
    let is_large = member.size > FRONTIER_BYTES_MAX;
    let roots = if is_large { None } else { read(&archive.read_whole(member, FRONTIER_BYTES_MAX)?) };
    let range = roots.and_then(|roots| Range::from_frontier(previous.size, &roots));
    match range {
        Some(range) if range.root() == previous.root => Ok(Start { range, link: previous.chain, time: previous.time }),
        _ => Err(refused("audit/frontier.txt does not lead to audit/previous.note")),
    }
}

fn read(text: &[u8]) -> Option<Vec<Hash>> {
    if text.is_empty() {
        return Some(Vec::new());
    }
    text.strip_suffix(b"\n")?.split(|byte| *byte == b'\n').map(unhex).collect()
}

/// That the entries, all of them, lead to the checkpoint.
pub(crate) fn expect_led_to(
    checkpoint: &Checkpoint,
    manifest: &Manifest,
    first_seq: u64,
    size: u64,
    end: &Mark,
) -> Checked {
    let signed = checkpoint.size;
    if first_seq != manifest.first_seq {
        return Err(Finding::new(Reason::Tree, "The entries do not begin where the manifest says"));
    }
    if size != signed {
        let what = format!("There are entries up to {size}, and the log was signed with {signed}");
        return Err(Finding::at(Reason::Tree, size.min(signed), what));
    }
    if manifest.counts.get("entries") != Some(&(size - first_seq)) {
        return Err(Finding::new(Reason::Tree, "The bundle has another number of entries than its manifest says"));
    }
    if (end.root, end.chain, end.time) != (checkpoint.root, checkpoint.chain, checkpoint.time) {
        let how = format!("somewhere from entry {first_seq} on the log was written anew");
        return Err(Finding::new(Reason::Tree, format!("The entries are not those that were signed: {how}")));
    }
    Ok(())
}

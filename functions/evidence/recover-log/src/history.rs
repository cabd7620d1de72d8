//! The log as it was anchored: the newest checkpoint that a key of ours signed, and the runs of entries that lead to it.

use std::collections::{BTreeMap, BTreeSet};

use shared::{
    Error, Result,
    anchors::{Anchored, AnchoredEntries},
    audit::{
        checkpoint::{Checkpoint, log_key_name},
        note::{SignedNote, VerifierKey},
        tree::{self, GrowingTree, Hash},
    },
    id::OrganizationId,
};

use crate::Deps;

/// What was anchored of a log.
pub(crate) struct History {
    organization: OrganizationId,
    newest: Option<Checkpoint>,
    /// By size.
    checkpoints: BTreeMap<u64, Anchored>,
    /// Entries from 0 to the newest checkpoint, each run beginning where the one before it ends.
    runs: Vec<AnchoredEntries>,
    keys: Vec<VerifierKey>,
}

/// A log as its anchored entries are read again.
pub(crate) struct Replay {
    organization: OrganizationId,
    pub(crate) tree: GrowingTree,
    link: Hash,
}

impl History {
    /// Reads what is there.
    pub(crate) async fn read(deps: &Deps, organization: OrganizationId) -> Result<Self> {
        let anchored = deps.anchors.0.checkpoints_from(organization, 0).await?;
        let checkpoints = anchored.into_iter().map(|one| (one.size, one)).collect();
        let keys = keys(deps, organization).await?;
        let mut history = Self { organization, newest: None, checkpoints, runs: Vec::new(), keys };
        // What none of our keys signed was not put there by us.
        for size in history.checkpoints.keys().rev().copied().collect::<Vec<_>>() {
            history.newest = history.note(deps, size).await?.map(|(checkpoint, _)| checkpoint);
            if history.newest.is_some() {
                break;
            }
        }
        if history.newest.is_none() && !history.checkpoints.is_empty() {
            return Err(refusal("anchors_unsigned"));
        }
        let sizes: BTreeSet<u64> = history.checkpoints.keys().copied().collect();
        let runs = deps.anchors.0.entries(organization).await?;
        history.runs = path(&runs, &sizes, history.size()).ok_or_else(|| refusal("anchors_incomplete"))?;
        Ok(history)
    }

    /// Entries that are proved.
    pub(crate) fn size(&self) -> u64 {
        self.newest.as_ref().map_or(0, |newest| newest.size)
    }

    /// Sizes of the checkpoints up to the newest.
    pub(crate) fn sizes(&self) -> impl Iterator<Item = u64> {
        self.checkpoints.range(..=self.size()).map(|(size, _)| *size)
    }

    /// The runs of entries, in their order.
    pub(crate) fn runs(&self) -> &[AnchoredEntries] {
        &self.runs
    }

    /// The entries of a run, without the line feeds.
    pub(crate) async fn entries(&self, deps: &Deps, run: &AnchoredEntries) -> Result<Vec<String>> {
        let lines = deps.anchors.0.lines(self.organization, run).await?;
        Ok(lines.split_terminator('\n').map(str::to_owned).collect())
    }

    /// The anchored checkpoint of a size and its note; none where no key of ours signed it.
    pub(crate) async fn note(&self, deps: &Deps, size: u64) -> Result<Option<(Checkpoint, String)>> {
        let Some(anchored) = self.checkpoints.get(&size) else { return Ok(None) };
        let note = SignedNote::of_stored(deps.anchors.0.note(self.organization, anchored).await?);
        let text = self.keys.iter().find_map(|key| note.text_signed_by(key));
        let checkpoint = text.and_then(Checkpoint::parse).filter(|checkpoint| checkpoint.size == size);
        Ok(checkpoint.map(|checkpoint| (checkpoint, note.as_str().to_owned())))
    }

    /// Reads every run, and refuses them where they do not lead to what was signed. Root and link at each anchored size.
    pub(crate) async fn prove(&self, deps: &Deps) -> Result<BTreeMap<u64, (Hash, Hash)>> {
        let sizes: BTreeSet<u64> = self.sizes().collect();
        let (mut replay, mut reached) = (Replay::new(self.organization), BTreeMap::new());
        for run in &self.runs {
            for entry in self.entries(deps, run).await? {
                replay.append(&entry);
                if sizes.contains(&replay.tree.size()) {
                    reached.insert(replay.tree.size(), (replay.tree.root(), replay.link));
                }
            }
        }
        let signed = self.newest.as_ref().map(|newest| (newest.size, newest.root, newest.chain));
        let is_proved = signed.is_none_or(|signed| signed == (replay.tree.size(), replay.tree.root(), replay.link));
        if is_proved { Ok(reached) } else { Err(refusal("anchors_differ")) }
    }
}

impl Replay {
    pub(crate) fn new(organization: OrganizationId) -> Self {
        Self { organization, tree: GrowingTree::default(), link: tree::genesis(organization) }
    }

    /// Adds an entry. Root and link are compared with what was signed at the end, so nothing is looked at here.
    pub(crate) fn append(&mut self, entry: &str) {
        let leaf = tree::leaf_hash(entry.as_bytes());
        self.link = tree::link_hash(&self.link, &leaf);
        self.tree.append(leaf);
    }

    pub(crate) const fn organization(&self) -> OrganizationId {
        self.organization
    }
}

/// What stops a recovery, and is for the operator to mend.
pub(crate) fn refusal(word: &'static str) -> Error {
    Error::unprocessable("/slug", word)
}

async fn keys(deps: &Deps, organization: OrganizationId) -> Result<Vec<VerifierKey>> {
    let name = log_key_name(&deps.log.origin, organization);
    let signers = &deps.verifiers.0;
    let mut keys = vec![VerifierKey::new(&name, signers.current.public_key().await?)];
    if let Some(retiring) = &signers.retiring {
        keys.push(VerifierKey::new(&name, retiring.public_key().await?));
    }
    Ok(keys)
}

/// Runs from 0 to a size, each beginning where the one before it ends and ending at a checkpoint. What a crashed sealer left
/// may overlap with them, so a run that leads nowhere is passed by.
fn path(runs: &[AnchoredEntries], sizes: &BTreeSet<u64>, size: u64) -> Option<Vec<AnchoredEntries>> {
    let mut before: BTreeMap<u64, Option<&AnchoredEntries>> = BTreeMap::from([(0, None)]);
    // In the order of their first numbers, so that whatever leads to a run was seen before it.
    for run in runs {
        let is_step = run.numbers.start < run.numbers.end && sizes.contains(&run.numbers.end);
        if is_step && before.contains_key(&run.numbers.start) {
            before.entry(run.numbers.end).or_insert(Some(run));
        }
    }
    let (mut steps, mut at) = (Vec::new(), size);
    while at > 0 {
        let run = (*before.get(&at)?)?;
        at = run.numbers.start;
        steps.push(run.clone());
    }
    steps.reverse();
    Some(steps)
}

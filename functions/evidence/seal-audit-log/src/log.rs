//! A log as it was anchored, and what continues it.

use shared::{
    Error,
    audit::{
        checkpoint::Checkpoint,
        tree::{self, GrowingTree, Hash, Tiles},
    },
    domain::log_break::BreakCause,
    id::OrganizationId,
};

use crate::store::Entry;

/// Why a log is not signed any further. Each means that the log or its anchors were changed in a way that no function can.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Broken {
    #[error("an anchor has a second version or a delete marker")]
    AnchorDisturbed,
    #[error("the anchor of a sealed size is missing")]
    AnchorMissing,
    #[error("a signed anchor says something else than the log does")]
    AnchorDiffers,
    #[error("something else lies where the anchor belongs")]
    AnchorTaken,
    #[error("no key of ours signed an anchor")]
    AnchorUnsigned,
    #[error("the stored tree does not lead to the anchored root")]
    TreeDiffers,
    #[error("the log is shorter than the {0} entries that were signed of it")]
    LogShorter(u64),
    #[error("entry {0} is missing, or of another log")]
    EntryMissing(u64),
    #[error("entry {0} does not have the hashes that were written with it")]
    EntryChanged(u64),
    #[error("entry {0} is older than the one before it")]
    EntryOlder(u64),
}

impl Broken {
    /// What was found, if it is why sealing ended.
    pub(crate) fn of(error: &Error) -> Option<Self> {
        std::error::Error::source(error)?.downcast_ref().copied()
    }

    /// The entry to look at.
    pub(crate) const fn suspect(self) -> Option<u64> {
        match self {
            Self::EntryMissing(seq) | Self::EntryChanged(seq) | Self::EntryOlder(seq) => Some(seq),
            _ => None,
        }
    }

    /// What only a signed anchor tells, and the size that it has. What an attacker can do who writes to the bucket and has no
    /// key, or what a wrong setting looks like, is not among it: nothing is known of the log then.
    pub(crate) const fn told_by_anchor(self) -> Option<(BreakCause, u64)> {
        match self {
            Self::AnchorDiffers => Some((BreakCause::AnchorDiffers, 0)),
            Self::TreeDiffers => Some((BreakCause::TreeDiffers, 0)),
            Self::LogShorter(size) => Some((BreakCause::LogShorter, size)),
            Self::AnchorDisturbed | Self::AnchorMissing | Self::AnchorTaken | Self::AnchorUnsigned => None,
            Self::EntryMissing(_) | Self::EntryChanged(_) | Self::EntryOlder(_) => None,
        }
    }
}

/// A log up to some size, as its entries lead to it.
pub(crate) struct Log {
    organization: OrganizationId,
    name: String,
    pub(crate) tree: GrowingTree,
    pub(crate) link: Hash,
    time: Option<String>,
    /// Lines of the entries since it was begun or taken last.
    lines: Vec<u8>,
}

impl Log {
    /// The log of which nothing was sealed.
    pub(crate) fn empty(organization: OrganizationId, name: String) -> Self {
        let link = tree::genesis(organization);
        Self { organization, name, tree: GrowingTree::default(), link, time: None, lines: Vec::new() }
    }

    /// The log as it was signed, if the stored tree leads to the signed root.
    pub(crate) fn resume(organization: OrganizationId, signed: Checkpoint, tiles: &Tiles) -> Result<Self, Broken> {
        let tree = GrowingTree::resume(signed.size, tiles).filter(|tree| tree.root() == signed.root);
        let tree = tree.ok_or(Broken::TreeDiffers)?;
        Ok(Self { organization, name: signed.name, tree, link: signed.chain, time: signed.time, lines: Vec::new() })
    }

    pub(crate) const fn size(&self) -> u64 {
        self.tree.size()
    }

    /// Adds an entry. Leaf and link are computed from its text; the columns beside it are only compared.
    pub(crate) fn append(&mut self, entry: &Entry) -> Result<(), Broken> {
        let head = format!("{{\"v\": 1, \"org\": \"{}\", \"seq\": {}, \"at\": \"", self.organization, self.size());
        let rest = entry.text.strip_prefix(&head).filter(|_| entry.seq == self.size());
        let rest = rest.ok_or_else(|| Broken::EntryMissing(self.size()))?;
        let leaf = tree::leaf_hash(entry.text.as_bytes());
        let link = tree::link_hash(&self.link, &leaf);
        if (leaf, link) != (entry.leaf, entry.link) || entry.text.contains('\n') {
            return Err(Broken::EntryChanged(self.size()));
        }
        // Texts of one fixed width, which sort as time does; both verifiers ask for the same.
        let at = rest.split_once('"').map(|(at, _)| at.to_owned());
        if at < self.time {
            return Err(Broken::EntryOlder(self.size()));
        }
        self.time = at;
        self.lines.extend_from_slice(entry.text.as_bytes());
        self.lines.push(b'\n');
        self.tree.append(leaf);
        self.link = link;
        Ok(())
    }

    /// What is signed of it.
    pub(crate) fn checkpoint(&self) -> Checkpoint {
        Checkpoint {
            name: self.name.clone(),
            size: self.size(),
            root: self.tree.root(),
            chain: self.link,
            time: self.time.clone(),
        }
    }

    pub(crate) fn take_lines(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.lines)
    }
}

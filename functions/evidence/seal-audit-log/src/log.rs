//! A log as it was anchored, and what continues it.

use shared::audit::{
    checkpoint::Checkpoint,
    tree::{self, GrowingTree, Hash, Tiles},
};
use shared::id::OrganizationId;

use crate::store::Entry;

/// Why a log is not signed any further. Each means that the log was changed in a way that no function can.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Broken {
    #[error("an anchor has a second version or a delete marker")]
    AnchorDisturbed,
    #[error("the anchor of a sealed size is missing")]
    AnchorMissing,
    #[error("an anchor says something else than was sealed")]
    AnchorDiffers,
    #[error("no key of ours signed the newest anchor")]
    AnchorUnsigned,
    #[error("the stored tree does not lead to the anchored root")]
    TreeDiffers,
    #[error("the log is shorter than what was anchored of it")]
    LogShorter,
    #[error("an entry is missing, or of another log")]
    EntryMissing,
    #[error("an entry does not have the hashes that were written with it")]
    EntryChanged,
    #[error("an entry is older than the one before it")]
    EntryOlder,
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
        let rest = entry.text.strip_prefix(&head).filter(|_| entry.seq == self.size()).ok_or(Broken::EntryMissing)?;
        let leaf = tree::leaf_hash(entry.text.as_bytes());
        let link = tree::link_hash(&self.link, &leaf);
        if (leaf, link) != (entry.leaf, entry.link) || entry.text.contains('\n') {
            return Err(Broken::EntryChanged);
        }
        // Texts of one fixed width, which sort as time does; both verifiers ask for the same.
        let at = rest.split_once('"').map(|(at, _)| at.to_owned());
        if at < self.time {
            return Err(Broken::EntryOlder);
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

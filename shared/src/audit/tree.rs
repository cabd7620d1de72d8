//! The hashes of the log and its Merkle tree (RFC 6962 sections 2.1 to 2.1.2), stored as tiles (C2SP tlog-tiles).
//!
//! A proof is a list of spans of leaves. Each span falls into perfect subtrees, and each of those lies in one tile, so a
//! proof is: name the tiles, read them, fold.

mod growing;

use std::collections::{BTreeMap, BTreeSet};

use aws_lc_rs::digest;

pub use growing::GrowingTree;

use crate::id::OrganizationId;

/// A SHA-256.
pub type Hash = [u8; 32];

/// Levels of the tree in one tile, and the hashes of its lowest level.
const TILE_LEVELS: u32 = 8;
const TILE_WIDTH: u64 = 1 << TILE_LEVELS;
/// What goes before the organization in the hash that the chain begins with.
const CHAIN: &str = "doorbook/audit-chain/v1";

fn sha256(parts: &[&[u8]]) -> Hash {
    let mut context = digest::Context::new(&digest::SHA256);
    for part in parts {
        context.update(part);
    }
    let mut hash = [0; 32];
    hash.copy_from_slice(context.finish().as_ref());
    hash
}

/// `SHA-256(0x00 || entry)`.
#[must_use]
pub fn leaf_hash(entry: &[u8]) -> Hash {
    sha256(&[&[0], entry])
}

/// `SHA-256(0x01 || left || right)`.
#[must_use]
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    sha256(&[&[1], left, right])
}

/// `SHA-256(0x02 || previous link || leaf)`.
#[must_use]
pub fn link_hash(previous: &Hash, leaf: &Hash) -> Hash {
    sha256(&[&[2], previous, leaf])
}

/// The link before the first entry: `SHA-256(0x03 || "doorbook/audit-chain/v1" || organization)`.
#[must_use]
pub fn genesis(organization: OrganizationId) -> Hash {
    sha256(&[&[3], CHAIN.as_bytes(), organization.to_string().as_bytes()])
}

/// The root of a tree without leaves.
#[must_use]
pub fn empty_root() -> Hash {
    sha256(&[])
}

/// Where a tile stands: it holds the hashes of tree level `8 × level`, 256 of them from `256 × index` on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TileId {
    /// Level of the tile; 0 holds leaves.
    pub level: u32,
    /// Number of the tile in its level.
    pub index: u64,
}

/// The leaves from one to before another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    from: u64,
    to: u64,
}

/// The root of a perfect subtree: number `index` of those with `2^level` leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Node {
    level: u32,
    index: u64,
}

impl Span {
    /// All leaves of a tree.
    #[must_use]
    pub const fn whole(size: u64) -> Self {
        Self { from: 0, to: size }
    }

    /// Where RFC 6962 splits it: the left part has the largest power of two of leaves that is less than all.
    fn split(self) -> Option<(Self, Self)> {
        let leaves = self.to.checked_sub(self.from).filter(|leaves| *leaves > 1)?;
        let middle = self.from + (1 << (leaves - 1).ilog2());
        Some((Self { to: middle, ..self }, Self { from: middle, ..self }))
    }

    /// The perfect subtrees that it consists of, from left to right. A span begins where such a tree begins.
    fn nodes(self) -> Vec<Node> {
        let mut nodes = Vec::new();
        let mut from = self.from;
        while let Some(level) = self.to.checked_sub(from).and_then(u64::checked_ilog2) {
            nodes.push(Node { level, index: from >> level });
            from += 1 << level;
        }
        nodes
    }
}

impl Node {
    /// The tile that holds it, and which of its hashes it is the root of.
    fn tile(self) -> (TileId, std::ops::Range<u64>) {
        let (level, above) = (self.level / TILE_LEVELS, self.level % TILE_LEVELS);
        let first = self.index << above;
        let within = first % TILE_WIDTH;
        (TileId { level, index: first / TILE_WIDTH }, within..within + (1 << above))
    }
}

/// The spans whose hashes prove that a leaf is in a tree (RFC 6962 section 2.1.1), from the leaf upwards; none where
/// there is no such leaf.
#[must_use]
pub fn inclusion(index: u64, size: u64) -> Option<Vec<Span>> {
    let mut span = Span::whole(size);
    let mut path = Vec::new();
    while let Some((left, right)) = span.split() {
        let (own, other) = if index < left.to { (left, right) } else { (right, left) };
        path.push(other);
        span = own;
    }
    path.reverse();
    (index < size).then_some(path)
}

/// The spans whose hashes prove that a tree grew out of a smaller one (RFC 6962 section 2.1.2); none where the first is
/// empty or the larger.
#[must_use]
pub fn consistency(from: u64, to: u64) -> Option<Vec<Span>> {
    if from == 0 || from > to {
        return None;
    }
    let mut span = Span::whole(to);
    let mut path = Vec::new();
    while span.to != from {
        let (left, right) = span.split()?;
        let (own, other) = if from <= left.to { (left, right) } else { (right, left) };
        path.push(other);
        span = own;
    }
    // The old tree itself is known to the verifier; a part of it is not.
    if span.from != 0 {
        path.push(span);
    }
    path.reverse();
    Some(path)
}

/// The tiles in which the hashes of spans lie.
#[must_use]
pub fn tiles_of(spans: &[Span]) -> BTreeSet<TileId> {
    spans.iter().flat_map(|span| span.nodes()).map(|node| node.tile().0).collect()
}

/// The root that a leaf and its proof lead to; none where the proof has another length than the tree asks for.
#[must_use]
pub fn root_of_proof(leaf: Hash, index: u64, size: u64, proof: &[Hash]) -> Option<Hash> {
    let spans = inclusion(index, size).filter(|spans| spans.len() == proof.len())?;
    let mut hash = leaf;
    for (span, other) in spans.iter().zip(proof) {
        hash = if span.from > index { node_hash(&hash, other) } else { node_hash(other, &hash) };
    }
    Some(hash)
}

/// Tiles that were read.
#[derive(Debug, Default)]
pub struct Tiles(BTreeMap<TileId, Vec<Hash>>);

impl Tiles {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a tile as it is stored: its hashes one after the other. A rest shorter than a hash is not read.
    pub fn insert(&mut self, id: TileId, stored: &[u8]) {
        self.0.insert(id, stored.as_chunks::<32>().0.to_vec());
    }

    /// The hash of a span; none where a tile or a part of one is missing.
    #[must_use]
    pub fn hash(&self, span: Span) -> Option<Hash> {
        let hashes: Option<Vec<Hash>> = span.nodes().into_iter().map(|node| self.node(node)).collect();
        hashes.map(|hashes| fold_frontier(&hashes))
    }

    /// A leaf.
    #[must_use]
    pub fn leaf(&self, index: u64) -> Option<Hash> {
        self.node(Node { level: 0, index })
    }

    /// The hashes of spans, in their order.
    #[must_use]
    pub fn hashes(&self, spans: &[Span]) -> Option<Vec<Hash>> {
        spans.iter().map(|span| self.hash(*span)).collect()
    }

    /// The roots of the perfect subtrees of a tree, from left to right.
    #[must_use]
    pub fn frontier(&self, size: u64) -> Option<Vec<Hash>> {
        Span::whole(size).nodes().into_iter().map(|node| self.node(node)).collect()
    }

    fn node(&self, node: Node) -> Option<Hash> {
        let (tile, within) = node.tile();
        let hashes = self.0.get(&tile)?;
        let range = usize::try_from(within.start).ok()?..usize::try_from(within.end).ok()?;
        hashes.get(range).map(fold_perfect)
    }
}

/// The root over `2^k` hashes.
fn fold_perfect(hashes: &[Hash]) -> Hash {
    let mut level = hashes.to_vec();
    while level.len() > 1 {
        level = level.as_chunks::<2>().0.iter().map(|[left, right]| node_hash(left, right)).collect();
    }
    level.first().copied().unwrap_or_else(empty_root)
}

/// The root over the roots of perfect subtrees, given from left to right.
#[must_use]
pub fn fold_frontier(roots: &[Hash]) -> Hash {
    let folded = roots.iter().rev().copied().reduce(|right, left| node_hash(&left, &right));
    folded.unwrap_or_else(empty_root)
}

#[cfg(test)]
mod tests;

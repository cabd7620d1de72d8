//! The Merkle tree of RFC 6962 over the entries: grown from a range of leaves, and proved into.

use crate::hash::{Hash, digest, node};

/// The perfect subtrees that a stretch of leaves fills, from left to right. Two neighbouring stretches join into one,
/// so that parts of a log can be hashed apart; a stretch from leaf 0 has a root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    end: u64,
    /// Level and hash of each subtree.
    nodes: Vec<(u32, Hash)>,
}

impl Range {
    /// An empty stretch that begins at a leaf.
    #[must_use]
    pub fn starting_at(start: u64) -> Self {
        Self { end: start, nodes: Vec::new() }
    }

    /// The first `size` leaves, as the roots of their perfect subtrees. `None` when there are not as many as `size` has.
    #[must_use]
    pub fn from_frontier(size: u64, roots: &[Hash]) -> Option<Self> {
        let levels: Vec<u32> = (0..u64::BITS).rev().filter(|level| size >> level & 1 == 1).collect();
        (levels.len() == roots.len())
            .then(|| Self { end: size, nodes: levels.into_iter().zip(roots.iter().copied()).collect() })
    }

    /// The number of the leaf that comes next.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.end
    }

    /// Adds the next leaf.
    pub fn push(&mut self, leaf: Hash) {
        self.push_subtree(0, leaf);
    }

    /// Adds the stretch that begins where this one ends.
    pub fn join(&mut self, next: &Self) {
        for (level, hash) in &next.nodes {
            self.push_subtree(*level, *hash);
        }
    }

    fn push_subtree(&mut self, mut level: u32, mut hash: Hash) {
        let mut index = self.end >> level;
        self.end += 1 << level;
        // A left sibling has an even number; it is at hand unless it lies before the stretch.
        while index & 1 == 1
            && let Some((_, left)) = self.nodes.pop_if(|(last, _)| *last == level)
        {
            hash = node(&left, &hash);
            level += 1;
            index >>= 1;
        }
        self.nodes.push((level, hash));
    }

    /// The root of a stretch from leaf 0.
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut nodes = self.nodes.iter().rev().map(|(_, hash)| *hash);
        let last = nodes.next().unwrap_or_else(|| digest(b""));
        nodes.fold(last, |right, left| node(&left, &right))
    }

    /// The roots of the perfect subtrees, from left to right.
    #[must_use]
    pub fn frontier(&self) -> Vec<Hash> {
        self.nodes.iter().map(|(_, hash)| *hash).collect()
    }
}

/// Whether the proof leads from a leaf to the root of a tree of that size.
#[must_use]
pub fn includes(index: u64, size: u64, leaf: &Hash, proof: &[Hash], root: &Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut place, mut last, mut hash) = (index, size - 1, *leaf);
    for sibling in proof {
        if last == 0 {
            return false;
        }
        if place & 1 == 1 || place == last {
            hash = node(sibling, &hash);
            while place & 1 == 0 && place != 0 {
                place >>= 1;
                last >>= 1;
            }
        } else {
            hash = node(&hash, sibling);
        }
        place >>= 1;
        last >>= 1;
    }
    last == 0 && hash == *root
}

/// Whether the proof shows that a tree of one size is the beginning of another.
#[must_use]
pub fn continues(from: u64, to: u64, proof: &[Hash], old: &Hash, new: &Hash) -> bool {
    if from > to {
        return false;
    }
    if from == to || from == 0 {
        return proof.is_empty() && (from == 0 || old == new);
    }
    let whole = from.is_power_of_two().then_some(*old);
    let mut proof = whole.iter().chain(proof);
    let Some(first) = proof.next() else { return false };
    let skipped = (from - 1).trailing_ones();
    let (mut place, mut last) = ((from - 1) >> skipped, (to - 1) >> skipped);
    let (mut left, mut right) = (*first, *first);
    for sibling in proof {
        if last == 0 {
            return false;
        }
        if place & 1 == 1 || place == last {
            left = node(sibling, &left);
            right = node(sibling, &right);
            while place & 1 == 0 && place != 0 {
                place >>= 1;
                last >>= 1;
            }
        } else {
            right = node(&right, sibling);
        }
        place >>= 1;
        last >>= 1;
    }
    last == 0 && left == *old && right == *new
}

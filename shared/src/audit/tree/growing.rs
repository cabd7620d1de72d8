//! A tree as the sealer grows it.

use super::{Hash, TILE_LEVELS, TILE_WIDTH, TileId, Tiles, fold_frontier, fold_perfect};

/// A tree that grows at its right edge. It keeps the unfinished tile of each level and what is yet to be stored.
#[derive(Debug, Default)]
pub struct GrowingTree {
    size: u64,
    /// By level; each has fewer than 256 hashes.
    unfinished: Vec<Vec<Hash>>,
    finished: Vec<(TileId, Vec<Hash>)>,
    nodes: u64,
}

impl GrowingTree {
    /// The tiles that a tree of this size grows on from: the unfinished one of each level.
    #[must_use]
    pub fn edge(size: u64) -> Vec<TileId> {
        let levels =
            (0..).map_while(|level| Some((level, size >> (TILE_LEVELS * level))).filter(|(_, width)| *width > 0));
        let unfinished = levels.filter(|(_, width)| width % TILE_WIDTH > 0);
        unfinished.map(|(level, width)| TileId { level, index: width / TILE_WIDTH }).collect()
    }

    /// Goes on with a stored tree; none where a tile of its edge is missing or too short. What a tile holds beyond the
    /// size, because a later seal was not finished, is left out and written again.
    #[must_use]
    pub fn resume(size: u64, tiles: &Tiles) -> Option<Self> {
        let mut tree = Self { size, ..Self::default() };
        for id in Self::edge(size) {
            let width = usize::try_from((size >> (TILE_LEVELS * id.level)) % TILE_WIDTH).ok()?;
            let hashes = tiles.0.get(&id)?.get(..width)?;
            tree.level_mut(id.level).extend_from_slice(hashes);
        }
        Some(tree)
    }

    /// Leaves so far.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Hashes that were set since the tree was resumed: what a seal costs.
    #[must_use]
    pub const fn nodes_set(&self) -> u64 {
        self.nodes
    }

    /// Adds a leaf.
    pub fn append(&mut self, leaf: Hash) {
        self.size += 1;
        let mut hash = leaf;
        let mut level = 0;
        loop {
            let tile = self.level_mut(level);
            tile.push(hash);
            let width = u64::try_from(tile.len()).unwrap_or(u64::MAX);
            let full = (width == TILE_WIDTH).then(|| std::mem::take(tile));
            self.nodes += 1;
            let Some(full) = full else { return };
            hash = fold_perfect(&full);
            let index = (self.size >> (TILE_LEVELS * (level + 1))).saturating_sub(1);
            self.finished.push((TileId { level, index }, full));
            level += 1;
        }
    }

    /// The roots of its perfect subtrees, from left to right.
    #[must_use]
    pub fn frontier(&self) -> Vec<Hash> {
        let mut roots = Vec::new();
        for tile in self.unfinished.iter().rev() {
            let mut rest = tile.as_slice();
            while let Some(power) = rest.len().checked_ilog2() {
                let (perfect, others) = rest.split_at(1 << power);
                roots.push(fold_perfect(perfect));
                rest = others;
            }
        }
        roots
    }

    /// Its root.
    #[must_use]
    pub fn root(&self) -> Hash {
        fold_frontier(&self.frontier())
    }

    /// The tiles that were finished since they were taken last, as they are stored.
    pub fn take_finished(&mut self) -> Vec<(TileId, Vec<u8>)> {
        std::mem::take(&mut self.finished).into_iter().map(|(id, hashes)| (id, hashes.concat())).collect()
    }

    /// The tiles at the edge, as they are stored.
    #[must_use]
    pub fn unfinished(&self) -> Vec<(TileId, Vec<u8>)> {
        let stored = |id: TileId| {
            let tile = usize::try_from(id.level).ok().and_then(|level| self.unfinished.get(level));
            (id, tile.map(|hashes| hashes.concat()).unwrap_or_default())
        };
        Self::edge(self.size).into_iter().map(stored).collect()
    }

    fn level_mut(&mut self, level: u32) -> &mut Vec<Hash> {
        let level = usize::try_from(level).unwrap_or(usize::MAX);
        if self.unfinished.len() <= level {
            self.unfinished.resize_with(level + 1, Vec::new);
        }
        // The line above made it.
        #[expect(clippy::indexing_slicing, reason = "the vector was just made long enough")]
        &mut self.unfinished[level]
    }
}

//! The tree by its definition in RFC 6962, not by any clever way to compute it.

use sha2::{Digest, Sha256};

/// SHA-256 of parts, one after another.
pub(crate) fn hash(parts: &[&[u8]]) -> [u8; 32] {
    parts.iter().fold(Sha256::new(), |hash, part| hash.chain_update(part)).finalize().into()
}

/// SHA-256.
pub(crate) fn digest(bytes: &[u8]) -> [u8; 32] {
    hash(&[bytes])
}

fn split(count: usize) -> usize {
    count.next_power_of_two() / 2
}

/// The root over leaf hashes.
pub(crate) fn root(leaves: &[[u8; 32]]) -> [u8; 32] {
    match leaves {
        [] => digest(b""),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(split(leaves.len()));
            hash(&[&[1], &root(left), &root(right)])
        }
    }
}

/// The inclusion proof of one leaf.
pub(crate) fn path(index: usize, leaves: &[[u8; 32]]) -> Vec<[u8; 32]> {
    if leaves.len() < 2 {
        return Vec::new();
    }
    let (left, right) = leaves.split_at(split(leaves.len()));
    let (mut path, sibling) = if index < left.len() {
        (path(index, left), root(right))
    } else {
        (path(index - left.len(), right), root(left))
    };
    path.push(sibling);
    path
}

/// The roots of the perfect subtrees from left to right.
pub(crate) fn frontier(leaves: &[[u8; 32]]) -> Vec<[u8; 32]> {
    if leaves.is_empty() {
        return Vec::new();
    }
    let whole = if leaves.len().is_power_of_two() { leaves.len() } else { split(leaves.len()) };
    let (left, right) = leaves.split_at(whole);
    let mut roots = vec![root(left)];
    roots.extend(frontier(right));
    roots
}

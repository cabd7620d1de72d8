//! The five hashes of the log: leaf, node, link, genesis and commitment. Each opens with a byte of its own, so that
//! none can be passed off as another.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// SHA-256.
pub type Hash = [u8; 32];

/// The hash of an entry, as in RFC 6962.
#[must_use]
pub fn leaf(entry: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(entry).finalize().into()
}

/// The hash of an inner node of the tree.
#[must_use]
pub fn node(left: &Hash, right: &Hash) -> Hash {
    pair(1, left, right)
}

/// The next link of the chain.
#[must_use]
pub fn link(previous: &Hash, leaf: &Hash) -> Hash {
    pair(2, previous, leaf)
}

fn pair(mark: u8, first: &Hash, second: &Hash) -> Hash {
    let mut text = [mark; 65];
    if let Some((_, rest)) = text.split_first_mut() {
        rest.iter_mut().zip(first.iter().chain(second)).for_each(|(place, byte)| *place = *byte);
    }
    Sha256::digest(text).into()
}

/// The link before the first entry, which binds the chain to its organization.
#[must_use]
pub fn genesis(organization: &str) -> Hash {
    Sha256::new().chain_update([3]).chain_update("doorbook/audit-chain/v1").chain_update(organization).finalize().into()
}

/// Starts the hash that stands in an entry for a sealed value.
#[must_use]
pub(crate) fn commitment(salt: &Hash) -> Sha256 {
    Sha256::new().chain_update([4]).chain_update(salt)
}

/// The hash that stands in an entry for a sealed value.
#[must_use]
pub fn commit(salt: &Hash, value: &[u8]) -> Hash {
    commitment(salt).chain_update(value).finalize().into()
}

/// Plain SHA-256: of members, of the manifest, of nothing.
#[must_use]
pub fn digest(bytes: &[u8]) -> Hash {
    Sha256::digest(bytes).into()
}

/// HMAC-SHA-256 under the organization's export key.
#[must_use]
pub fn hmac(key: &Hash, message: &[u8]) -> Hash {
    // A key shorter than a block is filled up with zeros; so its length cannot be wrong.
    let mut block = [0; 64];
    block.iter_mut().zip(key).for_each(|(place, byte)| *place = *byte);
    Hmac::<Sha256>::new(&block.into()).chain_update(message).finalize().into_bytes().into()
}

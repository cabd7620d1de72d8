//! A member that is made piece by piece. Its header stands before it and says its length and its CRC-32, so its first
//! bytes are held back until it is whole; the rest goes to the bucket as it comes.

use crc32fast::Hasher;
use sha2::{Digest, Sha256};
use shared::bundles::PART_BYTES_MIN;

use crate::{stop::Stop, zip};

/// Bytes of a part.
pub(crate) const PART_BYTES: usize = 12 * 1024 * 1024;

/// A digest of a whole member.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub(crate) struct Listed {
    pub(crate) name: String,
    pub(crate) bytes: u64,
    pub(crate) sha256: [u8; 32],
}

/// A member in the making.
pub(crate) struct Growing {
    pub(crate) name: String,
    /// Number of the part in which it begins, where it fills one.
    pub(crate) first: i32,
    pub(crate) bytes: u64,
    pub(crate) crc: Hasher,
    pub(crate) sha: Sha256,
    /// The first bytes: enough for a part, since what stands before them may be too short to be one.
    pub(crate) head: Vec<u8>,
    /// The last bytes that are not in the bucket yet.
    pub(crate) tail: Vec<u8>,
    /// Parts that were taken so far, those under way included.
    pub(crate) taken: i32,
    /// No piece comes any more.
    pub(crate) is_whole: bool,
}

impl Growing {
    pub(crate) fn new(name: &str, first: i32) -> Self {
        Self {
            name: name.to_owned(),
            first,
            bytes: 0,
            crc: Hasher::new(),
            sha: Sha256::new(),
            head: Vec::new(),
            tail: Vec::new(),
            taken: 0,
            is_whole: false,
        }
    }

    /// Adds a piece, and gives a part where there is enough for one.
    pub(crate) fn write(&mut self, piece: &[u8]) -> Option<Vec<u8>> {
        self.bytes = self.bytes.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
        self.crc.update(piece);
        self.sha.update(piece);
        let room = PART_BYTES_MIN.saturating_sub(self.head.len()).min(piece.len());
        let (to_head, to_tail) = piece.split_at(room);
        self.head.extend_from_slice(to_head);
        self.tail.extend_from_slice(to_tail);
        (self.tail.len() >= PART_BYTES).then(|| {
            self.taken += 1;
            std::mem::replace(&mut self.tail, Vec::with_capacity(PART_BYTES))
        })
    }

    pub(crate) fn header(&self) -> Result<zip::Header, Stop> {
        Ok(zip::Header { name: self.name.clone(), bytes: zip::size(self.bytes)?, crc: self.crc.clone().finalize() })
    }

    pub(crate) fn listed(&self) -> Listed {
        Listed { name: self.name.clone(), bytes: self.bytes, sha256: self.sha.clone().finalize().into() }
    }
}

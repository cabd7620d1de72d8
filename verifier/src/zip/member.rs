//! Reads one member: unpacks where needed, counts, and sums up on the way.

use sha2::{Digest, Sha256};

use super::inflate::Inflater;
use super::{Member, not_ours, unreadable};
use crate::encoding::wide;
use crate::finding::Checked;
use crate::hash::Hash;
use crate::source::{Source, read_exactly};

const BLOCK: usize = 1 << 16;

/// The bytes of one member, from first to last.
pub struct MemberReader<'s> {
    source: &'s dyn Source,
    name: String,
    offset: u64,
    packed_left: u64,
    left: u64,
    packed: Option<Packed>,
    digest: Sha256,
    crc: crc32fast::Hasher,
    stated_crc: u32,
}

/// What a whole member comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sum {
    /// Its digest.
    pub sha256: Hash,
    /// Whether the archive has its CRC-32.
    pub has_crc: bool,
}

struct Packed {
    inflater: Inflater,
    block: Vec<u8>,
    /// How much of the block was used.
    used: usize,
}

impl<'s> MemberReader<'s> {
    pub(super) fn new(source: &'s dyn Source, member: &Member) -> Self {
        let packed = member.is_deflated.then(|| Packed { inflater: Inflater::new(), block: Vec::new(), used: 0 });
        Self {
            source,
            name: member.name.clone(),
            offset: member.offset,
            packed_left: member.packed_size,
            left: member.size,
            packed,
            digest: Sha256::new(),
            crc: crc32fast::Hasher::new(),
            stated_crc: member.crc,
        }
    }

    /// Reads the next bytes; zero when all were read and the archive has no more under this name.
    ///
    /// # Errors
    /// [`crate::Reason::Container`].
    pub fn fill(&mut self, buffer: &mut [u8]) -> Checked<usize> {
        let length = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        if self.left == 0 {
            self.expect_end()?;
            return Ok(0);
        }
        let wanted = buffer.get_mut(..length).unwrap_or_default();
        let read = if self.packed.is_some() { self.inflate(wanted)? } else { self.copy(wanted)? };
        if read == 0 && length > 0 {
            return Err(not_ours(format_args!("{} unpacks to less than it says", self.name)));
        }
        let taken = buffer.get(..read).unwrap_or_default();
        self.digest.update(taken);
        self.crc.update(taken);
        self.left -= wide(read);
        Ok(read)
    }

    /// Reads what is left and sums up the whole member.
    ///
    /// # Errors
    /// [`crate::Reason::Container`].
    pub fn finish(mut self) -> Checked<Sum> {
        let mut block = vec![0; BLOCK];
        while self.fill(&mut block)? > 0 {}
        Ok(Sum { sha256: self.digest.finalize().into(), has_crc: self.crc.finalize() == self.stated_crc })
    }

    fn copy(&mut self, buffer: &mut [u8]) -> Checked<usize> {
        read_exactly(self.source, self.offset, buffer).map_err(unreadable)?;
        self.offset += wide(buffer.len());
        self.packed_left -= wide(buffer.len());
        Ok(buffer.len())
    }

    fn expect_end(&mut self) -> Checked {
        let more = self.packed.is_some() && self.inflate(&mut [0])? > 0;
        let unused = self.packed.as_ref().is_some_and(|packed| packed.used < packed.block.len());
        if more || unused || self.packed_left > 0 {
            return Err(not_ours(format_args!("{} has more bytes than it says", self.name)));
        }
        Ok(())
    }

    fn inflate(&mut self, buffer: &mut [u8]) -> Checked<usize> {
        loop {
            self.refill()?;
            let is_last = self.packed_left == 0;
            let Some(packed) = self.packed.as_mut() else { return Ok(0) };
            let taken = packed.inflater.take(buffer);
            if taken > 0 || packed.inflater.is_done {
                return Ok(taken);
            }
            let input = packed.block.get(packed.used..).unwrap_or_default();
            let used = packed.inflater.unpack(input, is_last);
            packed.used += used.ok_or_else(|| not_ours(format_args!("{} cannot be unpacked", self.name)))?;
        }
    }

    /// Reads the next block of packed bytes once the last is used up.
    fn refill(&mut self) -> Checked {
        let Some(packed) = self.packed.as_mut().filter(|packed| packed.used == packed.block.len()) else {
            return Ok(());
        };
        let length = usize::try_from(self.packed_left).unwrap_or(usize::MAX).min(BLOCK);
        packed.block.resize(length, 0);
        packed.used = 0;
        read_exactly(self.source, self.offset, &mut packed.block).map_err(unreadable)?;
        self.offset += wide(length);
        self.packed_left -= wide(length);
        Ok(())
    }
}

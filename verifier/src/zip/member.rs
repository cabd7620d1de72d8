//! Reads one member: inflates where needed, counts, and hashes on the way.

use miniz_oxide::inflate::stream::{InflateState, inflate};
use miniz_oxide::{DataFormat, MZError, MZFlush, MZStatus};
use sha2::{Digest, Sha256};

use super::{Member, no_bundle, unreadable};
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
    inflater: Option<Inflater>,
    digest: Sha256,
}

struct Inflater {
    state: Box<InflateState>,
    block: Vec<u8>,
    /// How much of the block was used.
    used: usize,
    is_done: bool,
}

impl<'s> MemberReader<'s> {
    pub(super) fn new(source: &'s dyn Source, member: &Member) -> Self {
        let inflater = member.is_deflated.then(|| Inflater {
            state: InflateState::new_boxed(DataFormat::Raw),
            block: Vec::new(),
            used: 0,
            is_done: false,
        });
        Self {
            source,
            name: member.name.clone(),
            offset: member.offset,
            packed_left: member.packed_size,
            left: member.size,
            inflater,
            digest: Sha256::new(),
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
        let read = if self.inflater.is_some() { self.inflate(wanted)? } else { self.copy(wanted)? };
        if read == 0 && length > 0 {
            return Err(no_bundle(format_args!("{} is cut short", self.name)));
        }
        self.digest.update(buffer.get(..read).unwrap_or_default());
        self.left -= wide(read);
        Ok(read)
    }

    /// Reads what is left and returns the digest of the whole member.
    ///
    /// # Errors
    /// [`crate::Reason::Container`].
    pub fn finish(mut self) -> Checked<Hash> {
        let mut block = vec![0; BLOCK];
        while self.fill(&mut block)? > 0 {}
        Ok(self.digest.finalize().into())
    }

    fn copy(&mut self, buffer: &mut [u8]) -> Checked<usize> {
        read_exactly(self.source, self.offset, buffer).map_err(unreadable)?;
        self.offset += wide(buffer.len());
        self.packed_left -= wide(buffer.len());
        Ok(buffer.len())
    }

    fn expect_end(&mut self) -> Checked {
        let more = self.inflater.is_some() && self.inflate(&mut [0])? > 0;
        let unused = self.inflater.as_ref().is_some_and(|inflater| inflater.used < inflater.block.len());
        if more || unused || self.packed_left > 0 {
            return Err(no_bundle(format_args!("{} has more bytes than it says", self.name)));
        }
        match &self.inflater {
            Some(inflater) if !inflater.is_done => Err(no_bundle(format_args!("{} is cut short", self.name))),
            _ => Ok(()),
        }
    }

    fn inflate(&mut self, buffer: &mut [u8]) -> Checked<usize> {
        loop {
            self.refill()?;
            let Some(inflater) = self.inflater.as_mut().filter(|inflater| !inflater.is_done) else { return Ok(0) };
            let input = inflater.block.get(inflater.used..).unwrap_or_default();
            let result = inflate(&mut inflater.state, input, buffer, MZFlush::None);
            inflater.used += result.bytes_consumed;
            match result.status {
                Ok(MZStatus::StreamEnd) => inflater.is_done = true,
                Ok(_) | Err(MZError::Buf) => {}
                Err(_) => return Err(no_bundle(format_args!("{} cannot be inflated", self.name))),
            }
            let is_starved = inflater.used == inflater.block.len() && self.packed_left == 0;
            if result.bytes_written > 0 || inflater.is_done || is_starved {
                return Ok(result.bytes_written);
            }
            if result.bytes_consumed == 0 && inflater.used < inflater.block.len() {
                return Err(no_bundle(format_args!("{} cannot be inflated", self.name)));
            }
        }
    }

    /// Reads the next block of packed bytes once the last is used up.
    fn refill(&mut self) -> Checked {
        let Some(inflater) = self.inflater.as_mut().filter(|inflater| inflater.used == inflater.block.len()) else {
            return Ok(());
        };
        let length = usize::try_from(self.packed_left).unwrap_or(usize::MAX).min(BLOCK);
        inflater.block.resize(length, 0);
        inflater.used = 0;
        read_exactly(self.source, self.offset, &mut inflater.block).map_err(unreadable)?;
        self.offset += wide(length);
        self.packed_left -= wide(length);
        Ok(())
    }
}

//! Whole lines out of a member, many at once. A line ends at LF and at nothing else.

use crate::encoding::wide;
use crate::finding::Checked;
use crate::zip::{MemberReader, Sum};

const BLOCK: usize = 1 << 17;
/// A longer line would have to be kept in memory.
pub(crate) const LINE_BYTES_MAX: u64 = 16 << 20;

/// The lines of a member.
pub(crate) struct Lines<'s> {
    reader: MemberReader<'s>,
    /// Read, and not yet taken from `start` on.
    buffer: Vec<u8>,
    start: usize,
    is_at_end: bool,
}

/// Some lines, each with its LF; the last of a member may lack it.
pub(crate) struct Block {
    pub(crate) bytes: Vec<u8>,
    pub(crate) count: u64,
    /// Whether the line after these is longer than any that is taken.
    pub(crate) is_before_too_long: bool,
}

impl Block {
    /// Whether there was a line.
    pub(crate) fn is_more(&self) -> bool {
        self.count > 0 || self.is_before_too_long
    }
}

impl<'s> Lines<'s> {
    /// Starts at the first line.
    pub(crate) fn new(reader: MemberReader<'s>) -> Self {
        Self { reader, buffer: Vec::new(), start: 0, is_at_end: false }
    }

    /// Takes the next lines: no more than so many, and about so many bytes at most. Empty at the end.
    pub(crate) fn take(&mut self, lines_max: u64, bytes_wanted: usize) -> Checked<Block> {
        let (mut length, mut count, mut searched) = (0, 0, 0);
        let mut is_before_too_long = false;
        while count < lines_max && length < bytes_wanted {
            let rest = self.buffer.get(self.start + searched..).unwrap_or_default();
            match memchr::memchr(b'\n', rest) {
                Some(place) if wide(searched + place - length) > LINE_BYTES_MAX => {
                    is_before_too_long = true;
                    break;
                }
                Some(place) => {
                    searched += place + 1;
                    (length, count) = (searched, count + 1);
                }
                None if wide(rest.len() + searched - length) > LINE_BYTES_MAX => {
                    is_before_too_long = true;
                    break;
                }
                None if self.is_at_end => {
                    // What follows the last LF is a line that lacks its own.
                    let unfinished = rest.len() + searched - length;
                    count += u64::from(unfinished > 0);
                    length += unfinished;
                    break;
                }
                None => {
                    searched += rest.len();
                    self.read_more()?;
                }
            }
        }
        let bytes = self.buffer.get(self.start..self.start + length).unwrap_or_default().to_vec();
        self.start += length;
        Ok(Block { bytes, count, is_before_too_long })
    }

    fn read_more(&mut self) -> Checked {
        self.buffer.drain(..self.start);
        self.start = 0;
        let length = self.buffer.len();
        self.buffer.resize(length + BLOCK, 0);
        let read = self.reader.fill(self.buffer.get_mut(length..).unwrap_or_default())?;
        self.buffer.truncate(length + read);
        self.is_at_end = read == 0;
        Ok(())
    }

    /// Reads what is left and sums up the member.
    pub(crate) fn finish(self) -> Checked<Sum> {
        self.reader.finish()
    }
}

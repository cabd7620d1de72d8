//! `entries.csv` as it stands in the bundle, compared with what the entries make.

use super::csv::HEADER;
use crate::finding::{Checked, Finding, Reason};
use crate::zip::{MemberReader, Sum};

const BLOCK: usize = 1 << 16;
/// The byte order mark of UTF-8: its first byte, and the others.
const MARK: (u8, [u8; 2]) = (0xef, [0xbb, 0xbf]);

/// The table, read as far as it was compared.
pub(super) struct Table<'s> {
    reader: MemberReader<'s>,
    finding: Checked,
}

impl<'s> Table<'s> {
    /// Compares the first line.
    ///
    /// # Errors
    /// [`Reason::Container`] alone, as in the rest of this file; what is wrong with the table is kept.
    pub(super) fn new(reader: MemberReader<'s>) -> Checked<Self> {
        let mut table = Self { reader, finding: Ok(()) };
        let mut first = [0];
        let read = table.reader.fill(&mut first)?;
        match (read, HEADER.split_first()) {
            (1, Some((letter, rest))) if first == [*letter] => table.compare(rest, |_| None)?,
            // Bundles begin with a byte order mark since spreadsheets need one; older ones do not.
            (1, _) if first == [MARK.0] => table.compare(&[&MARK.1, HEADER].concat(), |_| None)?,
            _ => table.finding = Err(wrong()),
        }
        Ok(table)
    }

    /// Whether nothing was wrong so far.
    pub(super) fn is_sound(&self) -> bool {
        self.finding.is_ok()
    }

    /// Compares the next bytes with those that they should be; `seq_at` says whose row a byte is in.
    pub(super) fn compare(&mut self, wanted: &[u8], seq_at: impl Fn(usize) -> Option<u64>) -> Checked {
        if !self.is_sound() {
            return Ok(());
        }
        let mut block = vec![0; wanted.len().min(BLOCK)];
        let mut rest = wanted;
        while !rest.is_empty() {
            let length = rest.len().min(block.len());
            let read = self.reader.fill(block.get_mut(..length).unwrap_or_default())?;
            let (own, after) = rest.split_at_checked(read).unwrap_or((rest, &[]));
            let other = block.get(..read).unwrap_or_default();
            if read == 0 || own != other {
                let same = own.iter().zip(other).take_while(|(own, other)| own == other).count();
                self.finding = Err(Finding { first_bad_seq: seq_at(wanted.len() - rest.len() + same), ..wrong() });
                return Ok(());
            }
            rest = after;
        }
        Ok(())
    }

    /// Reads to the end: what is wrong with the table, and what the member comes to.
    pub(super) fn finish(mut self, is_complete: bool) -> Checked<(Checked, Sum)> {
        if is_complete && self.is_sound() && self.reader.fill(&mut [0])? > 0 {
            self.finding = Err(wrong());
        }
        Ok((self.finding, self.reader.finish()?))
    }
}

fn wrong() -> Finding {
    Finding::new(Reason::Csv, "audit/entries.csv is not what the entries say")
}

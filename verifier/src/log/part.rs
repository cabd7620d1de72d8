//! A part of the log, checked by itself: its entries against its lines of `links.txt`, from the link before it on.

use std::io::Write;

use super::csv;
use super::entry::Entry;
use crate::at::At;
use crate::encoding::hex;
use crate::finding::{Checked, Finding, Reason};
use crate::hash::{Hash, leaf, link};
use crate::tree::Range;

/// Lines of `entries.jsonl` and `links.txt` that belong together.
pub(crate) struct Part {
    pub(crate) first_seq: u64,
    pub(crate) entries: Vec<u8>,
    pub(crate) links: Vec<u8>,
    /// The link before the first entry, as `links.txt` has it; the part before this one checks that line.
    pub(crate) previous_link: Hash,
}

/// What a part comes to.
pub(crate) struct CheckedPart {
    pub(crate) first_seq: u64,
    pub(crate) range: Range,
    pub(crate) link: Hash,
    /// Time of the first and of the last entry.
    pub(crate) times: Option<(At, At)>,
    /// Rows of the table, and where each ends.
    pub(crate) rows: Vec<u8>,
    pub(crate) row_ends: Vec<usize>,
    pub(crate) finding: Option<Finding>,
}

impl Part {
    /// Checks every entry of the part, up to the first that is wrong.
    pub(crate) fn check(&self, organization: &str, with_rows: bool) -> CheckedPart {
        let mut checked = CheckedPart {
            first_seq: self.first_seq,
            range: Range::starting_at(self.first_seq),
            link: self.previous_link,
            times: None,
            rows: Vec::with_capacity(if with_rows { self.entries.len() * 3 / 2 } else { 0 }),
            row_ends: Vec::new(),
            finding: None,
        };
        let mut links = self.links.split_inclusive(|byte| *byte == b'\n');
        for line in LineIterator(&self.entries) {
            let step = checked.add(line, links.next().unwrap_or_default(), organization, with_rows);
            if let Err(finding) = step {
                checked.finding = Some(finding);
                break;
            }
        }
        checked
    }
}

/// Lines with their LF, found many bytes at a time.
struct LineIterator<'l>(&'l [u8]);

impl<'l> Iterator for LineIterator<'l> {
    type Item = &'l [u8];

    fn next(&mut self) -> Option<&'l [u8]> {
        let length = memchr::memchr(b'\n', self.0).map_or(self.0.len(), |place| place + 1);
        let (line, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        (!line.is_empty()).then_some(line)
    }
}

impl CheckedPart {
    fn add(&mut self, line: &[u8], links_line: &[u8], organization: &str, with_row: bool) -> Checked {
        let seq = self.range.end();
        let (text, entry, at) = read_entry(line, seq, organization)?;
        if entry.seq() != Some(seq) {
            return Err(Finding::at(Reason::EntryForm, seq, format!("Entry {seq} is not where it belongs.")));
        }
        let first = match self.times {
            Some((_, last)) if at < last => return Err(falling(seq)),
            Some((first, _)) => first,
            None => at,
        };
        self.times = Some((first, at));

        let leaf = leaf(text.as_bytes());
        self.link = link(&self.link, &leaf);
        let mut number = [0; 20];
        let number = write_decimal(&mut number, seq);
        check_links_line(links_line, number, seq, &leaf, Some(&self.link))?;
        self.range.push(leaf);
        if with_row {
            csv::write_row(&mut self.rows, &entry, number, at.text());
            self.row_ends.push(self.rows.len());
        }
        Ok(())
    }
}

/// Reads a line of `entries.jsonl`: its text without the LF, its fields, its time.
pub(super) fn read_entry<'l>(line: &'l [u8], seq: u64, organization: &str) -> Checked<(&'l str, Entry<'l>, At)> {
    let refused = |why: &str| Finding::at(Reason::EntryForm, seq, format!("Entry {seq} {why}."));
    let text = line.strip_suffix(b"\n").ok_or_else(|| refused("does not end where its line does"))?;
    let text = str::from_utf8(text).map_err(|_| refused("is not UTF-8"))?;
    let entry = Entry::read(text).ok_or_else(|| refused("is not JSON that an entry may be"))?;
    if !entry.is_of(organization) {
        return Err(refused("is of another organization or version"));
    }
    let at = entry.at().ok_or_else(|| refused("has no time"))?;
    Ok((text, entry, at))
}

/// The finding of an entry that is older than the one before it.
pub(super) fn falling(seq: u64) -> Finding {
    Finding::at(Reason::EntryForm, seq, format!("Entry {seq} is older than the one before it."))
}

/// Checks a line of `links.txt` against what was computed.
pub(super) fn check_links_line(line: &[u8], number: &[u8], seq: u64, leaf: &Hash, link: Option<&Hash>) -> Checked {
    let wrong = |reason, what| Finding::at(reason, seq, format!("Entry {seq} is not the one that was {what}."));
    let rest = line.strip_prefix(number).and_then(|rest| rest.strip_prefix(b" "));
    let rest = rest.and_then(|rest| rest.strip_prefix(&hex(leaf))).ok_or_else(|| wrong(Reason::Leaf, "hashed"))?;
    let stated = rest.strip_prefix(b" ").and_then(|rest| rest.strip_suffix(b"\n")).unwrap_or_default();
    match link {
        Some(link) if stated != hex(link) => Err(wrong(Reason::Link, "chained")),
        None if crate::encoding::unhex(stated).is_none() => Err(wrong(Reason::Link, "chained")),
        _ => Ok(()),
    }
}

/// Writes a number in decimal.
pub(super) fn write_decimal(buffer: &mut [u8; 20], number: u64) -> &[u8] {
    let mut rest: &mut [u8] = buffer;
    // Twenty digits hold any number of 64 bits.
    let left = write!(rest, "{number}").map_or(0, |()| rest.len());
    let written = buffer.len() - left;
    buffer.get(..written).unwrap_or_default()
}

/// The hash at the end of the last line, where there is one.
pub(super) fn last_link(links: &[u8]) -> Option<Hash> {
    let line = links.strip_suffix(b"\n")?;
    crate::encoding::unhex(line.get(line.len().checked_sub(64)?..)?)
}

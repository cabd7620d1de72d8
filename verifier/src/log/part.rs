//! A part of the log, checked by itself: its entries against its lines of `links.txt`, from the link before it on.

use std::hash::RandomState;
use std::io::Write;

use super::csv;
use super::entry::{Entry, Named};
use super::lines::LINE_BYTES_MAX;
use crate::at::At;
use crate::encoding::hex;
use crate::finding::{Checked, Finding, Reason};
use crate::hash::{Hash, leaf, link};
use crate::json::Fault;
use crate::tree::Range;

/// Lines of `entries.jsonl` and `links.txt` that belong together.
pub(crate) struct Part {
    pub(crate) first_seq: u64,
    pub(crate) entries: Vec<u8>,
    pub(crate) links: Vec<u8>,
    /// The link before the first entry, as `links.txt` has it; the part before this one checks that line.
    pub(crate) previous_link: Hash,
    /// Whether the entry after these is longer than any that is taken.
    pub(crate) is_before_too_long: bool,
}

/// What every part is checked with.
pub(crate) struct Rules {
    pub(crate) organization: String,
    pub(crate) with_rows: bool,
    /// Under what targets are hashed.
    pub(crate) state: RandomState,
}

/// What a part comes to.
pub(crate) struct CheckedPart {
    pub(crate) first_seq: u64,
    pub(crate) range: Range,
    pub(crate) link: Hash,
    /// Time of the first and of the last entry.
    pub(crate) times: Option<(At, At)>,
    /// What each entry speaks of, and the one that it names before it.
    pub(crate) named: Vec<Named>,
    /// Rows of the table, and where each ends.
    pub(crate) rows: Vec<u8>,
    pub(crate) row_ends: Vec<usize>,
    pub(crate) finding: Option<Finding>,
}

impl Part {
    /// Checks every entry of the part, up to the first that is wrong.
    pub(crate) fn check(&self, rules: &Rules) -> CheckedPart {
        let mut checked = CheckedPart {
            first_seq: self.first_seq,
            range: Range::starting_at(self.first_seq),
            link: self.previous_link,
            times: None,
            named: Vec::new(),
            rows: Vec::with_capacity(if rules.with_rows { self.entries.len() * 3 / 2 } else { 0 }),
            row_ends: Vec::new(),
            finding: None,
        };
        let mut links = self.links.split_inclusive(|byte| *byte == b'\n');
        for line in LineIterator(&self.entries) {
            if let Err(finding) = checked.add(line, links.next().unwrap_or_default(), rules) {
                checked.finding = Some(finding);
                return checked;
            }
        }
        checked.finding = self.is_before_too_long.then(|| too_long(&format!("Entry {}", checked.range.end())));
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
    fn add(&mut self, line: &[u8], links_line: &[u8], rules: &Rules) -> Checked {
        let seq = self.range.end();
        let (text, entry, at) = read_entry(line, seq, &rules.organization)?;
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
        self.named.push(entry.named(&rules.state));
        if rules.with_rows {
            csv::write_row(&mut self.rows, &entry, number, at.text());
            self.row_ends.push(self.rows.len());
        }
        Ok(())
    }
}

/// Reads a line of `entries.jsonl`, the entry of that number: its text without the LF, its fields, its time.
pub(super) fn read_entry<'l>(line: &'l [u8], seq: u64, organization: &str) -> Checked<(&'l str, Entry<'l>, At)> {
    let refused =
        |why: &str| Finding::at(Reason::EntryForm, seq, format!("Entry {seq} is not one that Doorbook writes: {why}"));
    let text = line
        .strip_suffix(b"\n")
        .ok_or_else(|| Finding::at(Reason::EntryForm, seq, format!("Entry {seq} does not end where its line does")))?;
    let malformed = || refused("it is no JSON object, or holds what no entry may hold");
    let text = str::from_utf8(text).map_err(|_| malformed())?;
    let entry = Entry::read(text).map_err(|fault| match fault {
        Fault::Malformed => malformed(),
        Fault::Limit => Finding::beyond(format_args!("Entry {seq} is too deep, or has too many values")),
    })?;
    if entry.seq() != Some(seq) {
        return Err(refused("its number is not that of its place"));
    }
    if !entry.is_of(organization) {
        return Err(refused("it is of another organization, or of an unknown version"));
    }
    let at = entry.at().ok_or_else(|| refused("it has no time"))?;
    if entry.is_whole() {
        Ok((text, entry, at))
    } else {
        Err(refused("a field is missing, unknown or of another kind"))
    }
}

/// The finding of a line that would have to be kept in memory.
pub(crate) fn too_long(what: &str) -> Finding {
    Finding::beyond(format_args!("{what} is longer than {LINE_BYTES_MAX} bytes"))
}

/// The finding of an entry that is older than the one before it.
pub(super) fn falling(seq: u64) -> Finding {
    let what = format!("Entry {seq} is not one that Doorbook writes: it is older than the entry before it");
    Finding::at(Reason::EntryForm, seq, what)
}

/// Checks a line of `links.txt` against what was computed.
pub(super) fn check_links_line(line: &[u8], number: &[u8], seq: u64, leaf: &Hash, link: Option<&Hash>) -> Checked {
    let changed =
        || Finding::at(Reason::Leaf, seq, format!("Entry {seq} was changed, or its line in audit/links.txt was"));
    let broken = || {
        let how = "its line in audit/links.txt was changed, or an entry was put in or taken out before it";
        Finding::at(Reason::Link, seq, format!("The chain breaks at entry {seq}: {how}"))
    };
    let rest = line.strip_prefix(number).and_then(|rest| rest.strip_prefix(b" "));
    let rest = rest.and_then(|rest| rest.strip_prefix(&hex(leaf))).ok_or_else(changed)?;
    let stated = rest.strip_prefix(b" ").and_then(|rest| rest.strip_suffix(b"\n")).unwrap_or_default();
    match link {
        Some(link) if stated != hex(link) => Err(broken()),
        None if crate::encoding::unhex(stated).is_none() => Err(broken()),
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

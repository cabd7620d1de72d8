//! The entries of one visit: each by itself, since those between are not shown.

use super::csv;
use super::entry::Entry;
use super::lines::Lines;
use super::part::{check_links_line, falling, read_entry, too_long, write_decimal};
use super::pass::Sums;
use super::table::Table;
use super::{CSV, ENTRIES, LINKS};
use crate::at::At;
use crate::encoding::{unhex, wide};
use crate::finding::{Checked, Finding, Reason};
use crate::hash::{Hash, genesis, leaf, link};
use crate::json::Fault;
use crate::zip::Archive;

/// About as much as stays near the processor.
const ROWS_BYTES: usize = 1 << 16;

/// An entry that is shown.
pub(crate) struct Shown {
    pub(crate) seq: u64,
    pub(crate) at: At,
    pub(crate) leaf: Hash,
    pub(crate) link: Hash,
    pub(crate) target: Option<(String, String)>,
    pub(crate) prev: Option<Option<u64>>,
    /// The SHA-256 of the text that it says was signed.
    pub(crate) signed_text: Option<String>,
}

/// What the entries come to.
pub(crate) struct Evidence {
    pub(crate) shown: Vec<Shown>,
    /// The first entry that is wrong.
    pub(crate) entries: Checked,
    /// The first row that is wrong.
    pub(crate) table: Checked,
    pub(crate) sums: Sums,
}

/// Reads the entries. `None` when the bundle lacks a member that it must have.
///
/// # Errors
/// [`Reason::Container`] alone.
pub(crate) fn check(archive: &Archive<'_>, organization: &str, count: u64) -> Checked<Option<Evidence>> {
    let lines = |name| archive.find(name).map(|member| Lines::new(archive.read(member)));
    let (Some(mut entries), Some(mut links)) = (lines(ENTRIES), lines(LINKS)) else { return Ok(None) };
    let mut table = archive.find(CSV).map(|member| Table::new(archive.read(member))).transpose()?;
    let mut shown: Vec<Shown> = Vec::new();
    let mut row = Vec::with_capacity(ROWS_BYTES);
    let finding = loop {
        let line = entries.take(1, usize::MAX)?;
        let links_line = links.take(1, usize::MAX)?;
        if line.is_before_too_long {
            break Err(too_long("An entry"));
        }
        if line.count == 0 {
            break if links_line.is_more() { Err(missing()) } else { Ok(()) };
        }
        row.clear();
        let place = Place { organization, previous: shown.last(), is_full: wide(shown.len()) == count };
        match read(&line.bytes, &links_line.bytes, &place, &mut row) {
            Ok(one) => shown.push(one),
            Err(found) => break Err(found),
        }
        let seq = shown.last().map(|shown| shown.seq);
        table.as_mut().map_or(Ok(()), |table| table.compare(&row, |_| seq))?;
    };
    let mut sums = vec![(ENTRIES, entries.finish()?), (LINKS, links.finish()?)];
    let mut wrong_row = Ok(());
    if let Some(table) = table {
        let (found, sum) = table.finish(finding.is_ok())?;
        wrong_row = found;
        sums.push((CSV, sum));
    }
    Ok(Some(Evidence { shown, entries: finding, table: wrong_row, sums }))
}

fn missing() -> Finding {
    Finding::new(Reason::Leaf, "audit/links.txt has more lines than there are entries")
}

/// Where an entry is read.
struct Place<'p> {
    organization: &'p str,
    previous: Option<&'p Shown>,
    /// Whether there are as many already as the manifest counts.
    is_full: bool,
}

fn read(line: &[u8], links_line: &[u8], place: &Place<'_>, row: &mut Vec<u8>) -> Checked<Shown> {
    let Place { organization, previous, is_full } = *place;
    let seq = seq_of(line)?.filter(|seq| previous.is_none_or(|previous| *seq > previous.seq));
    let seq = seq.ok_or_else(|| {
        Finding::new(Reason::EntryForm, "A line of audit/entries.jsonl is no entry, or is out of order")
    })?;
    if is_full && line.ends_with(b"\n") {
        return Err(Finding::new(Reason::Tree, "The bundle has more entries than its manifest says"));
    }
    let (text, entry, at) = read_entry(line, seq, organization)?;
    if previous.is_some_and(|previous| at < previous.at) {
        return Err(falling(seq));
    }
    let leaf = leaf(text.as_bytes());
    let before = match previous {
        _ if seq == 0 => Some(genesis(organization)),
        Some(previous) if previous.seq + 1 == seq => Some(previous.link),
        _ => None,
    };
    let computed = before.map(|before| link(&before, &leaf));
    let mut number = [0; 20];
    let number = write_decimal(&mut number, seq);
    check_links_line(links_line, number, seq, &leaf, computed.as_ref())?;
    csv::write_row(row, &entry, number, at.text());
    Ok(Shown {
        seq,
        at,
        leaf,
        link: computed.or_else(|| stated_link(links_line)).unwrap_or_default(),
        target: entry.target(),
        prev: entry.prev(),
        signed_text: entry.signed_text(),
    })
}

/// The number of the entry that a line is; `None` when it is none.
fn seq_of(line: &[u8]) -> Checked<Option<u64>> {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    match str::from_utf8(line).map(Entry::read) {
        Ok(Err(Fault::Limit)) => Err(Finding::beyond("An entry is too deep, or has too many values")),
        Ok(Ok(entry)) => Ok(entry.seq()),
        _ => Ok(None),
    }
}

fn stated_link(line: &[u8]) -> Option<Hash> {
    let text = line.strip_suffix(b"\n")?;
    unhex(text.rsplit(|byte| *byte == b' ').next()?)
}

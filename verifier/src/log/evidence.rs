//! The entries of one visit: each by itself, since those between are not shown.

use super::csv;
use super::entry::Entry;
use super::lines::Lines;
use super::part::{check_links_line, falling, read_entry, write_decimal};
use super::pass::Digests;
use super::table::Table;
use super::{CSV, ENTRIES, LINKS};
use crate::at::At;
use crate::encoding::unhex;
use crate::finding::{Checked, Finding, Reason};
use crate::hash::{Hash, genesis, leaf, link};
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
}

/// What the entries come to.
pub(crate) struct Evidence {
    pub(crate) shown: Vec<Shown>,
    /// The first entry that is wrong.
    pub(crate) entries: Checked,
    /// The first row that is wrong.
    pub(crate) table: Checked,
    pub(crate) digests: Digests,
}

/// Reads the entries. `None` when the bundle lacks a member that it must have.
///
/// # Errors
/// [`Reason::Container`] alone.
pub(crate) fn check(archive: &Archive<'_>, organization: &str) -> Checked<Option<Evidence>> {
    let lines = |name| archive.find(name).map(|member| Lines::new(archive.read(member)));
    let (Some(mut entries), Some(mut links)) = (lines(ENTRIES), lines(LINKS)) else { return Ok(None) };
    let mut table = archive.find(CSV).map(|member| Table::new(archive.read(member))).transpose()?;
    let mut shown: Vec<Shown> = Vec::new();
    let mut row = Vec::with_capacity(ROWS_BYTES);
    let finding = loop {
        let line = entries.take(1, usize::MAX)?;
        let links_line = links.take(1, usize::MAX)?;
        if line.count == 0 {
            break if links_line.count == 0 { Ok(()) } else { Err(missing()) };
        }
        row.clear();
        match read(&line.bytes, &links_line.bytes, organization, shown.last(), &mut row) {
            Ok(one) => shown.push(one),
            Err(found) => break Err(found),
        }
        let seq = shown.last().map(|shown| shown.seq);
        table.as_mut().map_or(Ok(()), |table| table.compare(&row, |_| seq))?;
    };
    let mut digests = vec![(ENTRIES, entries.finish()?), (LINKS, links.finish()?)];
    let mut wrong_row = Ok(());
    if let Some(table) = table {
        let (found, digest) = table.finish(finding.is_ok())?;
        wrong_row = found;
        digests.push((CSV, digest));
    }
    Ok(Some(Evidence { shown, entries: finding, table: wrong_row, digests }))
}

fn missing() -> Finding {
    Finding::new(Reason::Leaf, "links.txt has more lines than there are entries.")
}

fn read(
    line: &[u8],
    links_line: &[u8],
    organization: &str,
    previous: Option<&Shown>,
    row: &mut Vec<u8>,
) -> Checked<Shown> {
    let place = previous.map_or(0, |previous| previous.seq + 1);
    let seq = str::from_utf8(line).ok().and_then(|text| Entry::read(text.trim_end_matches('\n'))?.seq());
    let seq = seq.filter(|seq| *seq >= place).ok_or_else(|| {
        Finding::new(Reason::EntryForm, "A line of entries.jsonl is no entry, or not in the order of the log.")
    })?;
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
    })
}

fn stated_link(line: &[u8]) -> Option<Hash> {
    let text = line.strip_suffix(b"\n")?;
    unhex(text.rsplit(|byte| *byte == b' ').next()?)
}

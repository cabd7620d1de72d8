//! Parts put together in order: the tree, the times between two parts, the table, and the log at each anchored size.

use std::collections::{BTreeMap, BTreeSet};

use super::newest::Newest;
use super::part::{CheckedPart, falling};
use super::pass::Start;
use super::table::Table;
use crate::at::At;
use crate::encoding::wide;
use crate::finding::{Checked, Finding};
use crate::hash::Hash;
use crate::zip::Sum;

/// The log as it was at one size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) root: Hash,
    pub(crate) chain: Hash,
    pub(crate) time: Option<At>,
}

/// What the entries come to.
#[derive(Debug)]
pub(crate) struct Summary {
    /// How many entries lead to this, with those before the bundle.
    pub(crate) size: u64,
    pub(crate) end: Mark,
    pub(crate) first_at: Option<At>,
    /// The sizes that were asked for.
    pub(crate) marks: BTreeMap<u64, Mark>,
    /// The first entry that is wrong.
    pub(crate) entries: Checked,
    /// The first row that is wrong.
    pub(crate) table: Checked,
}

/// The parts so far.
pub(super) struct Fold<'s> {
    start: Start,
    first_at: Option<At>,
    marks: BTreeMap<u64, Mark>,
    /// Sizes to remember the log at; parts end there.
    wanted: BTreeSet<u64>,
    table: Option<Table<'s>>,
    newest: Newest,
    finding: Checked,
}

impl<'s> Fold<'s> {
    pub(super) fn new(start: Start, wanted: BTreeSet<u64>, table: Option<Table<'s>>) -> Self {
        let newest = Newest::beginning_at(start.range.end());
        let mut fold = Self { start, first_at: None, marks: BTreeMap::new(), wanted, table, newest, finding: Ok(()) };
        fold.mark();
        fold
    }

    /// Whether something was found, so that nothing after it needs to be read.
    pub(super) fn is_over(&self) -> bool {
        self.finding.is_err()
    }

    /// Adds the part that comes next.
    ///
    /// # Errors
    /// [`crate::Reason::Container`] alone; what is wrong with the entries is kept.
    pub(super) fn add(&mut self, part: CheckedPart) -> Checked {
        if self.is_over() {
            return Ok(());
        }
        if let Some((first, last)) = part.times {
            if self.start.time.is_some_and(|before| first < before) {
                self.finding = Err(falling(part.first_seq));
                return Ok(());
            }
            self.first_at = self.first_at.or(Some(first));
            self.start.time = Some(last);
        }
        // Entries before the one that the part ends at.
        let mut named = (part.first_seq..).zip(part.named);
        self.finding = named
            .try_for_each(|(seq, named)| self.newest.add(seq, named))
            .and_then(|()| part.finding.map_or(Ok(()), Err));
        self.start.range.join(&part.range);
        self.start.link = part.link;
        self.mark();
        match &mut self.table {
            Some(table) => table.compare(&part.rows, |place| {
                let row = part.row_ends.iter().take_while(|end| **end <= place).count();
                Some(part.first_seq + wide(row))
            }),
            None => Ok(()),
        }
    }

    /// Notes an entry that is wrong, unless an earlier one is.
    pub(super) fn refuse(&mut self, finding: Finding) {
        if !self.is_over() {
            self.finding = Err(finding);
        }
    }

    /// The number of the entry that comes next.
    pub(super) fn end(&self) -> u64 {
        self.start.range.end()
    }

    fn mark(&mut self) {
        if self.wanted.contains(&self.end()) {
            self.marks.insert(self.end(), self.here());
        }
    }

    fn here(&self) -> Mark {
        Mark { root: self.start.range.root(), chain: self.start.link, time: self.start.time }
    }

    /// Ends the log here. What the table comes to, where there is one, comes with it.
    ///
    /// # Errors
    /// [`crate::Reason::Container`] alone.
    pub(super) fn finish(self) -> Checked<(Summary, Option<Sum>)> {
        let end = self.here();
        let (table, sum) = match self.table {
            Some(table) => table.finish(self.finding.is_ok()).map(|(finding, sum)| (finding, Some(sum)))?,
            None => (Ok(()), None),
        };
        let size = self.start.range.end();
        let summary = Summary { size, end, first_at: self.first_at, marks: self.marks, entries: self.finding, table };
        Ok((summary, sum))
    }
}

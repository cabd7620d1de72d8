//! One reading of the log by as many threads as there are. A thread reads the next part under one lock, checks it
//! under none, and adds it to what came before under another: members are hashed while entries are.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::RandomState;
use std::num::NonZeroUsize;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::fold::{Fold, Summary};
use super::lines::Lines;
use super::part::{CheckedPart, Part, Rules, last_link};
use super::table::Table;
use super::{CSV, ENTRIES, LINKS};
use crate::at::At;
use crate::finding::{Checked, Finding, Reason};
use crate::hash::Hash;
use crate::tree::Range;
use crate::zip::{Archive, Sum};

/// About as much as stays near the processor.
const PART_BYTES: usize = 1 << 18;
/// How far a thread may run ahead of the slowest: parts take as much memory however long the log is.
const PARTS_AHEAD: u64 = 16;

/// The log before the first entry of the bundle.
#[derive(Clone, Debug)]
pub(crate) struct Start {
    pub(crate) range: Range,
    pub(crate) link: Hash,
    pub(crate) time: Option<At>,
}

/// What the members that were read come to.
pub(crate) type Sums = Vec<(&'static str, Sum)>;

/// One reading.
pub(crate) struct Pass<'s> {
    rules: Rules,
    reading: Mutex<Reading<'s>>,
    folding: Mutex<Folding<'s>>,
    /// Told whenever a part was added, and when all is over.
    added: Condvar,
}

struct Reading<'s> {
    entries: Lines<'s>,
    links: Lines<'s>,
    next_seq: u64,
    next_part: u64,
    previous_link: Hash,
    wanted: BTreeSet<u64>,
}

struct Folding<'s> {
    fold: Fold<'s>,
    /// Parts that were checked before their turn.
    waiting: BTreeMap<u64, CheckedPart>,
    next_part: u64,
    /// Set when the archive itself is not sound, which ends everything.
    fault: Option<Finding>,
}

impl<'s> Pass<'s> {
    /// Opens the members. `None` when the bundle lacks one that it must have.
    ///
    /// # Errors
    /// [`Reason::Container`].
    pub(crate) fn new(
        archive: &Archive<'s>,
        organization: &str,
        start: Start,
        wanted: BTreeSet<u64>,
    ) -> Checked<Option<Self>> {
        let lines = |name| archive.find(name).map(|member| Lines::new(archive.read(member)));
        let (Some(entries), Some(links)) = (lines(ENTRIES), lines(LINKS)) else { return Ok(None) };
        let table = archive.find(CSV).map(|member| Table::new(archive.read(member))).transpose()?;
        let next_seq = start.range.end();
        let reading =
            Reading { entries, links, next_seq, next_part: 0, previous_link: start.link, wanted: wanted.clone() };
        let with_rows = table.is_some();
        let fold = Fold::new(start, wanted, table);
        let rules = Rules { organization: organization.to_owned(), with_rows, state: RandomState::new() };
        Ok(Some(Self {
            rules,
            reading: Mutex::new(reading),
            folding: Mutex::new(Folding { fold, waiting: BTreeMap::new(), next_part: 0, fault: None }),
            added: Condvar::new(),
        }))
    }

    /// Reads it all.
    ///
    /// # Errors
    /// [`Reason::Container`] alone; what is wrong with the entries is in the summary.
    pub(crate) fn run(self, threads: NonZeroUsize) -> Checked<(Summary, Sums)> {
        std::thread::scope(|scope| {
            for _ in 1..threads.get() {
                // A thread less is slower, not wrong.
                let _started = std::thread::Builder::new().spawn_scoped(scope, || self.work());
            }
            self.work();
        });
        self.finish()
    }

    fn finish(self) -> Checked<(Summary, Sums)> {
        let mut reading = self.reading.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut folding = self.folding.into_inner().unwrap_or_else(PoisonError::into_inner);
        if let Some(fault) = folding.fault {
            return Err(fault);
        }
        if !folding.fold.is_over() && reading.links.take(1, 1)?.is_more() {
            let seq = folding.fold.end();
            let what = "it has a line in audit/links.txt and none in audit/entries.jsonl";
            folding.fold.refuse(Finding::at(Reason::Leaf, seq, format!("Entry {seq} is missing: {what}")));
        }
        let mut sums = vec![(ENTRIES, reading.entries.finish()?), (LINKS, reading.links.finish()?)];
        let (summary, table) = folding.fold.finish()?;
        sums.extend(table.map(|sum| (CSV, sum)));
        Ok((summary, sums))
    }

    fn work(&self) {
        while let Some((number, part)) = self.next_part() {
            let checked = part.check(&self.rules);
            self.add(number, checked);
        }
    }

    /// Takes the next part, and waits while too many are not added yet.
    fn next_part(&self) -> Option<(u64, Part)> {
        let taken = lock(&self.reading).next();
        let mut folding = lock(&self.folding);
        match taken {
            Ok(Some((number, part))) => {
                while folding.fault.is_none() && folding.next_part + PARTS_AHEAD <= number {
                    folding = self.added.wait(folding).unwrap_or_else(PoisonError::into_inner);
                }
                // A part that was taken is added even if nothing after it counts: others wait for its turn.
                folding.fault.is_none().then_some((number, part))
            }
            Ok(None) => None,
            Err(fault) => {
                folding.fault = Some(fault);
                self.added.notify_all();
                None
            }
        }
    }

    fn add(&self, number: u64, part: CheckedPart) {
        let mut folding = lock(&self.folding);
        folding.waiting.insert(number, part);
        folding.add_waiting();
        let is_over = folding.fault.is_some() || folding.fold.is_over();
        drop(folding);
        self.added.notify_all();
        if is_over {
            lock(&self.reading).stop();
        }
    }
}

impl Folding<'_> {
    fn add_waiting(&mut self) {
        while let Some(part) = self.waiting.remove(&self.next_part) {
            self.next_part += 1;
            if let Err(fault) = self.fold.add(part) {
                self.fault = Some(fault);
            }
        }
    }
}

impl Reading<'_> {
    fn next(&mut self) -> Checked<Option<(u64, Part)>> {
        let mark = self.wanted.range(self.next_seq + 1..).next();
        let lines_max = mark.map_or(u64::MAX, |mark| mark - self.next_seq);
        if self.is_stopped() {
            return Ok(None);
        }
        let entries = self.entries.take(lines_max, PART_BYTES)?;
        if !entries.is_more() {
            return Ok(None);
        }
        let links = self.links.take(entries.count, usize::MAX)?;
        let number = self.next_part;
        let part = Part {
            first_seq: self.next_seq,
            entries: entries.bytes,
            previous_link: self.previous_link,
            links: links.bytes,
            is_before_too_long: entries.is_before_too_long,
        };
        self.next_part += 1;
        self.next_seq += entries.count;
        // A line that cannot be read is found by the part that it belongs to.
        self.previous_link = last_link(&part.links).unwrap_or_default();
        if part.is_before_too_long {
            self.stop();
        }
        Ok(Some((number, part)))
    }

    fn stop(&mut self) {
        self.next_part = u64::MAX;
    }

    fn is_stopped(&self) -> bool {
        self.next_part == u64::MAX
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

//! Anchors: checkpoints that another party kept. The log must still be what each of them says.

use std::collections::{BTreeMap, BTreeSet};

use crate::at::At;
use crate::checkpoint::{Checkpoint, Refused};
use crate::finding::{Checked, Finding, Reason};
use crate::log::Mark;
use crate::note::VerifierKey;

/// The log that anchors are held against.
pub(crate) struct Anchored<'l> {
    /// The bundle's own checkpoint.
    pub(crate) checkpoint: &'l Checkpoint,
    /// The log at the sizes that the bundle leads through.
    pub(crate) marks: &'l BTreeMap<u64, Mark>,
    /// Since when the bundle speaks.
    pub(crate) since: Option<At>,
}

/// Anchors that were given.
pub(crate) struct Anchors(Vec<Result<Checkpoint, Refused>>);

/// What came of them.
pub(crate) struct Held {
    /// Sizes at which the log is what was anchored.
    pub(crate) used: Vec<u64>,
    /// Sizes that the bundle does not lead through.
    pub(crate) beyond: Vec<u64>,
}

impl Anchors {
    /// Reads notes and checks their signatures.
    pub(crate) fn read(notes: &[Vec<u8>], keys: &[VerifierKey]) -> Self {
        Self(notes.iter().map(|note| Checkpoint::verified(note, keys).map(|(anchor, _)| anchor)).collect())
    }

    /// The sizes to remember the log at.
    pub(crate) fn sizes(&self) -> BTreeSet<u64> {
        self.0.iter().flatten().map(|anchor| anchor.size).collect()
    }

    /// Holds the log against each anchor, smallest first.
    ///
    /// # Errors
    /// [`Reason::Anchor`], and [`Reason::Gap`] when two are further apart than allowed.
    pub(crate) fn check(self, log: &Anchored<'_>, max_gap_days: Option<u32>) -> Checked<Held> {
        let mut anchors = self.0.into_iter().collect::<Result<Vec<_>, _>>().map_err(unsigned)?;
        anchors.sort_by_key(|anchor| anchor.size);
        let mut held = Held { used: Vec::new(), beyond: Vec::new() };
        for anchor in &anchors {
            if log.holds(anchor)? {
                held.used.push(anchor.size);
            } else {
                held.beyond.push(anchor.size);
            }
        }
        if let Some([one, _]) = anchors.array_windows::<2>().find(|[one, next]| forks(one, next)) {
            return Err(Finding::new(Reason::Anchor, format!("Two anchors of size {} say two things.", one.size)));
        }
        max_gap_days.map_or(Ok(()), |days| check_gaps(log, &anchors, days))?;
        Ok(held)
    }
}

impl Anchored<'_> {
    /// Whether the log is what was anchored; `false` when the bundle does not lead through that size.
    fn holds(&self, anchor: &Checkpoint) -> Checked<bool> {
        let size = anchor.size;
        let refused = |what: String| Finding::new(Reason::Anchor, what);
        if anchor.name != self.checkpoint.name {
            return Err(refused(format!("An anchor of size {size} is of another log.")));
        }
        if size > self.checkpoint.size {
            let own = self.checkpoint.size;
            let what = format!("An anchor has {size} entries, the log {own}: the newest were removed.");
            return Err(Finding::at(Reason::Anchor, own, what));
        }
        let own = self.checkpoint;
        let same = match self.marks.get(&size) {
            _ if size == own.size => anchor == own,
            Some(mark) => (mark.root, mark.chain, mark.time) == (anchor.root, anchor.chain, anchor.time),
            None if size == 0 => anchor.is_beginning(),
            None => return Ok(false),
        };
        if same {
            Ok(true)
        } else {
            Err(refused(format!("The first {size} entries are not those that were anchored.")))
        }
    }
}

fn forks(one: &Checkpoint, next: &Checkpoint) -> bool {
    one.size == next.size && one != next
}

fn unsigned(refused: Refused) -> Finding {
    let what = match refused {
        Refused::Form => "An anchor is no checkpoint.",
        Refused::Signature(_) => "An anchor is not signed by a key that was given.",
    };
    Finding::new(Reason::Anchor, what)
}

fn check_gaps(log: &Anchored<'_>, anchors: &[Checkpoint], days: u32) -> Checked {
    let times = log.since.into_iter().chain(anchors.iter().filter_map(|anchor| anchor.time));
    let mut times: Vec<At> = times.chain(log.checkpoint.time).collect();
    times.sort_unstable();
    match times.array_windows::<2>().find(|[one, next]| one.is_further_than(days, next)) {
        Some([one, next]) => {
            let what = format!("More than {days} days lie between {} and {}.", one.text(), next.text());
            Err(Finding::new(Reason::Gap, what))
        }
        None => Ok(()),
    }
}

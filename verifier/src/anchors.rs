//! Anchors: checkpoints that another party kept. The log must still be what each of them says.

use std::collections::{BTreeMap, BTreeSet};

use crate::at::At;
use crate::checkpoint::{Checkpoint, Refused};
use crate::encoding::typed_text;
use crate::finding::{Checked, Finding, Reason};
use crate::log::Mark;
use crate::note::{Unsigned, VerifierKey};

/// The log that anchors are held against.
pub(crate) struct Anchored<'l> {
    /// The bundle's own checkpoint.
    pub(crate) checkpoint: &'l Checkpoint,
    /// The log at the sizes that the bundle leads through.
    pub(crate) marks: &'l BTreeMap<u64, Mark>,
    /// Since when the bundle speaks.
    pub(crate) since: Option<At>,
}

/// An anchor that was given.
struct Anchor {
    checkpoint: Checkpoint,
    /// Why no key answers for it, if none does.
    unsigned: Option<Unsigned>,
    /// Whether it was found in a folder, in which there may be others.
    is_found: bool,
}

/// Anchors that were given.
pub(crate) struct Anchors(Vec<Anchor>);

/// What came of them.
#[derive(Default)]
pub(crate) struct Held {
    /// Sizes at which the log is what was anchored.
    pub(crate) used: Vec<u64>,
    /// Sizes that the bundle does not lead through.
    pub(crate) beyond: Vec<u64>,
    /// How many were of other logs.
    pub(crate) foreign: usize,
}

impl Anchors {
    /// Reads notes and checks their signatures. `found` are notes out of a folder.
    ///
    /// # Errors
    /// [`Reason::Usage`] when one is no checkpoint.
    pub(crate) fn read(given: &[Vec<u8>], found: &[Vec<u8>], keys: &[VerifierKey]) -> Checked<Self> {
        let given = given.iter().map(|note| (note, false));
        let notes = given.chain(found.iter().map(|note| (note, true)));
        notes.map(|(note, is_found)| Anchor::read(note, is_found, keys)).collect::<Checked<_>>().map(Self)
    }

    /// The sizes to remember the log at.
    pub(crate) fn sizes(&self) -> BTreeSet<u64> {
        self.0.iter().map(|anchor| anchor.checkpoint.size).collect()
    }

    /// Holds the log against each anchor, smallest first.
    ///
    /// # Errors
    /// [`Reason::Usage`] for a given note of another log, [`Reason::Keys`], [`Reason::Anchor`], and [`Reason::Gap`] when
    /// two are further apart than allowed.
    pub(crate) fn check(self, log: &Anchored<'_>, max_gap_days: Option<u32>) -> Checked<Held> {
        let is_own = |anchor: &Anchor| anchor.checkpoint.name == log.checkpoint.name;
        let (mut own, foreign): (Vec<_>, Vec<_>) = self.0.into_iter().partition(is_own);
        if let Some(alien) = foreign.iter().find(|anchor| !anchor.is_found) {
            let (size, name) = (alien.checkpoint.size, &alien.checkpoint.name);
            let name: String = name.chars().take(120).collect();
            let what = format!("Your note of size {size} is of another log ({name}): leave it out");
            return Err(Finding::new(Reason::Usage, what));
        }
        own.sort_by_key(|anchor| anchor.checkpoint.size);
        expect_signed(&own)?;
        let anchors: Vec<_> = own.into_iter().map(|anchor| anchor.checkpoint).collect();
        let mut held = Held { foreign: foreign.len(), ..Held::default() };
        for anchor in &anchors {
            if log.holds(anchor)? {
                held.used.push(anchor.size);
            } else {
                held.beyond.push(anchor.size);
            }
        }
        if let Some([one, _]) = anchors.array_windows::<2>().find(|[one, next]| forks(one, next)) {
            let what = format!("Two of your notes of size {} say two things: there are two logs", one.size);
            return Err(Finding::new(Reason::Anchor, what));
        }
        max_gap_days.map_or(Ok(()), |days| check_gaps(log, &anchors, days))?;
        Ok(held)
    }
}

impl Anchor {
    /// Reads a note that was kept, as an editor may have written it again.
    fn read(note: &[u8], is_found: bool, keys: &[VerifierKey]) -> Checked<Self> {
        let text = typed_text(note).map(|text| text.replace("\r\n", "\n"));
        let (checkpoint, unsigned) = match Checkpoint::verified(text.unwrap_or_default().as_bytes(), keys) {
            Ok((checkpoint, _)) => (checkpoint, None),
            Err(Refused::Signature(checkpoint, unsigned)) => (*checkpoint, Some(unsigned)),
            Err(Refused::Form) => return Err(Finding::new(Reason::Usage, "An anchor is no checkpoint")),
        };
        Ok(Self { checkpoint, unsigned, is_found })
    }
}

/// That each is signed by a given key, and none says so wrongly.
fn expect_signed(anchors: &[Anchor]) -> Checked {
    let size_of = |wanted| anchors.iter().find(|anchor| anchor.unsigned == Some(wanted)).map(|it| it.checkpoint.size);
    if let Some(size) = size_of(Unsigned::Forged) {
        let what = "was changed: its signature is not of the key that it names";
        return Err(Finding::new(Reason::Anchor, format!("Your note of size {size} {what}")));
    }
    match size_of(Unsigned::Unknown) {
        Some(size) => Err(Finding::unsigned(format_args!("Your note of size {size}"))),
        None => Ok(()),
    }
}

impl Anchored<'_> {
    /// Whether the log is what was anchored; `false` when the bundle does not lead through that size.
    fn holds(&self, anchor: &Checkpoint) -> Checked<bool> {
        let (size, own) = (anchor.size, self.checkpoint);
        if size > own.size {
            let either = "it is older than the note, or its newest entries were removed";
            let what =
                format!("This bundle ends before your note: {either}. It ends at {}, the note at {size}", own.size);
            return Err(Finding::at(Reason::Anchor, own.size, what));
        }
        let same = match self.marks.get(&size) {
            _ if size == own.size => anchor == own,
            Some(mark) => (mark.root, mark.chain, mark.time) == (anchor.root, anchor.chain, anchor.time),
            None if size == 0 => anchor.is_beginning(),
            None => return Ok(false),
        };
        let what = format!("The first {size} entries are not those of your note: the log was written anew");
        if same { Ok(true) } else { Err(Finding::new(Reason::Anchor, what)) }
    }
}

fn forks(one: &Checkpoint, next: &Checkpoint) -> bool {
    one.size == next.size && one != next
}

fn check_gaps(log: &Anchored<'_>, anchors: &[Checkpoint], days: u32) -> Checked {
    let times = log.since.into_iter().chain(anchors.iter().filter_map(|anchor| anchor.time));
    let mut times: Vec<At> = times.chain(log.checkpoint.time).collect();
    times.sort_unstable();
    if times.array_windows::<2>().any(|[one, next]| one.is_further_than(days, next)) {
        return Err(Finding::new(Reason::Gap, format!("More than {days} days lie between two checkpoints")));
    }
    Ok(())
}

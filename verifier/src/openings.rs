//! Opened values: that each is the one that its entry commits to.

use std::collections::BTreeSet;

use sha2::Digest;

use crate::encoding::{base64_hash, wide};
use crate::finding::{Checked, Finding, Reason};
use crate::hash::{Hash, commit, commitment};
use crate::json::{Fault, Raw, Rules};
use crate::log::{ENTRIES, Lines, too_long};
use crate::members::OPENINGS;
use crate::zip::Archive;

/// Bytes of entries and files that openings are looked for in: no file can be opened a million times.
const OPENED_BYTES_MAX: u64 = 8 << 30;

/// Opens one value of an entry: whether salt and value are what the commitment at the pointer was made of.
#[must_use]
pub fn opens(entry: &str, pointer: &str, salt: &Hash, value: &[u8]) -> bool {
    let sealed = Raw::parse(entry.as_bytes(), Rules::Entry).ok().and_then(|entry| entry.pointed(pointer));
    sealed.and_then(commitment_of) == Some(commit(salt, value))
}

fn commitment_of(sealed: Raw<'_>) -> Option<Hash> {
    base64_hash(&sealed.field("commit")?.string()?)
}

/// What the openings come to.
pub(crate) struct Opened {
    pub(crate) count: u64,
    /// The members that entries speak of.
    pub(crate) files: BTreeSet<String>,
    bytes: u64,
}

impl Opened {
    fn add_bytes(&mut self, bytes: u64) -> Checked {
        self.bytes = self.bytes.saturating_add(bytes);
        let what = "The opened files together are larger than 8 GiB";
        if self.bytes > OPENED_BYTES_MAX { Err(Finding::beyond(what)) } else { Ok(()) }
    }
}

struct Opening<'o> {
    seq: u64,
    pointer: String,
    salt: Hash,
    content: Content<'o>,
}

enum Content<'o> {
    Value(Raw<'o>),
    File(String),
}

impl<'o> Opening<'o> {
    fn read(line: &'o [u8]) -> Checked<Self> {
        let malformed = || Finding::new(Reason::Opening, "A line of audit/openings.jsonl is no opening");
        let line = line.strip_suffix(b"\n").ok_or_else(malformed)?;
        let json = Raw::parse(line, Rules::Json).map_err(|fault| match fault {
            Fault::Malformed => malformed(),
            Fault::Limit => Finding::beyond("An opened value is too deep, or has too many values"),
        })?;
        Self::of(json).ok_or_else(malformed)
    }

    fn of(json: Raw<'o>) -> Option<Self> {
        let content = match (json.field("value"), json.field("file")) {
            (Some(value), None) => Content::Value(value),
            (None, Some(file)) => Content::File(file.string()?.into_owned()),
            _ => return None,
        };
        let seq = json.field("seq")?.integer()?;
        let pointer = json.field("pointer")?.string()?.into_owned();
        Some(Self { seq, pointer, salt: base64_hash(&json.field("salt")?.string()?)?, content })
    }
}

/// Checks every opening against the entries, whose numbers are given in order; the manifest counts so many.
///
/// # Errors
/// [`Reason::Opening`].
pub(crate) fn check(archive: &Archive<'_>, mut seqs: impl Iterator<Item = u64>, counted: u64) -> Checked<Opened> {
    let mut opened = Opened { count: 0, files: BTreeSet::new(), bytes: 0 };
    let Some(member) = archive.find(OPENINGS) else { return Ok(opened) };
    let Some(entries) = archive.find(ENTRIES) else { return Ok(opened) };
    let (mut lines, mut entries) = (Lines::new(archive.read(member)), Lines::new(archive.read(entries)));
    let mut previous: Option<(u64, String)> = None;
    let mut entry: Option<(u64, Vec<u8>)> = None;
    loop {
        let line = lines.take(1, usize::MAX)?;
        if line.is_before_too_long {
            return Err(too_long("An opened value"));
        }
        if line.count == 0 {
            return Ok(opened);
        }
        let opening = Opening::read(&line.bytes)?;
        if opened.count == counted {
            let what = "The bundle has another number of openings than its manifest says";
            return Err(Finding::new(Reason::Opening, what));
        }
        let place = (opening.seq, opening.pointer.clone());
        if previous.as_ref().is_some_and(|previous| *previous >= place) {
            let what = "The lines of audit/openings.jsonl are out of order";
            return Err(Finding::at(Reason::Opening, opening.seq, what));
        }
        while entry.as_ref().is_none_or(|(seq, _)| *seq < opening.seq) {
            let line = entries.take(1, usize::MAX)?;
            let Some(seq) = seqs.next().filter(|_| line.count > 0) else { break };
            entry = Some((seq, line.bytes));
        }
        let own = entry.as_ref().filter(|(seq, _)| *seq == opening.seq);
        let (_, own) = own.ok_or_else(|| nothing_sealed(&opening))?;
        open(archive, own, &opening, &mut opened)?;
        previous = Some(place);
        opened.count += 1;
    }
}

fn open(archive: &Archive<'_>, entry: &[u8], opening: &Opening<'_>, opened: &mut Opened) -> Checked {
    opened.add_bytes(wide(entry.len()))?;
    let entry = Raw::parse(entry, Rules::Entry).map_err(|_| nothing_sealed(opening))?;
    let sealed = entry.pointed(&opening.pointer).filter(|value| commitment_of(*value).is_some());
    let sealed = sealed.ok_or_else(|| nothing_sealed(opening))?;
    let Opening { seq, .. } = opening;
    let computed = match &opening.content {
        Content::Value(value) => {
            let text = value.string();
            commit(&opening.salt, text.as_deref().unwrap_or(value.text()).as_bytes())
        }
        Content::File(name) => {
            let shown = cut(name);
            let other = || refused(opening, format!("{shown} is not the file that entry {seq} speaks of"));
            let member = archive.find(name).ok_or_else(other)?;
            opened.add_bytes(member.size)?;
            if sealed.field("bytes").and_then(Raw::integer) != Some(member.size) {
                return Err(other());
            }
            opened.files.insert(name.clone());
            hash_file(archive, name, &opening.salt)?
        }
    };
    if commitment_of(sealed) == Some(computed) {
        return Ok(());
    }
    let shown = cut(&opening.pointer);
    Err(refused(opening, format!("The value that is shown for {shown} of entry {seq} does not match the log")))
}

fn hash_file(archive: &Archive<'_>, name: &str, salt: &Hash) -> Checked<Hash> {
    let mut hash = commitment(salt);
    let mut block = vec![0; 1 << 16];
    let Some(mut reader) = archive.find(name).map(|member| archive.read(member)) else { return Ok([0; 32]) };
    loop {
        let read = reader.fill(&mut block)?;
        if read == 0 {
            return Ok(hash.finalize().into());
        }
        hash.update(block.get(..read).unwrap_or_default());
    }
}

fn refused(opening: &Opening<'_>, what: String) -> Finding {
    Finding::at(Reason::Opening, opening.seq, what)
}

fn nothing_sealed(opening: &Opening<'_>) -> Finding {
    let Opening { seq, pointer, .. } = opening;
    refused(opening, format!("What is opened at {} is nothing that entry {seq} seals", cut(pointer)))
}

fn cut(text: &str) -> String {
    text.chars().take(80).collect()
}

//! Opened values: that each is the one that its entry commits to.

use sha2::Digest;

use crate::encoding::base64_hash;
use crate::finding::{Checked, Finding, Reason};
use crate::hash::{Hash, commit, commitment};
use crate::json::{Raw, Rules};
use crate::log::{ENTRIES, Lines};
use crate::members::OPENINGS;
use crate::zip::Archive;

/// How much of files is hashed for openings, so that one large file cannot be opened a million times.
const FILE_BYTES_MAX: u64 = 16 << 30;

/// Opens one value of an entry: whether salt and value are what the commitment at the pointer was made of.
#[must_use]
pub fn opens(entry: &str, pointer: &str, salt: &Hash, value: &[u8]) -> bool {
    let sealed = Raw::parse(entry.as_bytes(), Rules::Entry).ok().and_then(|entry| entry.pointed(pointer));
    sealed.and_then(commitment_of) == Some(commit(salt, value))
}

fn commitment_of(sealed: Raw<'_>) -> Option<Hash> {
    base64_hash(&sealed.field("commit")?.string()?)
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
    fn read(line: &'o [u8]) -> Option<Self> {
        let json = Raw::parse(line.strip_suffix(b"\n")?, Rules::Json).ok()?;
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

/// Checks every opening against the entries, whose numbers are given in order. Returns how many there are.
///
/// # Errors
/// [`Reason::Opening`].
pub(crate) fn check(archive: &Archive<'_>, mut seqs: impl Iterator<Item = u64>) -> Checked<u64> {
    let Some(member) = archive.find(OPENINGS) else { return Ok(0) };
    let Some(entries) = archive.find(ENTRIES) else { return Ok(0) };
    let (mut lines, mut entries) = (Lines::new(archive.read(member)), Lines::new(archive.read(entries)));
    let (mut count, mut file_bytes) = (0, 0);
    let mut previous: Option<(u64, String)> = None;
    let mut entry: Option<(u64, Vec<u8>)> = None;
    loop {
        let line = lines.take(1, usize::MAX)?;
        if line.count == 0 {
            return Ok(count);
        }
        let opening = Opening::read(&line.bytes)
            .ok_or_else(|| Finding::new(Reason::Opening, "A line of openings.jsonl is no opening."))?;
        let place = (opening.seq, opening.pointer.clone());
        if previous.as_ref().is_some_and(|previous| *previous >= place) {
            return Err(refused(&opening, "is not in the order of the log"));
        }
        while entry.as_ref().is_none_or(|(seq, _)| *seq < opening.seq) {
            let line = entries.take(1, usize::MAX)?;
            let Some(seq) = seqs.next().filter(|_| line.count > 0) else { break };
            entry = Some((seq, line.bytes));
        }
        let own = entry.as_ref().filter(|(seq, _)| *seq == opening.seq);
        let (_, own) = own.ok_or_else(|| refused(&opening, "opens an entry that is not shown"))?;
        open(archive, own, &opening, &mut file_bytes)?;
        previous = Some(place);
        count += 1;
    }
}

fn open(archive: &Archive<'_>, entry: &[u8], opening: &Opening<'_>, file_bytes: &mut u64) -> Checked {
    let entry = Raw::parse(entry, Rules::Entry).map_err(|_| refused(opening, "opens what is no entry"))?;
    let sealed = entry.pointed(&opening.pointer).filter(|value| commitment_of(*value).is_some());
    let sealed = sealed.ok_or_else(|| refused(opening, "opens what was not sealed"))?;
    let computed = match &opening.content {
        Content::Value(value) => {
            let text = value.string();
            commit(&opening.salt, text.as_deref().unwrap_or(value.text()).as_bytes())
        }
        Content::File(name) => {
            let member = archive.find(name).ok_or_else(|| refused(opening, "names a file that is not there"))?;
            *file_bytes += member.size;
            if sealed.field("bytes").and_then(Raw::integer) != Some(member.size) || *file_bytes > FILE_BYTES_MAX {
                return Err(refused(opening, "names a file of another size"));
            }
            hash_file(archive, name, &opening.salt)?
        }
    };
    if commitment_of(sealed) == Some(computed) {
        Ok(())
    } else {
        Err(refused(opening, "shows another value than the one committed to"))
    }
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

fn refused(opening: &Opening<'_>, what: &str) -> Finding {
    let shown: String = opening.pointer.escape_debug().take(80).collect();
    let of = format!("The opening of {shown} in entry {}", opening.seq);
    Finding::at(Reason::Opening, opening.seq, format!("{of} {what}."))
}

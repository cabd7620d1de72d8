//! The central directory, found from the end of the file. Members lie one after another from the first byte on, in its
//! order; nothing lies before, between or behind them.

use super::local;
use super::name::{self, Names};
use super::{Member, not_ours, unreadable};
use crate::encoding::wide;
use crate::finding::{Checked, Finding, Reason};
use crate::source::{Source, read_exactly};

const END_MARK: &[u8] = b"PK\x05\x06";
const END_LENGTH: usize = 22;
const ENTRY_MARK: &[u8] = b"PK\x01\x02";
const ENTRY_LENGTH: usize = 46;
const ZIP64_LOCATOR: &[u8] = b"PK\x06\x07";
const ZIP64_LENGTH: usize = 20;
/// What ZIP64 writes where a field of 32 bits is too small.
const ELSEWHERE: u32 = u32::MAX;

/// A bundle has a few dozen.
const MEMBERS_MAX: u16 = 1024;
const DIRECTORY_MAX: u32 = 1 << 20;

/// Says that names are UTF-8, and changes nothing about ours.
const UTF8_NAME: u16 = 1 << 11;
const STORED: u16 = 0;
const DEFLATED: u16 = 8;
/// What deflate needs.
const VERSION_MAX: u16 = 20;

/// Fields of a header, little-endian.
struct Fields<'h>(&'h [u8]);

impl Fields<'_> {
    fn short(&self, at: usize) -> u16 {
        let bytes = self.0.get(at..at + 2).and_then(|bytes| bytes.try_into().ok());
        bytes.map_or(u16::MAX, u16::from_le_bytes)
    }

    fn long(&self, at: usize) -> u32 {
        let bytes = self.0.get(at..at + 4).and_then(|bytes| bytes.try_into().ok());
        bytes.map_or(u32::MAX, u32::from_le_bytes)
    }
}

/// Returns the members in the order of the directory, each with the place of its bytes.
pub(super) fn read(source: &dyn Source) -> Checked<Vec<Member>> {
    let (count, length, offset) = find_end(source)?;
    let mut bytes = vec![0; usize::try_from(length).unwrap_or_default()];
    read_exactly(source, offset.into(), &mut bytes).map_err(unreadable)?;
    let (mut members, mut names) = (Vec::new(), Names::default());
    let (mut rest, mut free) = (bytes.as_slice(), 0);
    for _ in 0..count {
        let (mut member, head, after) = read_entry(rest)?;
        if member.offset != free {
            return Err(not_ours(format_args!("{} does not begin where the member before it ends", member.name)));
        }
        member.offset = local::check(source, &member, head, offset.into())?;
        free = member.offset + member.packed_size;
        names.add(&member.name)?;
        members.push(member);
        rest = after;
    }
    if rest.is_empty() && free == u64::from(offset) {
        Ok(members)
    } else {
        Err(not_ours("something lies between its members or behind them"))
    }
}

/// Count, length and offset of the directory, from the record that ends the file: it has no comment, so it can stand in
/// one place only.
fn find_end(source: &dyn Source) -> Checked<(u16, u32, u32)> {
    let length = source.length().min(wide(END_LENGTH + ZIP64_LENGTH));
    let mut tail = vec![0; usize::try_from(length).unwrap_or_default()];
    read_exactly(source, source.length() - length, &mut tail).map_err(unreadable)?;
    let (before, end) = tail.split_at_checked(tail.len().saturating_sub(END_LENGTH)).unwrap_or_default();
    if !end.starts_with(END_MARK) || end.len() < END_LENGTH {
        let why = "it is no ZIP file, its end is missing, or something was put after it";
        return Err(Finding::new(
            Reason::Container,
            format!("This is no bundle: {why}. Get the original file once more"),
        ));
    }
    let end = Fields(end);
    let (here, count, length, offset) = (end.short(8), end.short(10), end.long(12), end.long(16));
    if end.short(20) != 0 {
        return Err(not_ours("it has a comment"));
    }
    if before.starts_with(ZIP64_LOCATOR) || count == u16::MAX || length == ELSEWHERE || offset == ELSEWHERE {
        return Err(Finding::beyond("The file is in the form for more than 4 GiB (ZIP64)"));
    }
    if count > MEMBERS_MAX || length > DIRECTORY_MAX {
        return Err(Finding::beyond(format_args!("The file has more than {MEMBERS_MAX} members")));
    }
    let is_in_place = u64::from(offset) + u64::from(length) == source.length() - wide(END_LENGTH);
    if end.short(4) != 0 || end.short(6) != 0 || here != count || !is_in_place {
        return Err(not_ours("its directory is not where it says"));
    }
    Ok((count, length, offset))
}

/// A member, the bytes that its local header must repeat, and the rest of the directory.
fn read_entry(bytes: &[u8]) -> Checked<(Member, &[u8], &[u8])> {
    let cut = || not_ours("its directory is cut");
    let (head, rest) = bytes.split_at_checked(ENTRY_LENGTH).ok_or_else(cut)?;
    if !head.starts_with(ENTRY_MARK) {
        return Err(not_ours("its directory has more in it than members"));
    }
    let fields = Fields(head);
    let (name, rest) = rest.split_at_checked(fields.short(28).into()).ok_or_else(cut)?;
    let name = name::read(name)?;
    let (method, crc) = (fields.short(10), fields.long(16));
    let (packed_size, size, offset) = (fields.long(20), fields.long(24), fields.long(42));
    // Made on Unix or by a program that does not say; needs no more than deflate.
    let is_known = [0, 3].contains(&(fields.short(4) >> 8))
        && fields.short(6) <= VERSION_MAX
        && fields.short(8) & !UTF8_NAME == 0
        && [STORED, DEFLATED].contains(&method);
    // No extra field, no comment, one disk, no attributes but those of Unix; a regular file or of no kind.
    let is_plain = [30, 32, 34, 38].iter().all(|at| fields.short(*at) == 0)
        && fields.short(36) <= 1
        && [0, 8].contains(&(fields.short(40) >> 12));
    if !is_known || !is_plain || (method == STORED && packed_size != size) {
        return Err(not_ours(format_args!("{name} is no plain member")));
    }
    if [packed_size, size, offset].contains(&ELSEWHERE) {
        return Err(Finding::beyond(format_args!("{name} is larger than 4 GiB")));
    }
    let (size, packed_size, offset) = (size.into(), packed_size.into(), offset.into());
    let member = Member { name, size, is_deflated: method == DEFLATED, packed_size, crc, offset };
    Ok((member, head.get(6..32).unwrap_or_default(), rest))
}

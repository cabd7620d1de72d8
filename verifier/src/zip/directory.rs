//! The central directory, found from the end of the file.

use super::{Header, Member, name, no_bundle, unreadable};
use crate::encoding::wide;
use crate::finding::Checked;
use crate::source::{Source, read_exactly};

const END_MARK: &[u8] = b"PK\x05\x06";
const END_LENGTH: u64 = 22;
const COMMENT_MAX: u64 = 0xffff;
const ENTRY_MARK: &[u8] = b"PK\x01\x02";
const ZIP64_LOCATOR: &[u8] = b"PK\x06\x07";
/// What ZIP64 writes where a field of 32 bits is too small.
const ELSEWHERE: u32 = u32::MAX;

const MEMBERS_MAX: u64 = 100_000;
/// Room for as many members as an archive without ZIP64 can have, with long names.
const DIRECTORY_MAX: u64 = 32 << 20;

/// Encryption, patches and hidden headers; the other flags change nothing about the bytes.
const FLAGS_REFUSED: u16 = 1 | 1 << 5 | 1 << 6 | 1 << 13;
pub(super) const STORED: u16 = 0;
pub(super) const DEFLATED: u16 = 8;
const FILE_TYPE: u32 = 0o170_000;
const REGULAR: u32 = 0o100_000;

/// Returns the members, not yet located, and where the directory begins.
pub(super) fn read(source: &dyn Source) -> Checked<(Vec<Member>, u64)> {
    let (count, length, offset) = find_end(source)?;
    if u64::from(count) > MEMBERS_MAX || u64::from(length) > DIRECTORY_MAX {
        return Err(no_bundle("it has too many members"));
    }
    let mut bytes = vec![0; usize::try_from(length).unwrap_or_default()];
    read_exactly(source, u64::from(offset), &mut bytes).map_err(unreadable)?;
    let mut header = Header(&bytes);
    let members = (0..count).map(|_| read_entry(&mut header)).collect::<Checked<Vec<_>>>()?;
    if !header.0.is_empty() {
        return Err(no_bundle("its directory has more in it than members"));
    }
    Ok((members, u64::from(offset)))
}

/// Count, length and offset of the directory, from the record that ends the file.
fn find_end(source: &dyn Source) -> Checked<(u16, u32, u32)> {
    let tail_length = source.length().min(END_LENGTH + COMMENT_MAX);
    let mut tail = vec![0; usize::try_from(tail_length).unwrap_or_default()];
    read_exactly(source, source.length() - tail_length, &mut tail).map_err(unreadable)?;
    let (place, mut end) = memchr::memmem::rfind_iter(&tail, END_MARK)
        .find_map(|place| {
            let record = tail.get(place..).filter(|record| wide(record.len()) >= END_LENGTH)?;
            let comment = record.get(20..22)?.try_into().map(u16::from_le_bytes).ok()?;
            (wide(record.len()) == END_LENGTH + u64::from(comment)).then_some((place, Header(record)))
        })
        .ok_or_else(|| no_bundle("it is no ZIP archive, or was cut short"))?;
    end.take(END_MARK.len())?;
    let (disk, directory_disk) = (end.short()?, end.short()?);
    let (here, count) = (end.short()?, end.short()?);
    let (length, offset) = (end.long()?, end.long()?);
    let locator = place.checked_sub(20).and_then(|start| tail.get(start..)).unwrap_or_default();
    if locator.starts_with(ZIP64_LOCATOR) || count == u16::MAX || length == ELSEWHERE || offset == ELSEWHERE {
        return Err(no_bundle("ZIP64 is not read"));
    }
    let record_offset = source.length() - tail_length + wide(place);
    if disk != 0 || directory_disk != 0 || here != count || u64::from(offset) + u64::from(length) != record_offset {
        return Err(no_bundle("its directory is not where it says"));
    }
    Ok((count, length, offset))
}

fn read_entry(header: &mut Header<'_>) -> Checked<Member> {
    if header.take(ENTRY_MARK.len())? != ENTRY_MARK {
        return Err(no_bundle("its directory cannot be read"));
    }
    header.take(4)?; // The versions that made it and that it needs.
    let (flags, method) = (header.short()?, header.short()?);
    header.take(8)?; // Time, date and CRC-32: the manifest's digests say more.
    let (packed_size, size) = (header.long()?, header.long()?);
    let (name_length, extra, comment) = (header.short()?, header.short()?, header.short()?);
    let disk = header.short()?;
    header.take(2)?; // Whether a packer took it for text.
    let (mode, offset) = (header.long()? >> 16, header.long()?);
    let name = name::read(header.take(usize::from(name_length))?)?;
    header.take(usize::from(extra) + usize::from(comment))?;

    if flags & FLAGS_REFUSED != 0 {
        return Err(no_bundle(format_args!("{name} is encrypted or patched")));
    }
    if method != STORED && method != DEFLATED {
        return Err(no_bundle(format_args!("{name} is packed by method {method}")));
    }
    if [packed_size, size, offset].contains(&ELSEWHERE) || disk != 0 {
        return Err(no_bundle("ZIP64 is not read"));
    }
    if ![0, REGULAR].contains(&(mode & FILE_TYPE)) {
        return Err(no_bundle(format_args!("{name} is no file")));
    }
    let is_deflated = method == DEFLATED;
    if !is_deflated && packed_size != size {
        return Err(no_bundle(format_args!("{name} has two sizes")));
    }
    let (size, packed_size, offset) = (size.into(), packed_size.into(), offset.into());
    Ok(Member { name, size, is_deflated, packed_size, offset })
}

//! Local headers: where a member's bytes begin. They must say what the directory says, so that no other program sees
//! another member there.

use super::directory::{DEFLATED, STORED};
use super::{Header, Member, no_bundle, unreadable};
use crate::encoding::wide;
use crate::finding::Checked;
use crate::source::{Source, read_exactly};

const MARK: &[u8] = b"PK\x03\x04";
const LENGTH: usize = 30;
/// Sizes follow the bytes instead of standing in the header.
const SIZES_FOLLOW: u16 = 1 << 3;

/// Moves each member's offset from its header to its bytes. No two may lie on each other: one megabyte that a
/// thousand members share would be a gigabyte.
pub(super) fn locate(source: &dyn Source, members: &mut [Member], directory_offset: u64) -> Checked {
    members.sort_unstable_by_key(|member| member.offset);
    let mut free_from = 0;
    for member in members {
        if member.offset < free_from {
            return Err(no_bundle(format_args!("{} lies on another member", member.name)));
        }
        member.offset = start_of_bytes(source, member)?;
        free_from = member.offset.saturating_add(member.packed_size);
        if free_from > directory_offset {
            return Err(no_bundle(format_args!("{} is cut short", member.name)));
        }
    }
    Ok(())
}

fn start_of_bytes(source: &dyn Source, member: &Member) -> Checked<u64> {
    let mut bytes = vec![0; LENGTH + member.name.len()];
    read_exactly(source, member.offset, &mut bytes).map_err(unreadable)?;
    let mut header = Header(&bytes);
    let mark = header.take(MARK.len())?;
    header.take(2)?;
    let (flags, method) = (header.short()?, header.short()?);
    header.take(8)?;
    let sizes = (u64::from(header.long()?), u64::from(header.long()?));
    let (name_length, extra) = (header.short()?, header.short()?);
    let same_sizes = sizes == (member.packed_size, member.size) || (flags & SIZES_FOLLOW != 0 && sizes == (0, 0));
    let same_name = usize::from(name_length) == member.name.len() && header.0 == member.name.as_bytes();
    if mark != MARK || method != expected_method(member) || flags & 1 != 0 || !same_sizes || !same_name {
        return Err(no_bundle(format_args!("{} says two things of itself", member.name)));
    }
    Ok(member.offset + wide(bytes.len()) + u64::from(extra))
}

fn expected_method(member: &Member) -> u16 {
    if member.is_deflated { DEFLATED } else { STORED }
}

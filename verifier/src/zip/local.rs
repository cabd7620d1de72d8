//! Local headers: they must say what the directory says, field by field, so that no other program sees another member
//! there.

use super::{Member, not_ours, unreadable};
use crate::encoding::wide;
use crate::finding::Checked;
use crate::source::{Source, read_exactly};

const MARK: &[u8] = b"PK\x03\x04";
const LENGTH: usize = 30;

/// Compares the local header of a member with what the directory has of it, and returns where its bytes begin.
pub(super) fn check(source: &dyn Source, member: &Member, head: &[u8], end: u64) -> Checked<u64> {
    let mut bytes = vec![0; LENGTH + member.name.len()];
    let begins = member.offset + wide(bytes.len());
    if begins + member.packed_size > end {
        return Err(not_ours(format_args!("{} is cut", member.name)));
    }
    read_exactly(source, member.offset, &mut bytes).map_err(unreadable)?;
    if bytes == [MARK, head, member.name.as_bytes()].concat() {
        Ok(begins)
    } else {
        Err(not_ours(format_args!("{} says two things of itself", member.name)))
    }
}

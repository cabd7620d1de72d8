//! Names of members: such as no file system could take for another place or another name.

use super::{Member, no_bundle};
use crate::finding::Checked;

/// No name of ours is longer.
const NAME_BYTES_MAX: usize = 512;

/// Reads a name.
pub(super) fn read(bytes: &[u8]) -> Checked<String> {
    let allowed = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'/');
    let name = str::from_utf8(bytes).unwrap_or_default();
    let sound = |part: &str| !matches!(part, "" | "." | "..");
    if bytes.len() > NAME_BYTES_MAX || !bytes.iter().all(allowed) || !name.split('/').all(sound) {
        return Err(no_bundle(format_args!("a member is called {:?}", String::from_utf8_lossy(bytes))));
    }
    Ok(name.to_owned())
}

/// Refuses a name that comes twice, on whatever file system.
pub(super) fn refuse_doubles(members: &[Member]) -> Checked {
    let mut names: Vec<_> = members.iter().map(|member| member.name.to_ascii_lowercase()).collect();
    names.sort_unstable();
    names.windows(2).try_for_each(|pair| match pair {
        [one, other] if one == other => Err(no_bundle(format_args!("{one} is in it twice"))),
        _ => Ok(()),
    })
}

//! Names of members: such as no file system could take for another place or another name.

use std::collections::BTreeSet;

use super::not_ours;
use crate::finding::Checked;

/// No name of ours is longer.
const NAME_BYTES_MAX: usize = 512;

/// Reads a name.
pub(super) fn read(bytes: &[u8]) -> Checked<String> {
    let allowed = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'/');
    let name = str::from_utf8(bytes).unwrap_or_default();
    if name.ends_with('/') || name.starts_with("__MACOSX/") {
        return Err(not_ours("there are folders in it"));
    }
    // Some file systems take no name that ends with a dot.
    let sound = |part: &str| !part.is_empty() && !part.ends_with('.') && !is_device(part);
    if bytes.len() > NAME_BYTES_MAX || !bytes.iter().all(allowed) || !name.split('/').all(sound) {
        return Err(not_ours("a member has a name that none of ours has"));
    }
    Ok(name.to_owned())
}

/// Whether Windows keeps the name for a device, whatever it ends with.
fn is_device(part: &str) -> bool {
    let stem = part.split('.').next().unwrap_or_default().to_ascii_lowercase();
    let numbered = |name: &str| stem.strip_prefix(name).is_some_and(|rest| matches!(rest.as_bytes(), [b'0'..=b'9']));
    matches!(stem.as_str(), "con" | "prn" | "aux" | "nul") || numbered("com") || numbered("lpt")
}

/// Names so far, and the folders that they lie in.
#[derive(Default)]
pub(super) struct Names(BTreeSet<String>);

impl Names {
    /// Refuses a name that comes twice, and one that is a folder of another, on whatever file system.
    pub(super) fn add(&mut self, name: &str) -> Checked {
        let folded = name.to_ascii_lowercase();
        if self.0.contains(&format!("{folded}/")) {
            return Err(not_ours(format_args!("{name} is a folder too")));
        }
        for (at, _) in folded.match_indices('/') {
            let folder = folded.get(..at).unwrap_or_default();
            if self.0.contains(folder) {
                return Err(not_ours(format_args!("{name} lies in a member")));
            }
            self.0.insert(format!("{folder}/"));
        }
        if self.0.insert(folded) { Ok(()) } else { Err(not_ours(format_args!("two members are called {name}"))) }
    }
}

//! A bounded reader of ZIP archives: what the exporter writes and nothing else, so that no two programs can read two
//! things in one.

mod directory;
mod inflate;
mod local;
mod member;
mod name;

pub use member::{MemberReader, Sum};

use crate::finding::{Checked, Finding, Reason};
use crate::source::Source;

/// An archive whose directory was read and found sound.
pub struct Archive<'s> {
    source: &'s dyn Source,
    /// In the order of their names.
    members: Vec<Member>,
}

/// One member of an archive.
#[derive(Debug, PartialEq, Eq)]
pub struct Member {
    /// Its name, of `a-z A-Z 0-9 . _ -` and slashes.
    pub name: String,
    /// How many bytes it says it has.
    pub size: u64,
    is_deflated: bool,
    packed_size: u64,
    crc: u32,
    /// Where its local header begins; then, once that was read, its bytes.
    offset: u64,
}

impl<'s> Archive<'s> {
    /// Reads the directory and every local header.
    ///
    /// # Errors
    /// [`Reason::Container`], and [`Reason::Limit`] where it is too large.
    pub fn open(source: &'s dyn Source) -> Checked<Self> {
        let mut members = directory::read(source)?;
        members.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        Ok(Self { source, members })
    }

    /// The members in the order of their names.
    #[must_use]
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// The member of that name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Member> {
        let place = self.members.binary_search_by(|member| member.name.as_str().cmp(name)).ok()?;
        self.members.get(place)
    }

    /// Starts to read a member.
    #[must_use]
    pub fn read(&self, member: &Member) -> MemberReader<'s> {
        MemberReader::new(self.source, member)
    }

    /// Reads a member whole.
    ///
    /// # Errors
    /// [`Reason::Container`] when its bytes are not what the archive says, [`Reason::Limit`] when it is too large.
    pub fn read_whole(&self, member: &Member, bytes_max: u64) -> Checked<Vec<u8>> {
        if member.size > bytes_max {
            return Err(Finding::beyond(format_args!("{} is larger than {bytes_max} bytes", member.name)));
        }
        let mut reader = self.read(member);
        let mut bytes = Vec::new();
        let mut block = vec![0; 1 << 16];
        loop {
            let read = reader.fill(&mut block)?;
            if read == 0 {
                return Ok(bytes);
            }
            bytes.extend_from_slice(block.get(..read).unwrap_or_default());
        }
    }
}

/// An archive that our exporter would not write. Another program might read other members in it than this one does.
pub(crate) fn not_ours(why: impl std::fmt::Display) -> Finding {
    let advice = "If it was packed anew, take the original file";
    Finding::new(Reason::Container, format!("This file is not as Doorbook writes it: {why}. {advice}"))
}

fn unreadable(error: std::io::Error) -> Finding {
    match error.kind() {
        std::io::ErrorKind::UnexpectedEof => not_ours("it ends too early"),
        _ => Finding::new(Reason::Container, format!("It cannot be read: {error}")),
    }
}

//! A bounded reader of ZIP archives: only what an exporter writes or a packer makes of it again, nothing that two
//! programs could read in two ways.

mod directory;
mod local;
mod member;
mod name;

pub use member::MemberReader;

use crate::finding::{Checked, Finding, Reason};
use crate::source::Source;

/// The largest sum of sizes, so that a small file cannot keep the verifier busy for days.
const TOTAL_MAX: u64 = 8 << 30;

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
    /// Where its local header begins; then, once that was read, its bytes.
    offset: u64,
}

impl<'s> Archive<'s> {
    /// Reads the directory and every local header.
    ///
    /// # Errors
    /// [`Reason::Container`].
    pub fn open(source: &'s dyn Source) -> Checked<Self> {
        let (mut members, directory_offset) = directory::read(source)?;
        local::locate(source, &mut members, directory_offset)?;
        members.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        name::refuse_doubles(&members)?;
        let total = members.iter().fold(0, |total: u64, member| total.saturating_add(member.size));
        if total > TOTAL_MAX {
            return Err(no_bundle("its members are larger than 8 GiB together"));
        }
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

    /// Reads whatever is packed, to see that it can be.
    ///
    /// # Errors
    /// [`Reason::Container`].
    pub fn expect_sound(&self) -> Checked {
        self.members
            .iter()
            .filter(|member| member.is_deflated)
            .try_for_each(|member| self.read(member).finish().map(drop))
    }

    /// Reads a member whole; `None` when it is larger than allowed.
    ///
    /// # Errors
    /// [`Reason::Container`] when its bytes are not what the archive says.
    pub fn read_whole(&self, member: &Member, bytes_max: u64) -> Checked<Option<Vec<u8>>> {
        if member.size > bytes_max {
            return Ok(None);
        }
        let mut reader = self.read(member);
        let mut bytes = Vec::new();
        let mut block = vec![0; 1 << 16];
        loop {
            let read = reader.fill(&mut block)?;
            if read == 0 {
                return Ok(Some(bytes));
            }
            bytes.extend_from_slice(block.get(..read).unwrap_or_default());
        }
    }
}

/// Little-endian fields of a header, one after another.
struct Header<'b>(&'b [u8]);

impl<'b> Header<'b> {
    fn take(&mut self, length: usize) -> Checked<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or_else(|| no_bundle("a header is cut short"))?;
        self.0 = rest;
        Ok(taken)
    }

    fn short(&mut self) -> Checked<u16> {
        let bytes = self.take(2)?.try_into().unwrap_or_default();
        Ok(u16::from_le_bytes(bytes))
    }

    fn long(&mut self) -> Checked<u32> {
        let bytes = self.take(4)?.try_into().unwrap_or_default();
        Ok(u32::from_le_bytes(bytes))
    }
}

/// The finding that ends everything: the input is no bundle.
pub(crate) fn no_bundle(why: impl std::fmt::Display) -> Finding {
    Finding::new(Reason::Container, format!("This is no bundle: {why}."))
}

fn unreadable(error: std::io::Error) -> Finding {
    match error.kind() {
        std::io::ErrorKind::UnexpectedEof => no_bundle("it ends too early"),
        _ => no_bundle(format_args!("it cannot be read ({error})")),
    }
}

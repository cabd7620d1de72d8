//! Checkpoints: what the log's key says of the log at one size.

use crate::at::At;
use crate::encoding::{base64_hash, decimal};
use crate::hash::{Hash, digest, genesis};
use crate::note::{Note, Unsigned, VerifierKey};

/// What was signed of a log at one size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The key's name: origin and organization.
    pub name: String,
    /// The organization.
    pub organization: String,
    /// How many entries.
    pub size: u64,
    /// The root of the tree over them.
    pub root: Hash,
    /// The newest link, or the genesis of an empty log.
    pub chain: Hash,
    /// The newest entry's time, unless there is none.
    pub time: Option<At>,
}

/// Why a checkpoint does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It is no checkpoint.
    Form,
    /// No given key signed it, or one is said to have and did not.
    Signature(Box<Checkpoint>, Unsigned),
}

impl Checkpoint {
    /// Reads the text of a note; `None` when it is no checkpoint.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let mut lines = text.strip_suffix('\n')?.split('\n');
        let name = lines.next()?.to_owned();
        let organization = name.rsplit_once('/').map(|(_, organization)| organization.to_owned())?;
        let size = decimal(lines.next()?)?;
        let root = base64_hash(lines.next()?)?;
        let chain = base64_hash(lines.next()?.strip_prefix("chain ")?)?;
        let time = match lines.next() {
            Some(line) => Some(At::read(line.strip_prefix("time ")?)?),
            None => None,
        };
        let whole = lines.next().is_none() && time.is_some() == (size > 0);
        whole.then_some(Self { name, organization, size, root, chain, time })
    }

    /// Reads a note and checks who signed it.
    ///
    /// # Errors
    /// Why it does not count.
    pub fn verified<'k>(bytes: &[u8], keys: &'k [VerifierKey]) -> Result<(Self, Vec<&'k VerifierKey>), Refused> {
        let note = Note::read(bytes).ok_or(Refused::Form)?;
        let checkpoint = Self::read(note.text).ok_or(Refused::Form)?;
        match note.signers(keys, &checkpoint.name) {
            Ok(signers) => Ok((checkpoint, signers)),
            Err(unsigned) => Err(Refused::Signature(Box::new(checkpoint), unsigned)),
        }
    }

    /// What every log has been before its first entry.
    #[must_use]
    pub(crate) fn is_beginning(&self) -> bool {
        self.size == 0 && self.root == digest(b"") && self.chain == genesis(&self.organization)
    }
}

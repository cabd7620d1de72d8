//! What a log was at a size, as text (C2SP tlog-checkpoint with two lines of our own: `chain` and `time`).

use base64::{Engine as _, prelude::BASE64_STANDARD};

use super::tree::Hash;
use crate::id::OrganizationId;

/// A log at one size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// `<origin>/<organization>`: the name of the only key that may sign it.
    pub name: String,
    /// Entries.
    pub size: u64,
    /// Root of the tree over their leaves.
    pub root: Hash,
    /// Link of the newest entry, or the one before the first.
    pub chain: Hash,
    /// `at` of the newest entry, as it stands there; none in an empty log.
    pub time: Option<String>,
}

/// The name of the key that signs the checkpoints of an organization.
#[must_use]
pub fn log_key_name(origin: &str, organization: OrganizationId) -> String {
    format!("{origin}/{organization}")
}

/// The name of the key that signs the manifests of an organization's bundles.
#[must_use]
pub fn bundle_key_name(origin: &str, organization: OrganizationId) -> String {
    format!("{origin}/{organization}/bundle")
}

impl Checkpoint {
    /// The text that is signed.
    #[must_use]
    pub fn text(&self) -> String {
        let [root, chain] = [self.root, self.chain].map(|hash| BASE64_STANDARD.encode(hash));
        let time = self.time.as_ref().map(|time| format!("time {time}\n")).unwrap_or_default();
        format!("{}\n{}\n{root}\nchain {chain}\n{time}", self.name, self.size)
    }

    /// Reads a signed text; none where it is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut lines = text.strip_suffix('\n')?.split('\n');
        let mut next = || lines.next();
        let (name, size) = (next()?.to_owned(), next()?.parse().ok()?);
        let (root, chain) = (hash(next()?)?, hash(next()?.strip_prefix("chain ")?)?);
        let time = match next() {
            Some(line) => Some(line.strip_prefix("time ")?.to_owned()),
            None => None,
        };
        let parsed = Self { name, size, root, chain, time };
        // What is not written the one way that we write it is not ours.
        (parsed.text() == text).then_some(parsed)
    }
}

fn hash(text: &str) -> Option<Hash> {
    BASE64_STANDARD.decode(text).ok()?.try_into().ok()
}

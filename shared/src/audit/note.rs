//! Signed notes (C2SP signed-note) with Ed25519, and the text form of the keys that they are checked by.

use std::fmt;

use aws_lc_rs::digest;
use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use base64::{Engine as _, prelude::BASE64_STANDARD};

/// The type of signature that this is: Ed25519 over the text.
const ED25519_TYPE: u8 = 1;
/// Begins each line of signature: em dash and space.
const SIGNATURE_MARK: &str = "\u{2014} ";

/// The public half of a key under its name. Its text, `<name>+<hex key id>+<base64>`, is what an auditor is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    id: [u8; 4],
    public: [u8; 32],
}

impl VerifierKey {
    /// An Ed25519 key under a name, which holds neither space nor plus.
    #[must_use]
    pub fn new(name: &str, public: [u8; 32]) -> Self {
        let mut context = digest::Context::new(&digest::SHA256);
        for part in [name.as_bytes(), b"\n", &[ED25519_TYPE], &public] {
            context.update(part);
        }
        let hash = context.finish();
        let id = hash.as_ref().first_chunk().copied().unwrap_or_default();
        Self { name: name.to_owned(), id, public }
    }

    /// The name, which is also the first line of what the key signs.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A text with its signature under this key.
    #[must_use]
    pub fn signed(&self, text: &str, signature: &[u8; 64]) -> SignedNote {
        SignedNote { note: format!("{text}\n{}", self.signature_line(signature)) }
    }

    fn signature_line(&self, signature: &[u8; 64]) -> String {
        let bytes = [self.id.as_slice(), signature].concat();
        format!("{SIGNATURE_MARK}{} {}\n", self.name, BASE64_STANDARD.encode(bytes))
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = BASE64_STANDARD.encode([[ED25519_TYPE].as_slice(), &self.public].concat());
        write!(f, "{}+{}+{key}", self.name, super::hex(&self.id))
    }
}

/// A text and the lines of its signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedNote {
    note: String,
}

impl SignedNote {
    /// A note as it was stored. Nothing of it is believed before [`SignedNote::text_signed_by`] said so.
    #[must_use]
    pub const fn of_stored(note: String) -> Self {
        Self { note }
    }

    /// The note itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.note
    }

    /// The same with one more signature.
    #[must_use]
    pub fn also_signed_by(mut self, key: &VerifierKey, signature: &[u8; 64]) -> Self {
        self.note.push_str(&key.signature_line(signature));
        self
    }

    /// The signed text, when this key signed it.
    #[must_use]
    pub fn text_signed_by(&self, key: &VerifierKey) -> Option<&str> {
        let end = self.note.rfind("\n\n")?;
        let (text, lines) = (self.note.get(..=end)?, self.note.get(end + 2..)?);
        let signatures = lines.strip_suffix('\n')?.split('\n');
        signatures.filter_map(|line| key.signature_of(line)).any(|bytes| key.verifies(text, &bytes)).then_some(text)
    }
}

impl VerifierKey {
    fn signature_of(&self, line: &str) -> Option<Vec<u8>> {
        let (name, encoded) = line.strip_prefix(SIGNATURE_MARK)?.split_once(' ')?;
        let bytes = BASE64_STANDARD.decode(encoded).ok()?;
        let signature = bytes.strip_prefix(&self.id)?;
        (name == self.name).then(|| signature.to_vec())
    }

    fn verifies(&self, text: &str, signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, self.public).verify(text.as_bytes(), signature).is_ok()
    }
}

#[cfg(test)]
mod tests;

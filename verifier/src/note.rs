//! Signed notes and verifier keys, as C2SP's signed-note has them.

use std::fmt;

use ed25519_dalek::{Signature, VerifyingKey};

use crate::encoding::{base64, hex_text};
use crate::hash::digest;

/// The one algorithm of a key: Ed25519.
const ALGORITHM: u8 = 1;
const SIGNATURES_MAX: usize = 64;

/// A public key together with the name that it may sign for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    id: [u8; 4],
    key: VerifyingKey,
}

impl VerifierKey {
    /// Reads `name+hex id+base64`, with blanks around it. `None` unless the id is that of name and key, and for a weak
    /// key, under which signatures hold for any text.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let (name, rest) = text.trim_matches([' ', '\t', '\r']).split_once('+')?;
        let (id, key) = rest.split_once('+')?;
        let bytes = base64(key)?;
        let (algorithm, public) = bytes.split_first()?;
        let key = VerifyingKey::from_bytes(public.try_into().ok()?).ok()?;
        let right = Self { name: name.to_owned(), id: key_id(name, &bytes)?, key };
        (*algorithm == ALGORITHM && is_name(name) && right.id_text() == id && !right.key.is_weak()).then_some(right)
    }

    /// A key by its bytes; `None` when they are no point of the curve.
    #[must_use]
    pub fn new(name: &str, public: &[u8; 32]) -> Option<Self> {
        let bytes = [&[ALGORITHM], public.as_slice()].concat();
        let key = VerifyingKey::from_bytes(public).ok()?;
        Some(Self { name: name.to_owned(), id: key_id(name, &bytes)?, key })
    }

    /// The name it signs for.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The id in hexadecimal.
    #[must_use]
    pub fn id_text(&self) -> String {
        hex_text(&self.id)
    }

    /// Whether the signature is this key's over the message. Strict: one message and key have one signature, and
    /// weak keys have none.
    #[must_use]
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        Signature::from_slice(signature).is_ok_and(|signature| self.key.verify_strict(message, &signature).is_ok())
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}+{}", self.name, self.id_text())
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|character: char| character.is_whitespace() || character == '+')
}

fn key_id(name: &str, key: &[u8]) -> Option<[u8; 4]> {
    let hash = digest(&[name.as_bytes(), b"\n", key].concat());
    hash.first_chunk().copied()
}

/// A text and the signatures under it, none of them checked yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note<'n> {
    /// What was signed: whole lines.
    pub text: &'n str,
    signatures: Vec<NoteSignature<'n>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct NoteSignature<'n> {
    name: &'n str,
    id: [u8; 4],
    bytes: Vec<u8>,
}

/// Why no key answers for a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsigned {
    /// No given key signed it.
    Unknown,
    /// A given key is said to have signed it, and did not.
    Forged,
}

impl<'n> Note<'n> {
    /// Reads a note; `None` when it is none.
    #[must_use]
    pub fn read(bytes: &'n [u8]) -> Option<Self> {
        let whole = str::from_utf8(bytes).ok()?;
        if whole.contains(|character: char| character < ' ' && character != '\n') {
            return None;
        }
        let (text, signed) = whole.split_at_checked(whole.rfind("\n\n")? + 1)?;
        let lines = signed.strip_prefix('\n')?.strip_suffix('\n')?;
        let signatures = lines.split('\n').map(NoteSignature::read).collect::<Option<Vec<_>>>()?;
        (signatures.len() <= SIGNATURES_MAX).then_some(Self { text, signatures })
    }

    /// The given keys of this name that signed the note. A key of another name does not count, but may not be wrong.
    ///
    /// # Errors
    /// When there is none, or when a signature that claims to be of a given key is not.
    pub fn signers<'k>(&self, keys: &'k [VerifierKey], name: &str) -> Result<Vec<&'k VerifierKey>, Unsigned> {
        let mut signers = Vec::new();
        for signature in &self.signatures {
            let claimed = |key: &&VerifierKey| key.name == signature.name && key.id == signature.id;
            for key in keys.iter().filter(claimed) {
                if !key.verifies(self.text.as_bytes(), &signature.bytes) {
                    return Err(Unsigned::Forged);
                }
                signers.extend((key.name == name).then_some(key));
            }
        }
        if signers.is_empty() { Err(Unsigned::Unknown) } else { Ok(signers) }
    }
}

impl<'n> NoteSignature<'n> {
    fn read(line: &'n str) -> Option<Self> {
        let (name, encoded) = line.strip_prefix("— ")?.split_once(' ')?;
        let bytes = base64(encoded)?;
        let (id, signature) = bytes.split_first_chunk()?;
        (is_name(name) && !signature.is_empty()).then(|| Self { name, id: *id, bytes: signature.to_vec() })
    }
}

//! The envelope of every sealed value: version, key id, commitment to the key, nonce, ciphertext and tag.
//!
//! AES-GCM alone lets one ciphertext open under two keys; the commitment rules that out. An envelope opens exactly as it
//! was sealed or not at all.

use subtle::ConstantTimeEq;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::primitives::{self, Cipher, NONCE_BYTES, TAG_BYTES};
use crate::error::{Error, Result};
use crate::secret::{Secret, random_bytes};

const VERSION: u8 = 1;
const KEY_ID_BYTES: usize = 16;
const COMMITMENT_BYTES: usize = 32;
const HEADER_BYTES: usize = 1 + KEY_ID_BYTES + COMMITMENT_BYTES + NONCE_BYTES;

/// Why an envelope stays shut. For the log; a caller sees an internal error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unopened {
    /// Ciphertext, tag or place are not those that were sealed.
    #[error("sealed value is not authentic at this place")]
    NotAuthentic,
    /// It was sealed under another key.
    #[error("sealed value belongs to another key")]
    OtherKey,
    /// It was written in a format that this version does not read.
    #[error("sealed value has an unknown version")]
    OtherVersion,
    /// What was sealed is not laid out as it must be.
    #[error("sealed value holds something else")]
    OtherContent,
    /// It is shorter than any envelope.
    #[error("sealed value is cut short")]
    Truncated,
}

impl From<Unopened> for Error {
    fn from(reason: Unopened) -> Self {
        Self::internal(reason)
    }
}

/// A sealed value, as a sealed column holds it.
///
/// It comes from [`PersonKey::seal`](super::PersonKey::seal) or from a column, never from plaintext: two cases of
/// `tests/compile_fail` try it.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed(Vec<u8>);

impl Sealed {
    pub(super) const fn of_envelope(envelope: Vec<u8>) -> Self {
        Self(envelope)
    }

    /// The bytes of the envelope, which say nothing without the key.
    #[must_use]
    pub fn envelope(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Debug for Sealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sealed({} bytes)", self.0.len())
    }
}

impl<'a> tokio_postgres::types::FromSql<'a> for Sealed {
    fn from_sql(
        kind: &tokio_postgres::types::Type,
        raw: &'a [u8],
    ) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Vec::<u8>::from_sql(kind, raw).map(Self)
    }

    tokio_postgres::types::accepts!(BYTEA);
}

impl tokio_postgres::types::ToSql for Sealed {
    fn to_sql(
        &self,
        kind: &tokio_postgres::types::Type,
        out: &mut tokio_postgres::types::private::BytesMut,
    ) -> Result<tokio_postgres::types::IsNull, Box<dyn std::error::Error + Sync + Send>> {
        self.0.as_slice().to_sql(kind, out)
    }

    tokio_postgres::types::accepts!(BYTEA);
    tokio_postgres::types::to_sql_checked!();
}

/// In a document for a function of the database: the text of a `bytea`.
impl serde::Serialize for Sealed {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        crate::tenant::Bytes(&self.0).serialize(serializer)
    }
}

/// A key that seals and opens envelopes. Derived once; sealing then costs one random number and one AES-GCM.
pub(super) struct EnvelopeKey {
    id: [u8; KEY_ID_BYTES],
    commitment: [u8; COMMITMENT_BYTES],
    cipher: Cipher,
}

impl EnvelopeKey {
    /// Derives encryption key and commitment from a secret, for one purpose.
    ///
    /// Both are blocks of one HKDF output, the second computed over the first, so that an equal commitment means an equal
    /// encryption key unless SHA-256 collides.
    pub(super) fn derive<const N: usize>(id: Uuid, secret: &Secret<[u8; 32]>, purpose: [&[u8]; N]) -> Result<Self> {
        let mut key = Zeroizing::new([0; 32]);
        let mut commitment = [0; COMMITMENT_BYTES];
        let mut material = Zeroizing::new([0; 64]);
        let info = primitives::joined(purpose);
        primitives::derive(b"doorbook/envelope/v1", secret.expose_secret(), &info, material.as_mut_slice())?;
        let (first, second) = material.split_at(key.len());
        key.copy_from_slice(first);
        commitment.copy_from_slice(second);
        Ok(Self { id: id.into_bytes(), commitment, cipher: Cipher::new(&key)? })
    }

    /// Seals what `parts` make up, one after the other.
    pub(super) fn seal(&self, associated: &[u8], parts: &[&[u8]]) -> Result<Vec<u8>> {
        let bytes = parts.iter().map(|part| part.len()).sum::<usize>();
        let mut envelope = Vec::with_capacity(bytes.saturating_add(HEADER_BYTES + TAG_BYTES));
        let nonce = random_bytes::<NONCE_BYTES>()?;
        envelope.push(VERSION);
        envelope.extend_from_slice(&self.id);
        envelope.extend_from_slice(&self.commitment);
        envelope.extend_from_slice(&nonce);
        for part in parts {
            envelope.extend_from_slice(part);
        }
        let text = envelope.get_mut(HEADER_BYTES..).unwrap_or_default();
        let tag = self.cipher.encrypt(nonce, associated, text)?;
        envelope.extend_from_slice(&tag);
        Ok(envelope)
    }

    /// Opens an envelope that this key sealed with the same associated data.
    pub(super) fn open(&self, associated: &[u8], envelope: &[u8]) -> Result<Zeroizing<Vec<u8>>, Unopened> {
        let (version, rest) = envelope.split_first().ok_or(Unopened::Truncated)?;
        if *version != VERSION {
            return Err(Unopened::OtherVersion);
        }
        let (id, rest) = rest.split_first_chunk::<KEY_ID_BYTES>().ok_or(Unopened::Truncated)?;
        let (commitment, rest) = rest.split_first_chunk::<COMMITMENT_BYTES>().ok_or(Unopened::Truncated)?;
        let (nonce, text) = rest.split_first_chunk::<NONCE_BYTES>().ok_or(Unopened::Truncated)?;
        let same_id = id.ct_eq(&self.id);
        let same_key = commitment.ct_eq(&self.commitment);
        if !bool::from(same_id & same_key) {
            return Err(Unopened::OtherKey);
        }
        let bytes = text.len().checked_sub(TAG_BYTES).ok_or(Unopened::Truncated)?;
        let mut opened = Zeroizing::new(text.to_vec());
        self.cipher.decrypt(*nonce, associated, &mut opened).ok_or(Unopened::NotAuthentic)?;
        opened.truncate(bytes);
        Ok(opened)
    }
}

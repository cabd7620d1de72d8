//! Restricted values in audit entries: sealed, with a commitment that can be checked once the value is opened.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::de::Error as _;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::envelope::Unopened;
use super::primitives;
use crate::error::{Error, Result};
use crate::secret::{Secret, random_bytes};

/// Bytes of a salt: enough that a commitment to a short value cannot be guessed.
pub(super) const SALT_BYTES: usize = 32;
/// Envelopes of values hide their length up to a multiple of this.
const PADDING_BYTES: usize = 64;

/// The commitment of audit entries: `SHA-256(0x04 || salt || value)`.
#[must_use]
pub fn commitment(salt: &[u8], value: &[u8]) -> [u8; 32] {
    primitives::sha256(&[&[4], salt, value])
}

/// A sealed value as an audit entry shows it: `{"sealed": "…", "commit": "…"}`, both in base64.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditValue {
    #[serde(serialize_with = "as_base64", deserialize_with = "of_base64")]
    sealed: Vec<u8>,
    #[serde(serialize_with = "as_base64", deserialize_with = "of_base64")]
    commit: Vec<u8>,
}

impl AuditValue {
    pub(super) fn new(sealed: Vec<u8>, commit: [u8; 32]) -> Self {
        Self { sealed, commit: commit.to_vec() }
    }

    pub(super) fn envelope(&self) -> &[u8] {
        &self.sealed
    }

    /// The commitment to the value.
    #[must_use]
    pub fn commit(&self) -> &[u8] {
        &self.commit
    }
}

/// What opens a commitment: the salt, and the value whose salted hash it is.
#[derive(Debug)]
pub struct Opening {
    /// 32 random bytes.
    pub salt: [u8; SALT_BYTES],
    /// The value in the clear.
    pub value: Secret<String>,
}

impl Opening {
    /// Reads `length || salt || value || zeros` and checks it against the commitment beside it.
    pub(super) fn read(padded: &[u8], beside: &AuditValue) -> Result<Self, Unopened> {
        let (length, rest) = padded.split_first_chunk::<4>().ok_or(Unopened::OtherContent)?;
        let (salt, rest) = rest.split_first_chunk::<SALT_BYTES>().ok_or(Unopened::OtherContent)?;
        let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| Unopened::OtherContent)?;
        let (value, zeros) = rest.split_at_checked(length).ok_or(Unopened::OtherContent)?;
        let is_padding = zeros.len() < PADDING_BYTES && zeros.iter().all(|byte| *byte == 0);
        let is_committed: bool = commitment(salt, value).as_slice().ct_eq(beside.commit()).into();
        if !is_padding || !is_committed {
            return Err(Unopened::OtherContent);
        }
        let value = std::str::from_utf8(value).map_err(|_| Unopened::OtherContent)?;
        Ok(Self { salt: *salt, value: Secret::new(value.to_owned()) })
    }
}

/// `length || salt || value || zeros`, up to a multiple of 64 bytes, and the commitment under that salt.
pub(super) fn padded(value: &str) -> Result<(Zeroizing<Vec<u8>>, [u8; 32])> {
    let salt = random_bytes::<SALT_BYTES>()?;
    let length = u32::try_from(value.len()).map_err(|_| Error::internal("audit value longer than 2^32 bytes"))?;
    let bytes = value.len().saturating_add(4 + SALT_BYTES).next_multiple_of(PADDING_BYTES);
    let mut padded = Zeroizing::new(Vec::with_capacity(bytes));
    padded.extend_from_slice(&length.to_be_bytes());
    padded.extend_from_slice(&salt);
    padded.extend_from_slice(value.as_bytes());
    padded.resize(bytes, 0);
    Ok((padded, commitment(&salt, value.as_bytes())))
}

/// Writes canonical base64 (RFC 4648 section 3.5).
pub(super) fn as_base64<S: serde::Serializer>(bytes: &impl AsRef<[u8]>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&BASE64.encode(bytes))
}

fn of_base64<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    let text = <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(deserializer)?;
    BASE64.decode(text.as_bytes()).map_err(|_| D::Error::custom("not canonical base64"))
}

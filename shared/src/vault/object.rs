//! Images sealed for the bucket, and what an audit entry says of one.

use zeroize::Zeroizing;

use super::audit_value::{self, SALT_BYTES};
use super::envelope::Unopened;
use super::primitives;
use crate::error::Result;
use crate::id::ObjectId;
use crate::secret::{Secret, random_bytes};

/// The types of image that are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub enum MediaType {
    /// JPEG
    #[serde(rename = "image/jpeg")]
    Jpeg,
    /// PNG
    #[serde(rename = "image/png")]
    Png,
}

impl MediaType {
    /// The name registered for it, as in `content-type`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
        }
    }

    /// One byte inside the envelope, so that an object says by itself what it is.
    pub(super) const fn tag(self) -> &'static [u8] {
        match self {
            Self::Jpeg => &[1],
            Self::Png => &[2],
        }
    }

    const fn of_tag(tag: u8) -> Option<Self> {
        match tag {
            1 => Some(Self::Jpeg),
            2 => Some(Self::Png),
            _ => None,
        }
    }
}

/// A sealed image: what goes to the bucket, and what a row and an audit entry say of it.
#[derive(Clone)]
pub struct SealedObject {
    pub(super) envelope: Vec<u8>,
    pub(super) commit: [u8; 32],
    pub(super) media_type: MediaType,
    pub(super) bytes: usize,
}

impl SealedObject {
    /// The bytes for the bucket.
    #[must_use]
    pub fn envelope(&self) -> &[u8] {
        &self.envelope
    }

    /// SHA-256 of the envelope, by which a store checks that it arrived whole.
    #[must_use]
    pub fn sha256(&self) -> [u8; 32] {
        primitives::sha256(&[&self.envelope])
    }

    /// What kind of image it is.
    #[must_use]
    pub const fn media_type(&self) -> MediaType {
        self.media_type
    }

    /// Bytes of the image itself.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.bytes
    }

    /// How an audit entry shows it.
    #[must_use]
    pub const fn audit_value(&self, object: ObjectId) -> ObjectValue {
        ObjectValue { object, media_type: self.media_type, bytes: self.bytes, commit: self.commit }
    }
}

impl std::fmt::Debug for SealedObject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SealedObject({}, {} bytes)", self.media_type.name(), self.bytes)
    }
}

/// An image as an audit entry shows it: `{"object": "…", "type": "…", "bytes": …, "commit": "…"}`.
#[derive(Clone, Debug, serde::Serialize)]
pub struct ObjectValue {
    object: ObjectId,
    #[serde(rename = "type")]
    media_type: MediaType,
    bytes: usize,
    #[serde(serialize_with = "audit_value::as_base64")]
    commit: [u8; 32],
}

/// An image in the clear, with the salt that opens its commitment.
#[derive(Debug)]
pub struct OpenedObject {
    /// What kind of image it is.
    pub media_type: MediaType,
    /// 32 random bytes.
    pub salt: [u8; SALT_BYTES],
    /// The image.
    pub bytes: Secret<Vec<u8>>,
}

impl OpenedObject {
    pub(super) fn read(mut opened: Zeroizing<Vec<u8>>) -> Result<Self, Unopened> {
        let (tag, rest) = opened.split_first().ok_or(Unopened::OtherContent)?;
        let (salt, _) = rest.split_first_chunk::<SALT_BYTES>().ok_or(Unopened::OtherContent)?;
        let media_type = MediaType::of_tag(*tag).ok_or(Unopened::OtherContent)?;
        let salt = *salt;
        opened.drain(..=SALT_BYTES);
        Ok(Self { media_type, salt, bytes: Secret::new(std::mem::take(&mut *opened)) })
    }
}

/// A new salt, and the commitment to these bytes under it.
pub(super) fn commit_to(bytes: &[u8]) -> Result<([u8; SALT_BYTES], [u8; 32])> {
    let salt = random_bytes::<SALT_BYTES>()?;
    Ok((salt, audit_value::commitment(&salt, bytes)))
}

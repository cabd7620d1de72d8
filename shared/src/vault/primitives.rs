//! The few calls into AWS-LC that everything sealed goes through: AES-256-GCM, HKDF, HMAC and SHA-256.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::{digest, hkdf, hmac};

use crate::error::{Error, Result};

/// Bytes of a nonce.
pub(super) const NONCE_BYTES: usize = 12;
/// Bytes of an authentication tag.
pub(super) const TAG_BYTES: usize = 16;

/// An AES-256-GCM key.
pub(super) struct Cipher(LessSafeKey);

impl Cipher {
    pub(super) fn new(key: &[u8; 32]) -> Result<Self> {
        let key = UnboundKey::new(&AES_256_GCM, key).map_err(|_| Error::internal("AES-256 key refused"))?;
        Ok(Self(LessSafeKey::new(key)))
    }

    /// Encrypts in place and returns the tag. The caller never gives a nonce twice.
    pub(super) fn encrypt(
        &self,
        nonce: [u8; NONCE_BYTES],
        associated: &[u8],
        text: &mut [u8],
    ) -> Result<[u8; TAG_BYTES]> {
        let nonce = Nonce::assume_unique_for_key(nonce);
        let tag = self.0.seal_in_place_separate_tag(nonce, Aad::from(associated), text);
        let tag = tag.map_err(|_| Error::internal("AES-256-GCM failed to encrypt"))?;
        tag.as_ref().try_into().map_err(|_| Error::internal("AES-256-GCM tag of another length"))
    }

    /// Decrypts ciphertext and tag in place; `None` when anything about them is not as it was sealed.
    pub(super) fn decrypt<'a>(
        &self,
        nonce: [u8; NONCE_BYTES],
        associated: &[u8],
        text: &'a mut [u8],
    ) -> Option<&'a mut [u8]> {
        self.0.open_in_place(Nonce::assume_unique_for_key(nonce), Aad::from(associated), text).ok()
    }
}

struct Length(usize);

impl hkdf::KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

/// HKDF-SHA-256 (RFC 5869), extract and expand.
pub(super) fn derive(salt: &[u8], secret: &[u8], info: &[u8], out: &mut [u8]) -> Result<()> {
    let key = hkdf::Salt::new(hkdf::HKDF_SHA256, salt).extract(secret);
    let info = [info];
    let material = key.expand(&info, Length(out.len())).map_err(|_| Error::internal("HKDF refused the length"))?;
    material.fill(out).map_err(|_| Error::internal("HKDF failed"))
}

/// An HMAC-SHA-256 key.
pub(super) struct Mac(hmac::Key);

impl Mac {
    pub(super) fn new(key: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key))
    }

    pub(super) fn of(&self, message: &[u8]) -> [u8; 32] {
        let mut out = [0; 32];
        for (to, from) in out.iter_mut().zip(hmac::sign(&self.0, message).as_ref()) {
            *to = *from;
        }
        out
    }
}

/// SHA-256 over the parts, one after the other.
pub(super) fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut context = digest::Context::new(&digest::SHA256);
    for part in parts {
        context.update(part);
    }
    let mut out = [0; 32];
    for (to, from) in out.iter_mut().zip(context.finish().as_ref()) {
        *to = *from;
    }
    out
}

/// Joins parts so that no two lists of parts give the same bytes: each is preceded by its length.
pub(super) fn joined<const N: usize>(parts: [&[u8]; N]) -> Vec<u8> {
    let mut out = Vec::with_capacity(parts.iter().map(|part| part.len().saturating_add(8)).sum());
    for part in parts {
        out.extend_from_slice(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        out.extend_from_slice(part);
    }
    out
}

//! One KMS key: its secret, its state, and what can be done with it.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::aws_json::Refusal;
use crate::error::Result;
use crate::machine::{self, ACCOUNT, REGION};

/// The first byte of our ciphertexts; real ones look different and are as opaque.
const FORMAT: u8 = 1;
const NONCE_BYTES: usize = 12;

/// What a key is made of, of the many that KMS knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Spec {
    /// AES-256-GCM.
    #[serde(rename = "SYMMETRIC_DEFAULT")]
    Symmetric,
    /// Ed25519.
    #[serde(rename = "ECC_NIST_EDWARDS25519")]
    Ed25519,
}

/// What a key may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Usage {
    /// Encrypting, decrypting, making data keys.
    EncryptDecrypt,
    /// Signing.
    SignVerify,
}

/// Whether a key may be used now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum State {
    Enabled,
    Disabled,
    PendingDeletion,
}

/// A key as it is kept on disk. An attacker who can read the file can decrypt everything under the key.
#[derive(Clone, Serialize, Deserialize)]
pub struct Key {
    pub(super) id: Uuid,
    pub(super) spec: Spec,
    pub(super) state: State,
    pub(super) created_ms: u64,
    #[serde(default)]
    pub(super) deletion_ms: Option<u64>,
    secret: String,
}

impl std::fmt::Debug for Key {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Key").field("id", &self.id).field("spec", &self.spec).finish_non_exhaustive()
    }
}

impl Key {
    pub(super) fn create(spec: Spec) -> Result<Self> {
        // Ed25519 and AES-256 are both born from 32 random bytes.
        let secret = BASE64.encode(machine::random::<32>()?);
        Ok(Self {
            id: crate::machine::id(),
            spec,
            state: State::Enabled,
            created_ms: machine::now_ms(),
            deletion_ms: None,
            secret,
        })
    }

    /// The key's full name.
    #[must_use]
    pub fn arn(&self) -> String {
        format!("arn:aws:kms:{REGION}:{ACCOUNT}:key/{}", self.id)
    }

    pub(super) fn usage(&self) -> Usage {
        match self.spec {
            Spec::Symmetric => Usage::EncryptDecrypt,
            Spec::Ed25519 => Usage::SignVerify,
        }
    }

    /// Encrypts: format, key id, nonce, ciphertext with tag; the context is bound but not contained.
    pub(super) fn encrypt(&self, plaintext: &[u8], context: &[u8]) -> std::result::Result<Vec<u8>, Refusal> {
        let nonce: [u8; NONCE_BYTES] = machine::random().map_err(|error| internal(&error.to_string()))?;
        let mut sealed = plaintext.to_vec();
        self.cipher()?
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(context), &mut sealed)
            .map_err(|_| internal("sealing failed"))?;
        let mut blob = vec![FORMAT];
        blob.extend_from_slice(self.id.as_bytes());
        blob.extend_from_slice(&nonce);
        blob.extend_from_slice(&sealed);
        Ok(blob)
    }

    /// Decrypts what [`Key::encrypt`] made, under the same context only.
    pub(super) fn decrypt(&self, blob: &[u8], context: &[u8]) -> std::result::Result<Vec<u8>, Refusal> {
        let (_, sealed) = split(blob).ok_or_else(invalid_ciphertext)?;
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_BYTES>().ok_or_else(invalid_ciphertext)?;
        let mut opened = sealed.to_vec();
        let plaintext = self
            .cipher()?
            .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(context), &mut opened)
            .map_err(|_| invalid_ciphertext())?;
        Ok(plaintext.to_vec())
    }

    pub(super) fn sign(&self, message: &[u8]) -> std::result::Result<Vec<u8>, Refusal> {
        Ok(self.key_pair()?.sign(message).as_ref().to_vec())
    }

    /// The public key as DER SubjectPublicKeyInfo.
    pub(super) fn public_key(&self) -> std::result::Result<Vec<u8>, Refusal> {
        // RFC 8410: the algorithm identifier of Ed25519 and a 32-byte bit string.
        let mut der = vec![0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
        der.extend_from_slice(self.key_pair()?.public_key().as_ref());
        Ok(der)
    }

    fn secret(&self) -> std::result::Result<Vec<u8>, Refusal> {
        BASE64.decode(&self.secret).map_err(|_| internal("the key file is damaged"))
    }

    fn cipher(&self) -> std::result::Result<LessSafeKey, Refusal> {
        let key = UnboundKey::new(&AES_256_GCM, &self.secret()?).map_err(|_| internal("the key file is damaged"))?;
        Ok(LessSafeKey::new(key))
    }

    fn key_pair(&self) -> std::result::Result<Ed25519KeyPair, Refusal> {
        Ed25519KeyPair::from_seed_unchecked(&self.secret()?).map_err(|_| internal("the key file is damaged"))
    }
}

/// Which key a ciphertext names, and the rest of it.
pub(super) fn split(blob: &[u8]) -> Option<(Uuid, &[u8])> {
    let (format, rest) = blob.split_first()?;
    let (id, sealed) = rest.split_first_chunk::<16>()?;
    (*format == FORMAT).then(|| (Uuid::from_bytes(*id), sealed))
}

pub(super) fn invalid_ciphertext() -> Refusal {
    Refusal::new("InvalidCiphertextException", "the ciphertext, its key or its encryption context does not fit")
}

fn internal(message: &str) -> Refusal {
    Refusal::new("KMSInternalException", message)
}

//! Secrets of second factors: sealed under keys of the one secret of a deployment, since they must open before a caller
//! has proven to belong to the organization whose key would do it.
//!
//! Envelope: `1 || version (2 bytes) || nonce (24 bytes) || ciphertext || tag (16 bytes)`, XChaCha20-Poly1305
//! (draft-irtf-cfrg-xchacha) under HKDF-SHA-256 (RFC 5869) of the secret with a label and its version. Organization and
//! member are authenticated, so a row that is moved does not open.

use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce, aead::Aead as _, aead::Payload};

use super::{RootSecret, envelope::Unopened, primitives, seed};
use crate::{
    error::{Error, Result},
    id::{MemberId, OrganizationId},
    secret::{Secret, random_bytes},
    settings::VersionedSecret,
    wiring::{Fatal, Needs, Part, Start},
};

/// The only form of envelope there is.
const FORM: u8 = 1;
const NONCE_BYTES: usize = 24;
const LABEL: &str = "doorbook second factor";

impl Part for RootSecrets {
    fn needs() -> Needs {
        RootSecret::needs()
    }

    fn build(start: &mut Start) -> Result<Self, Fatal> {
        Ok(Self::new(start.part()?))
    }
}

/// Seals under the current secret, and opens what it or the retiring one sealed.
#[derive(Clone)]
pub struct RootSecrets(RootSecret);

impl RootSecrets {
    /// Under this secret.
    #[must_use]
    pub const fn new(secret: RootSecret) -> Self {
        Self(secret)
    }

    /// Seals a member's secret.
    ///
    /// # Errors
    /// [`Error::Internal`] when the random generator fails.
    pub fn seal(&self, organization: OrganizationId, member: MemberId, secret: &[u8]) -> Result<Vec<u8>> {
        let current = &self.0.get()?.current;
        let nonce = random_bytes::<NONCE_BYTES>()?;
        let associated = associated(organization, member, current.version);
        let payload = Payload { msg: secret, aad: &associated };
        let sealed = cipher(current)?.encrypt(&XNonce::from(nonce), payload);
        let sealed = sealed.map_err(|_| Error::internal("XChaCha20-Poly1305 failed to encrypt"))?;
        Ok([&[FORM], current.version.to_be_bytes().as_slice(), &nonce, &sealed].concat())
    }

    /// Opens a member's secret.
    ///
    /// # Errors
    /// [`Error::Internal`] when it was sealed for another member, under another secret, or changed since.
    pub fn open(&self, organization: OrganizationId, member: MemberId, sealed: &[u8]) -> Result<Secret<Vec<u8>>> {
        let unopened = || Error::internal(Unopened::OtherContent);
        let (secret, rest) = self.of_envelope(sealed)?.ok_or_else(unopened)?;
        let (nonce, sealed) = rest.split_first_chunk::<NONCE_BYTES>().ok_or_else(unopened)?;
        let associated = associated(organization, member, secret.version);
        let payload = Payload { msg: sealed, aad: &associated };
        let opened = cipher(secret)?.decrypt(&XNonce::from(*nonce), payload);
        opened.map(Secret::new).map_err(|_| unopened())
    }

    /// True where the current secret did not seal it: the function that opens it seals it anew, until nothing needs the
    /// old one.
    ///
    /// # Errors
    /// [`Error::Internal`] before the start is over.
    pub fn is_outdated(&self, sealed: &[u8]) -> Result<bool> {
        let current = self.0.get()?.current.version;
        Ok(self.of_envelope(sealed)?.is_none_or(|(secret, _)| secret.version != current))
    }

    fn of_envelope<'a>(&self, sealed: &'a [u8]) -> Result<Option<(&VersionedSecret, &'a [u8])>> {
        let Some(([FORM, high, low], rest)) = sealed.split_first_chunk::<3>() else { return Ok(None) };
        let version = u16::from_be_bytes([*high, *low]);
        let secrets = self.0.get()?;
        let known = [Some(&secrets.current), secrets.retiring.as_ref()];
        Ok(known.into_iter().flatten().find(|secret| secret.version == version).map(|secret| (secret, rest)))
    }
}

fn cipher(secret: &VersionedSecret) -> Result<XChaCha20Poly1305> {
    Ok(XChaCha20Poly1305::new(&(*seed(secret, LABEL)?).into()))
}

fn associated(organization: OrganizationId, member: MemberId, version: u16) -> Vec<u8> {
    let version = version.to_be_bytes();
    let (organization, member) = (organization.uuid(), member.uuid());
    primitives::joined([LABEL.as_bytes(), &[FORM], &version, organization.as_bytes(), member.as_bytes()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::RootSecretSettings;

    fn secrets(current: u16, retiring: Option<u16>) -> RootSecrets {
        let secret = |version: u16| VersionedSecret { version, secret: Secret::new(format!("{version}").repeat(43)) };
        let settings = RootSecretSettings { current: secret(current), retiring: retiring.map(secret) };
        RootSecrets::new(RootSecret::of(settings))
    }

    fn ids() -> (OrganizationId, MemberId) {
        (uuid::Uuid::from_u128(1).into(), uuid::Uuid::from_u128(2).into())
    }

    #[test]
    fn what_is_sealed_opens_for_its_member_alone() {
        let (organization, member) = ids();
        let (other, secrets) = (uuid::Uuid::from_u128(3), secrets(1, None));
        let sealed = secrets.seal(organization, member, b"secret").unwrap();
        assert_eq!(secrets.open(organization, member, &sealed).unwrap().expose_secret(), b"secret");
        assert!(secrets.open(other.into(), member, &sealed).is_err());
        assert!(secrets.open(organization, other.into(), &sealed).is_err());
        assert_ne!(sealed, secrets.seal(organization, member, b"secret").unwrap());
    }

    #[test]
    fn every_flipped_or_missing_byte_is_seen() {
        let (organization, member) = ids();
        let secrets = secrets(1, Some(2));
        let sealed = secrets.seal(organization, member, b"secret").unwrap();
        for at in 0..sealed.len() {
            let mut flipped = sealed.clone();
            flipped[at] ^= 1;
            assert!(secrets.open(organization, member, &flipped).is_err(), "{at}");
            assert!(secrets.open(organization, member, &sealed[..at]).is_err(), "{at}");
        }
    }

    #[test]
    fn two_versions_open_during_a_rotation_and_one_after_it() {
        let (organization, member) = ids();
        let sealed = secrets(1, None).seal(organization, member, b"secret").unwrap();
        let rotating = secrets(2, Some(1));
        assert!(rotating.open(organization, member, &sealed).is_ok() && rotating.is_outdated(&sealed).unwrap());
        let anew = rotating.seal(organization, member, b"secret").unwrap();
        assert!(!rotating.is_outdated(&anew).unwrap());
        let after = secrets(2, None);
        assert!(after.open(organization, member, &anew).is_ok() && after.open(organization, member, &sealed).is_err());
    }
}

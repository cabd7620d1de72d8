//! An organization's key: wraps persons' keys and stored answers, and makes blind indexes.

use super::envelope::{EnvelopeKey, Sealed, Unopened};
use super::person_key::PersonKey;
use super::place::{Column, Place};
use super::primitives::{self, Mac};
use crate::error::Result;
use crate::id::{ExportKeyId, KeyId, OrganizationId, PersonId};
use crate::secret::{Secret, random_bytes};

/// A tenant key as the database keeps it: worth nothing without KMS.
#[derive(Clone, Debug)]
pub struct WrappedTenantKey {
    /// Whose key it is.
    pub organization: OrganizationId,
    /// Its id; an organization may have retired ones beside the current one.
    pub key_id: KeyId,
    /// The KMS key that wraps it.
    pub kms_key_id: String,
    /// The tenant key, wrapped by KMS.
    pub wrapped: Vec<u8>,
    /// The key of the blind indexes, wrapped by the tenant key.
    pub wrapped_index_key: Vec<u8>,
}

/// A tenant key in memory. Its secret never encrypts: every use derives a key of its own, so that none sees many nonces.
pub struct TenantKey {
    organization: OrganizationId,
    id: KeyId,
    secret: Secret<[u8; 32]>,
    index: Mac,
}

impl TenantKey {
    /// Wraps a new index key under a new tenant key; the former is returned as it is stored.
    #[cfg_attr(not(any(test, feature = "kms")), expect(dead_code, reason = "only KMS hands out tenant keys"))]
    pub(super) fn new_index_key(organization: OrganizationId, id: KeyId, secret: &Secret<[u8; 32]>) -> Result<Vec<u8>> {
        let index_key = Secret::new(random_bytes::<32>()?);
        let wrapping = wrapping(organization, id, secret, [INDEX_KEY, b""])?;
        wrapping.seal(INDEX_KEY, &[index_key.expose_secret()])
    }

    #[cfg_attr(not(any(test, feature = "kms")), expect(dead_code, reason = "only KMS hands out tenant keys"))]
    pub(super) fn unwrapped(key: &WrappedTenantKey, secret: Secret<[u8; 32]>) -> Result<Self> {
        let wrapping = wrapping(key.organization, key.key_id, &secret, [INDEX_KEY, b""])?;
        let index_key = wrapping.open(INDEX_KEY, &key.wrapped_index_key)?;
        Ok(Self { organization: key.organization, id: key.key_id, index: Mac::new(&index_key), secret })
    }

    /// The organization whose key this is.
    #[must_use]
    pub const fn organization(&self) -> OrganizationId {
        self.organization
    }

    /// Its id, which rows of `people` name.
    #[must_use]
    pub const fn id(&self) -> KeyId {
        self.id
    }

    /// Makes a key for a new person.
    ///
    /// # Errors
    /// Internal, when the random generator fails.
    pub fn new_person(&self, person: PersonId) -> Result<PersonKey> {
        let secret = Secret::new(random_bytes::<32>()?);
        let wrapped = self.person_wrapping(person)?.seal(PERSON_KEY, &[secret.expose_secret()])?;
        PersonKey::new((self.organization, person), self.id, wrapped, &secret)
    }

    /// Unwraps the key of a person.
    ///
    /// # Errors
    /// Internal, when it is another person's or organization's, or is not whole.
    pub fn unwrap_person(&self, person: PersonId, wrapped: &[u8]) -> Result<PersonKey> {
        let opened = self.person_wrapping(person)?.open(PERSON_KEY, wrapped)?;
        let secret = opened.as_slice().try_into().map_err(|_| Unopened::OtherContent)?;
        PersonKey::new((self.organization, person), self.id, wrapped.to_vec(), &Secret::new(secret))
    }

    /// The value by which a sealed column is found: equal for equal text within one organization and column, else unrelated.
    /// The caller brings the text to its normal form.
    #[must_use]
    pub fn blind_index(&self, column: Column, normalised: &str) -> [u8; 32] {
        let (table, name) = column.names();
        self.index.of(&primitives::joined([b"blind-index", table.as_bytes(), name.as_bytes(), normalised.as_bytes()]))
    }

    /// Seals the answer to the request that holds this idempotency claim.
    ///
    /// # Errors
    /// Internal, when the random generator fails.
    pub fn seal_answer(&self, claim: &[u8], answer: &[u8]) -> Result<Vec<u8>> {
        self.wrapping([ANSWER, claim])?.seal(ANSWER, &[answer])
    }

    /// Opens the answer that was sealed for this claim.
    ///
    /// # Errors
    /// Internal, when it is another claim's or organization's, or is not whole.
    pub fn open_answer(&self, claim: &[u8], sealed: &[u8]) -> Result<Secret<Vec<u8>>> {
        let mut opened = self.wrapping([ANSWER, claim])?.open(ANSWER, sealed)?;
        Ok(Secret::new(std::mem::take(&mut *opened)))
    }

    /// Makes a key of the HMACs of bundles, and gives it with its sealed form.
    ///
    /// # Errors
    /// Internal, when the random generator fails.
    pub fn new_export_key(&self, id: ExportKeyId) -> Result<(Secret<[u8; 32]>, Vec<u8>)> {
        let key = Secret::new(random_bytes::<32>()?);
        let sealed = self.wrapping([EXPORT_KEY, id.uuid().as_bytes()])?.seal(EXPORT_KEY, &[key.expose_secret()])?;
        Ok((key, sealed))
    }

    /// Opens a key of the HMACs of bundles.
    ///
    /// # Errors
    /// Internal, when it is another one's or organization's, or is not whole.
    pub fn open_export_key(&self, id: ExportKeyId, sealed: &[u8]) -> Result<Secret<[u8; 32]>> {
        let opened = self.wrapping([EXPORT_KEY, id.uuid().as_bytes()])?.open(EXPORT_KEY, sealed)?;
        Ok(Secret::new(opened.as_slice().try_into().map_err(|_| Unopened::OtherContent)?))
    }

    /// Seals what the organization keeps for itself at one place, and no person is in: a secret of a connection.
    ///
    /// # Errors
    /// Internal, when the random generator fails.
    pub fn seal_setting(&self, place: Place<'_>, value: &[u8]) -> Result<Sealed> {
        let place = primitives::joined(place.parts());
        self.wrapping([SETTING, &place])?.seal(SETTING, &[value]).map(Sealed::of_envelope)
    }

    /// Opens what was sealed for this place.
    ///
    /// # Errors
    /// Internal, when it was sealed for another place or organization, or is not whole.
    pub fn open_setting(&self, place: Place<'_>, sealed: &Sealed) -> Result<Secret<Vec<u8>>> {
        let place = primitives::joined(place.parts());
        let mut opened = self.wrapping([SETTING, &place])?.open(SETTING, sealed.envelope())?;
        Ok(Secret::new(std::mem::take(&mut *opened)))
    }

    fn person_wrapping(&self, person: PersonId) -> Result<EnvelopeKey> {
        self.wrapping([PERSON_KEY, person.uuid().as_bytes()])
    }

    fn wrapping(&self, purpose: [&[u8]; 2]) -> Result<EnvelopeKey> {
        wrapping(self.organization, self.id, &self.secret, purpose)
    }
}

impl std::fmt::Debug for TenantKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TenantKey")
            .field("organization", &self.organization)
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

const ANSWER: &[u8] = b"answer";
const EXPORT_KEY: &[u8] = b"export-key";
const INDEX_KEY: &[u8] = b"index-key";
const PERSON_KEY: &[u8] = b"person-key";
const SETTING: &[u8] = b"setting";

/// The key for one purpose and one thing of an organization; what it is for is part of its derivation.
fn wrapping(
    organization: OrganizationId,
    id: KeyId,
    secret: &Secret<[u8; 32]>,
    purpose: [&[u8]; 2],
) -> Result<EnvelopeKey> {
    let [kind, of] = purpose;
    EnvelopeKey::derive(id.uuid(), secret, [kind, organization.uuid().as_bytes(), of])
}

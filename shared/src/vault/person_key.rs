//! One person's key: seals that person's values, and dies with the person's erasure.

use uuid::Uuid;
use zeroize::{Zeroize, Zeroizing};

use super::audit_value::{self, AuditValue, Opening};
use super::envelope::{EnvelopeKey, Sealed};
use super::object::{self, MediaType, OpenedObject, SealedObject};
use super::place::Place;
use super::primitives;
use crate::error::{Error, Result};
use crate::id::{KeyId, OrganizationId, PersonId};
use crate::secret::Secret;

/// Domain of what is sealed here; a change of the layout below makes a new one.
const DOMAIN: &[u8] = b"doorbook/sealed-value/v1";

/// The key of one person, with its wrapped form as a row of `people` holds it.
pub struct PersonKey {
    organization: OrganizationId,
    person: PersonId,
    tenant_key: KeyId,
    wrapped: Vec<u8>,
    key: EnvelopeKey,
}

impl PersonKey {
    pub(super) fn new(
        owner: (OrganizationId, PersonId),
        tenant_key: KeyId,
        wrapped: Vec<u8>,
        secret: &Secret<[u8; 32]>,
    ) -> Result<Self> {
        let (organization, person) = owner;
        let key = EnvelopeKey::derive(person.uuid(), secret, [b"person-values"])?;
        Ok(Self { organization, person, tenant_key, wrapped, key })
    }

    /// The key as it is stored: sealed under the tenant key.
    #[must_use]
    pub fn wrapped(&self) -> &[u8] {
        &self.wrapped
    }

    /// Whose key this is.
    #[must_use]
    pub const fn id(&self) -> PersonId {
        self.person
    }

    /// The organization that the person belongs to.
    #[must_use]
    pub const fn organization(&self) -> OrganizationId {
        self.organization
    }

    /// The tenant key under which this one is wrapped.
    #[must_use]
    pub const fn tenant_key(&self) -> KeyId {
        self.tenant_key
    }

    /// Seals a value for one place.
    ///
    /// # Errors
    /// Internal, when the random generator fails.
    pub fn seal(&self, place: Place<'_>, value: &[u8]) -> Result<Sealed> {
        self.key.seal(&self.associated(place), &[value]).map(Sealed::of_envelope)
    }

    /// Opens a value that was sealed for this place.
    ///
    /// # Errors
    /// Internal, when it was sealed for another place, person, organization or key, or is not whole.
    pub fn open(&self, place: Place<'_>, sealed: &Sealed) -> Result<Secret<Vec<u8>>> {
        let mut opened = self.key.open(&self.associated(place), sealed.envelope())?;
        Ok(Secret::new(std::mem::take(&mut *opened)))
    }

    /// Opens a text that was sealed for this place.
    ///
    /// # Errors
    /// As [`PersonKey::open`], and internal when it is no text.
    pub fn open_text(&self, place: Place<'_>, sealed: &Sealed) -> Result<String> {
        let opened = self.key.open(&self.associated(place), sealed.envelope())?;
        String::from_utf8(opened.to_vec()).map_err(Error::internal)
    }

    /// Seals a value for an audit entry, with a commitment to it that outlives the key and says nothing without it.
    ///
    /// # Errors
    /// Internal, when the random generator fails or the value is longer than 2^32 bytes.
    pub fn seal_for_audit(&self, pointer: &str, request_id: &str, value: &str) -> Result<AuditValue> {
        let (mut padded, commit) = audit_value::padded(value)?;
        let envelope = self.key.seal(&self.associated(Place::in_audit(pointer, request_id)), &[&padded]);
        padded.zeroize();
        Ok(AuditValue::new(envelope?, commit))
    }

    /// Opens a value of an audit entry and checks it against its commitment.
    ///
    /// # Errors
    /// Internal, when it is of another pointer, request, person or key, is not whole, or does not fit its commitment.
    pub fn open_audit(&self, pointer: &str, request_id: &str, value: &AuditValue) -> Result<Opening> {
        let padded = self.key.open(&self.associated(Place::in_audit(pointer, request_id)), value.envelope())?;
        Ok(Opening::read(&padded, value)?)
    }

    /// Seals an image for the bucket, its salt and type inside the envelope.
    ///
    /// # Errors
    /// Internal, when the random generator fails.
    pub fn seal_object(&self, place: Place<'_>, media_type: MediaType, bytes: &[u8]) -> Result<SealedObject> {
        let (salt, commit) = object::commit_to(bytes)?;
        let parts = [media_type.tag(), salt.as_slice(), bytes];
        let envelope = self.key.seal(&self.associated(place), &parts)?;
        Ok(SealedObject { envelope, commit, media_type, bytes: bytes.len() })
    }

    /// Opens an image that was sealed for this place.
    ///
    /// # Errors
    /// Internal, when it was sealed for another place, person, organization or key, or is not whole.
    pub fn open_object(&self, place: Place<'_>, envelope: &[u8]) -> Result<OpenedObject> {
        let opened: Zeroizing<Vec<u8>> = self.key.open(&self.associated(place), envelope)?;
        Ok(OpenedObject::read(opened)?)
    }

    fn associated(&self, place: Place<'_>) -> Vec<u8> {
        let (organization, person): (Uuid, Uuid) = (self.organization.uuid(), self.person.uuid());
        let [table, column, row] = place.parts();
        primitives::joined([DOMAIN, organization.as_bytes(), person.as_bytes(), table, column, row])
    }
}

impl std::fmt::Debug for PersonKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PersonKey").field("person", &self.person).finish_non_exhaustive()
    }
}

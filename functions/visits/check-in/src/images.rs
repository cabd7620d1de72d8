//! Photo and signature: read, sealed under the person's key, and put into the bucket before the record.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use shared::{
    Error, Result,
    clock::Timestamp,
    domain::visit::ImageKind,
    id::ObjectId,
    objects::{ObjectKey, Objects, Picture},
    vault::{Column, MediaType, ObjectValue, PHOTO, PersonKey, SIGNATURE, SealedObject},
};

use crate::arrival::Arrival;

/// Most bytes of all images of one arrival, decoded from base64.
pub(crate) const IMAGE_BYTES_MAX: usize = 4 * 1024 * 1024;

/// The images of an arrival, upright and without metadata.
pub(crate) struct Images {
    photo: Option<Picture>,
    signature: Option<Picture>,
}

/// An image that is in the bucket and needs a row to be reachable.
pub(crate) struct StoredImage {
    pub(crate) id: ObjectId,
    pub(crate) kind: ImageKind,
    pub(crate) media_type: MediaType,
    pub(crate) bytes: usize,
    pub(crate) audit_value: ObjectValue,
}

impl Images {
    /// Reads what the arrival brings.
    pub(crate) fn read(arrival: &Arrival) -> Result<Self> {
        let photo = decode(arrival.photo.as_deref(), "/photo")?;
        let signature = decode(arrival.nda.as_ref().map(|(_, signature)| signature.as_str()), "/signature")?;
        if photo.len() + signature.len() > IMAGE_BYTES_MAX {
            return Err(Error::too_large("/photo", "too_long"));
        }
        let picture = |bytes: Vec<u8>, pointer| {
            if bytes.is_empty() { Ok(None) } else { Picture::read(&bytes, pointer).map(Some) }
        };
        let images = Self { photo: picture(photo, "/photo")?, signature: picture(signature, "/signature")? };
        // Written anew, an image may be larger than it came; what is kept must fit into the answer that shows it.
        if images.bytes() > IMAGE_BYTES_MAX {
            return Err(Error::too_large("/photo", "too_long"));
        }
        Ok(images)
    }

    fn bytes(&self) -> usize {
        [&self.photo, &self.signature].into_iter().flatten().map(|picture| picture.bytes().len()).sum()
    }

    /// Seals and stores them. What is stored here and never recorded is unreachable, and swept.
    pub(crate) async fn store(self, objects: &Objects, person: &PersonKey, now: Timestamp) -> Result<Vec<StoredImage>> {
        let images = [(ImageKind::Photo, PHOTO, self.photo), (ImageKind::Signature, SIGNATURE, self.signature)];
        let puts = images
            .into_iter()
            .filter_map(|(kind, column, picture)| Some((kind, column, picture?)))
            .map(|(kind, column, picture)| put(objects, person, now, kind, column, picture));
        futures_util::future::try_join_all(puts).await
    }
}

async fn put(
    objects: &Objects,
    person: &PersonKey,
    now: Timestamp,
    kind: ImageKind,
    column: Column,
    picture: Picture,
) -> Result<StoredImage> {
    let id = ObjectId::new(now);
    let sealed: SealedObject = person.seal_object(column.of(id.uuid()), picture.media_type(), picture.bytes())?;
    objects.put_sealed(&ObjectKey::new(person.organization(), id), &sealed).await?;
    Ok(StoredImage {
        id,
        kind,
        media_type: sealed.media_type(),
        bytes: sealed.bytes(),
        audit_value: sealed.audit_value(id),
    })
}

fn decode(text: Option<&str>, pointer: &'static str) -> Result<Vec<u8>> {
    let Some(text) = text else { return Ok(Vec::new()) };
    // Four characters hold three bytes: what is too long is refused before it is decoded.
    if text.len() / 4 * 3 > IMAGE_BYTES_MAX + 2 {
        return Err(Error::too_large(pointer, "too_long"));
    }
    let bytes = BASE64_STANDARD.decode(text).map_err(|_| Error::malformed(pointer, "not_base64"))?;
    if bytes.is_empty() { Err(Error::malformed(pointer, "not_an_image")) } else { Ok(bytes) }
}

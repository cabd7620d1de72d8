//! Opens sealed values with the person's key.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use shared::{
    Error, Result,
    domain::visit::{ImageKind, RestrictedField},
    door::AdmittedWrite,
    id::VisitId,
    objects::{ObjectKey, ObjectReader},
    vault::{LICENCE_NUMBER, PHOTO, PersonKey, SIGNATURE},
};

use crate::{
    Demand,
    revealed::{Image, Values},
    store::{SealedVisit, StoredObject},
};

/// Most bytes of images in one answer, in base64: Lambda gives 6 MB away with everything around it.
const IMAGES_BYTES_MAX: usize = 5_800_000;

/// The key of the visit's person; none once the person is erased.
pub(crate) async fn person_key(admitted: &AdmittedWrite, sealed: &SealedVisit) -> Result<Option<PersonKey>> {
    let Some(wrapped) = &sealed.wrapped_key else { return Ok(None) };
    admitted.tenant_key().await?.unwrap_person(sealed.person, wrapped).map(Some)
}

/// The licence number, where there is one and a key to open it.
pub(crate) fn licence_number(
    visit: VisitId,
    sealed: &SealedVisit,
    person: Option<&PersonKey>,
) -> Result<Option<String>> {
    let Some((person, number)) = person.zip(sealed.licence_number.as_ref()) else { return Ok(None) };
    person.open_text(LICENCE_NUMBER.of(visit.uuid()), number).map(Some)
}

/// The values that are asked for.
pub(crate) async fn values(
    store: &ObjectReader,
    demand: &Demand,
    licence_number: Option<String>,
    objects: &[StoredObject],
    person: Option<&PersonKey>,
) -> Result<Values> {
    let mut values = Values::all_null(demand);
    values.licence_number = values.licence_number.map(|_| licence_number);
    let Some(person) = person else { return Ok(values) };
    let mut bytes = 0;
    for object in objects {
        let (field, place) = match object.kind {
            ImageKind::Photo => (RestrictedField::Photo, &mut values.photo),
            ImageKind::Signature => (RestrictedField::Signature, &mut values.signature),
        };
        if demand.asks_for(field) {
            let image = image(store, person, object).await?;
            bytes += image.base64.len();
            *place = Some(Some(image));
        }
    }
    if bytes > IMAGES_BYTES_MAX { Err(Error::too_large("/fields", "too_long_together")) } else { Ok(values) }
}

async fn image(store: &ObjectReader, person: &PersonKey, object: &StoredObject) -> Result<Image> {
    let key = ObjectKey::new(person.organization(), object.id);
    let envelope = store.fetch_sealed(&key).await.map_err(|error| match error {
        // A row names it, so its absence is a loss of ours and not the caller's mistake.
        Error::NotFound => Error::internal("an object that a visit refers to is missing"),
        other => other,
    })?;
    let column = match object.kind {
        ImageKind::Photo => PHOTO,
        ImageKind::Signature => SIGNATURE,
    };
    let opened = person.open_object(column.of(object.id.uuid()), &envelope)?;
    let base64 = BASE64_STANDARD.encode(opened.bytes.expose_secret());
    Ok(Image { media_type: opened.media_type.name(), base64 })
}

//! Opens sealed values with the person's key.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use shared::{
    Error, Result,
    documents::{Document, Field, Private},
    door::AdmittedWrite,
    id::VisitId,
    objects::{ObjectKey, ObjectReader},
    vault::{ID_SCAN_VALUES, LICENCE_NUMBER, PersonKey},
};

use crate::{
    Demand,
    revealed::{Image, Values},
    store::{ScannedDocument, SealedVisit, StoredObject},
};

/// Most bytes of images in one answer, in base64: Lambda gives 6 MB away with everything around it.
const IMAGES_BYTES_MAX: usize = 5_800_000;

/// The key of the visit's person; none once the person is erased.
pub(crate) async fn person_key(admitted: &AdmittedWrite, sealed: &SealedVisit) -> Result<Option<PersonKey>> {
    let Some(wrapped) = &sealed.wrapped_key else { return Ok(None) };
    admitted.tenant_key().await?.unwrap_person(sealed.person, wrapped).map(Some)
}

/// Numbers of documents, opened to be shown and to be kept out of reasons.
#[derive(Default)]
pub(crate) struct Numbers {
    licence: Option<Private>,
    document: Option<Private>,
}

impl Numbers {
    /// Opens those that are there, where the person has a key.
    pub(crate) fn open(
        visit: VisitId,
        sealed: &SealedVisit,
        scanned: Option<&ScannedDocument>,
        person: Option<&PersonKey>,
    ) -> Result<Self> {
        let Some(person) = person else { return Ok(Self::default()) };
        let licence = sealed.licence_number.as_ref();
        let licence = licence.map(|number| person.open_text(LICENCE_NUMBER.of(visit.uuid()), number)).transpose()?;
        let document = scanned
            .map(|scan| {
                Document::of_kept(person.open(ID_SCAN_VALUES.of(scan.id.uuid()), &scan.values)?.expose_secret())
            })
            .transpose()?;
        let document = document.as_ref().and_then(|document| document.text(Field::DocumentNumber));
        Ok(Self { licence: licence.map(Private::new), document: document.map(Private::new) })
    }

    /// Number of the driver's licence.
    pub(crate) fn licence(&self) -> Option<&str> {
        self.licence.as_ref().map(Private::expose_secret)
    }

    /// Number of the scanned document.
    pub(crate) fn document(&self) -> Option<&str> {
        self.document.as_ref().map(Private::expose_secret)
    }
}

/// The values that are asked for.
pub(crate) async fn values(
    store: &ObjectReader,
    demand: &Demand,
    numbers: Numbers,
    objects: &[StoredObject],
    person: Option<&PersonKey>,
) -> Result<Values> {
    let mut values = Values::all_null(demand);
    values.licence_number = values.licence_number.map(|_| numbers.licence().map(str::to_owned));
    values.document_number = values.document_number.map(|_| numbers.document().map(str::to_owned));
    let Some(person) = person else { return Ok(values) };
    let mut bytes = 0;
    for object in objects {
        if let Some(place) = values.image(object.field).filter(|_| demand.asks_for(object.field)) {
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
    let opened = person.open_object(object.column.of(object.id.uuid()), &envelope)?;
    let base64 = BASE64_STANDARD.encode(opened.bytes.expose_secret());
    Ok(Image { media_type: opened.media_type.name(), base64 })
}

//! Opens sealed values with the person's key.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use shared::{
    Error, Result,
    documents::{Document, Field, Private},
    domain::visit::RestrictedField,
    door::AdmittedWrite,
    id::{PersonId, VisitId},
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

/// The keys of what a visit keeps sealed; one that is destroyed is none. What stands on documents ends before the rest.
pub(crate) struct Keys {
    person: Option<PersonKey>,
    licence: Option<PersonKey>,
    document: Option<PersonKey>,
}

impl Keys {
    /// Unwraps those that are there.
    pub(crate) async fn of(
        admitted: &AdmittedWrite,
        sealed: &SealedVisit,
        scanned: Option<&ScannedDocument>,
    ) -> Result<Self> {
        let tenant = admitted.tenant_key().await?;
        let unwrap = |(person, wrapped): (PersonId, &Vec<u8>)| tenant.unwrap_person(person, wrapped);
        let licence = sealed.licence.as_ref();
        Ok(Self {
            person: sealed.wrapped_key.as_ref().map(|wrapped| unwrap((sealed.person, wrapped))).transpose()?,
            licence: licence.map(|licence| unwrap((licence.holder, &licence.wrapped_key))).transpose()?,
            document: scanned.map(|scan| unwrap((scan.holder, &scan.wrapped_key))).transpose()?,
        })
    }

    fn of_image(&self, field: RestrictedField) -> Option<&PersonKey> {
        match field {
            RestrictedField::DocumentFront | RestrictedField::DocumentBack => self.document.as_ref(),
            _ => self.person.as_ref(),
        }
    }
}

/// Numbers of documents, opened to be shown and to be kept out of reasons.
#[derive(Default)]
pub(crate) struct Numbers {
    licence: Option<Private>,
    document: Option<Private>,
}

impl Numbers {
    /// Opens those that are there.
    pub(crate) fn open(
        visit: VisitId,
        sealed: &SealedVisit,
        scanned: Option<&ScannedDocument>,
        keys: &Keys,
    ) -> Result<Self> {
        let licence = sealed.licence.as_ref().zip(keys.licence.as_ref());
        let licence = licence
            .map(|(licence, key)| key.open_text(LICENCE_NUMBER.of(visit.uuid()), &licence.number))
            .transpose()?;
        let document = scanned.and_then(|scan| Some((scan.id, scan.values.as_ref()?, keys.document.as_ref()?)));
        let document = document
            .map(|(id, values, key)| Document::of_kept(key.open(ID_SCAN_VALUES.of(id.uuid()), values)?.expose_secret()))
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
    keys: &Keys,
) -> Result<Values> {
    let mut values = Values::all_null(demand);
    values.licence_number = values.licence_number.map(|_| numbers.licence().map(str::to_owned));
    values.document_number = values.document_number.map(|_| numbers.document().map(str::to_owned));
    let mut bytes = 0;
    for object in objects {
        let Some(key) = keys.of_image(object.field) else { continue };
        if let Some(place) = values.image(object.field).filter(|_| demand.asks_for(object.field)) {
            let image = image(store, key, object).await?;
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

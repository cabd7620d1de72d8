//! Photo and signature: read, sealed under the person's key, and put into the bucket before the record.

use shared::{
    Result,
    clock::Timestamp,
    domain::visit::ImageKind,
    objects::{ObjectWriter, Picture, PutObject, SentImage, read_images},
    vault::{PHOTO, PersonKey, SIGNATURE},
};

use crate::arrival::Arrival;

/// The images of an arrival.
pub(crate) struct Images {
    photo: Option<Picture>,
    signature: Option<Picture>,
}

/// An image that is in the bucket and needs a row to be reachable.
pub(crate) struct StoredImage {
    pub(crate) kind: ImageKind,
    pub(crate) object: PutObject,
}

impl Images {
    /// Reads what the arrival brings.
    pub(crate) fn read(arrival: &Arrival) -> Result<Self> {
        let signature = arrival.nda.as_ref().map(|(_, signature)| signature.as_str());
        let [photo, signature] = read_images([
            SentImage { pointer: "/photo", base64: arrival.photo.as_deref(), is_drawing: false },
            SentImage { pointer: "/signature", base64: signature, is_drawing: true },
        ])?;
        Ok(Self { photo, signature })
    }

    /// Seals and stores them. What is stored here and never recorded is unreachable, and swept.
    pub(crate) async fn store(
        self,
        objects: &ObjectWriter,
        person: &PersonKey,
        now: Timestamp,
    ) -> Result<Vec<StoredImage>> {
        let images = [(ImageKind::Photo, PHOTO, self.photo), (ImageKind::Signature, SIGNATURE, self.signature)];
        let puts = images.into_iter().filter_map(|(kind, column, picture)| Some((kind, column, picture?))).map(
            async |(kind, column, picture)| {
                let object = objects.put_picture(person, column, &picture, now).await?;
                Ok(StoredImage { kind, object })
            },
        );
        futures_util::future::try_join_all(puts).await
    }
}

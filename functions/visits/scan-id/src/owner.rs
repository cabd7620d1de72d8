//! Whose document is scanned, and where.

use shared::{
    Error, Result,
    clock::Timestamp,
    documents::{Document, Private},
    id::{IdScanId, SiteId, VisitId},
    vault::{PersonKey, Sealed},
};
use time::Date;

/// Seconds until a scan is destroyed that no check-in cites.
pub(crate) const LIFETIME_S: i64 = 3600;

/// What the visitor said at the check-in.
pub(crate) struct Said {
    pub(crate) name: Private,
    /// Number of the driver's licence.
    pub(crate) licence_number: Option<Private>,
}

/// The document that is scanned, and the visit that it is for.
pub(crate) struct Owner {
    pub(crate) id: IdScanId,
    /// The key that seals what is read. It is the document's own, and ends with it.
    pub(crate) person: PersonKey,
    /// What an earlier side said.
    pub(crate) before: Document,
    /// The visit that it is for, where there is one.
    pub(crate) visit: Option<(VisitId, Said)>,
    /// What an earlier side said, as it is sealed: a second side is added to exactly that.
    pub(crate) sealed_before: Option<Sealed>,
    /// False for the second side.
    pub(crate) is_new: bool,
    pub(crate) expires_at: Timestamp,
}

/// The site, as far as a scan needs it.
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) id: SiteId,
    /// The site's age limit.
    pub(crate) age_min: Option<u8>,
    /// How alike faces must be, in percent; none where the site compares none.
    pub(crate) face_min: Option<u8>,
    /// The site's day.
    pub(crate) today: Date,
}

impl Site {
    /// Refuses a photo where the site compares no faces, and under a text that is retired. Without a photo there is no text.
    ///
    /// # Errors
    /// Unprocessable `not_turned_on` or `retired`.
    pub(crate) fn expect_face_allowed(&self, is_retired: Option<bool>) -> Result<()> {
        match is_retired {
            Some(_) if self.face_min.is_none() => Err(Error::unprocessable("/face", "not_turned_on")),
            Some(true) => Err(Error::unprocessable("/face/notice_version_id", "retired")),
            Some(false) | None => Ok(()),
        }
    }
}

//! The request: images of a document, or the text that a device decoded.

use serde::Deserialize;
use shared::{
    Error, Result,
    authn::{Credential, CredentialKind},
    documents::Private,
    domain::visit::DocumentSide,
    id::{IdScanId, NoticeVersionId, SiteId},
    objects::{Grey, Picture, SentImage, read_documents},
};
use utoipa::ToSchema;

/// Most bytes of a device's text: a PDF417 symbol holds 1,108 bytes, an MRZ 90 characters.
pub const DEVICE_TEXT_BYTES_MAX: usize = 4096;

/// The body as it is sent. At least one side, or a device's text.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScanBody {
    /// Where; a kiosk may leave it out, since its credential says it.
    pub(crate) site_id: Option<SiteId>,
    /// A scan that this adds the other side to. It ends an hour after its first side.
    pub(crate) id_scan_id: Option<IdScanId>,
    /// JPEG or PNG of the front, base64; with `back` at most 4 MiB decoded.
    #[schema(value_type = Option<String>, format = Byte)]
    front: Option<String>,
    /// JPEG or PNG of the back, base64.
    #[schema(value_type = Option<String>, format = Byte)]
    back: Option<String>,
    /// What the device decoded by itself. It counts as typed until an image confirms it.
    device_text: Option<DeviceText>,
    /// A photo that is compared with the face on the front.
    face: Option<FacePhoto>,
}

/// The body of a scan that belongs to a visit. At least one side, or a device's text.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VisitScanBody {
    /// JPEG or PNG of the front, base64; with `back` at most 4 MiB decoded.
    #[schema(value_type = Option<String>, format = Byte)]
    front: Option<String>,
    /// JPEG or PNG of the back, base64.
    #[schema(value_type = Option<String>, format = Byte)]
    back: Option<String>,
    /// What the device decoded by itself. It counts as typed until an image confirms it.
    device_text: Option<DeviceText>,
    /// A photo that is compared with the face on the front.
    face: Option<FacePhoto>,
}

/// A photo of the visitor, who has accepted that faces are compared. It is compared and not kept.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FacePhoto {
    /// JPEG or PNG, base64; with the sides at most 4 MiB decoded.
    #[schema(format = Byte)]
    photo: String,
    /// The text of the kind `face` that the visitor accepted. Where the visitor objects, `face` is left out.
    notice_version_id: NoticeVersionId,
}

/// Text that a device decoded.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeviceText {
    /// Where on the document it stood.
    kind: DeviceTextKind,
    /// The text, with its line ends; at most 4,096 bytes.
    #[schema(min_length = 1, max_length = 4096)]
    text: String,
}

/// Where on a document a device found text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeviceTextKind {
    /// The PDF417 barcode.
    Barcode,
    /// The machine readable zone.
    Mrz,
}

/// A side of a document.
pub(crate) struct Side {
    pub(crate) side: DocumentSide,
    pub(crate) picture: Picture,
    pub(crate) grey: Grey,
}

/// A photo, and the text that the visitor accepted.
pub(crate) struct Face {
    pub(crate) photo: Picture,
    pub(crate) notice: NoticeVersionId,
}

/// What came, with its images read.
pub(crate) struct Submission {
    pub(crate) sides: Vec<Side>,
    pub(crate) device_text: Option<(DeviceTextKind, Private)>,
    pub(crate) face: Option<Face>,
}

impl Submission {
    /// Reads the body for the credential that presents it.
    ///
    /// # Errors
    /// [`Error::Malformed`] with the field that is missing, too long or no image; too large as [`read_documents`] says.
    pub(crate) fn parse(body: ScanBody, credential: &Credential) -> Result<Self> {
        if body.site_id.is_none() && body.id_scan_id.is_none() && credential.kind != CredentialKind::Kiosk {
            return Err(Error::malformed("/site_id", "missing"));
        }
        Self::read(body.front, body.back, body.device_text, body.face)
    }

    /// Reads the body of a scan for a visit.
    ///
    /// # Errors
    /// As [`Submission::parse`].
    pub(crate) fn parse_for_visit(body: VisitScanBody) -> Result<Self> {
        Self::read(body.front, body.back, body.device_text, body.face)
    }

    /// The front, where it came.
    pub(crate) fn front(&self) -> Option<&Picture> {
        self.sides.iter().find(|side| side.side == DocumentSide::Front).map(|side| &side.picture)
    }

    /// The side on which most is printed.
    pub(crate) fn printed_side(&self) -> Option<&Picture> {
        self.front().or_else(|| self.sides.first().map(|side| &side.picture))
    }

    fn read(
        front: Option<String>,
        back: Option<String>,
        device_text: Option<DeviceText>,
        face: Option<FacePhoto>,
    ) -> Result<Self> {
        let has_nothing = front.is_none() && back.is_none() && device_text.is_none();
        if has_nothing || (front.is_none() && face.is_some()) {
            return Err(Error::malformed("/front", "missing"));
        }
        let device_text = device_text.map(DeviceText::parse).transpose()?;
        let [front, back, photo] = read_documents([
            SentImage { pointer: "/front", base64: front.as_deref(), is_drawing: false },
            SentImage { pointer: "/back", base64: back.as_deref(), is_drawing: false },
            SentImage {
                pointer: "/face/photo",
                base64: face.as_ref().map(|face| face.photo.as_str()),
                is_drawing: false,
            },
        ])?;
        let side = |side, read: Option<(Picture, Grey)>| read.map(|(picture, grey)| Side { side, picture, grey });
        Ok(Self {
            sides: [side(DocumentSide::Back, back), side(DocumentSide::Front, front)].into_iter().flatten().collect(),
            device_text,
            face: photo.zip(face).map(|((photo, _), face)| Face { photo, notice: face.notice_version_id }),
        })
    }
}

impl DeviceText {
    fn parse(self) -> Result<(DeviceTextKind, Private)> {
        let text = Private::new(self.text);
        match text.expose_secret().len() {
            0 => Err(Error::malformed("/device_text/text", "empty")),
            1..=DEVICE_TEXT_BYTES_MAX => Ok((self.kind, text)),
            _ => Err(Error::malformed("/device_text/text", "too_long")),
        }
    }
}

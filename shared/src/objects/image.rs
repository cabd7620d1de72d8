//! Images from outside: bounded before they are decoded, turned upright, and written anew.
//!
//! What is kept is our own encoder's output. Position, camera, thumbnails, comments and whatever else was in the file or
//! behind it are not carried over.

use std::io::Cursor;

use image::codecs::{jpeg::JpegEncoder, png::PngEncoder};
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};

use super::drawing::shows_something;
use super::image_end::is_whole;
use super::image_kind::is_of_another_kind;
use crate::error::{Error, Result};
use crate::vault::MediaType;

/// Pixels of a side.
const SIDE_PIXELS_MAX: u32 = 8000;
/// Bytes of an image when decoded.
const DECODED_BYTES_MAX: u64 = 64 * 1024 * 1024;
const JPEG_QUALITY: u8 = 85;

const JPEG_MAGIC: &[u8] = &[0xff, 0xd8, 0xff];
const PNG_MAGIC: &[u8] = b"\x89PNG\r\n\x1a\n";

/// An image of ours: upright, without metadata.
pub struct Picture {
    media_type: MediaType,
    bytes: Vec<u8>,
    width: u32,
    height: u32,
    shows_something: bool,
}

/// An image in grey, one byte a pixel, row by row: what readers of documents look at.
pub struct Grey {
    /// Pixels of a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Every pixel, 0 for black.
    pub pixels: Vec<u8>,
}

impl Picture {
    /// Reads a JPEG or PNG; `pointer` is where in the request it stood.
    ///
    /// # Errors
    /// Malformed `kind_not_taken` when it is an image of another kind, `not_an_image` when it is none, or broken; too large `too_many_pixels` when decoding it would pass a
    /// limit, which its header shows.
    pub fn read(bytes: &[u8], pointer: &'static str) -> Result<Self> {
        let (upright, media_type) = read_upright(bytes, pointer)?;
        Self::of(upright, media_type)
    }

    /// Reads the picture of a document, and what it is in grey before it is written anew.
    ///
    /// # Errors
    /// As [`Picture::read`].
    pub fn read_document(bytes: &[u8], pointer: &'static str) -> Result<(Self, Grey)> {
        let (upright, media_type) = read_upright(bytes, pointer)?;
        let grey = upright.to_luma8();
        let grey = Grey { width: grey.width(), height: grey.height(), pixels: grey.into_raw() };
        Ok((Self::of(upright, media_type)?, grey))
    }

    fn of(upright: DynamicImage, media_type: MediaType) -> Result<Self> {
        let (width, height) = (upright.width(), upright.height());
        let shows_something = shows_something(&upright);
        let bytes = encode(upright, media_type).map_err(Error::internal)?;
        Ok(Self { media_type, bytes, width, height, shows_something })
    }

    /// What kind of image it is.
    #[must_use]
    pub const fn media_type(&self) -> MediaType {
        self.media_type
    }

    /// False for an image that is all of one colour, or transparent, but for a dot.
    #[must_use]
    pub const fn shows_something(&self) -> bool {
        self.shows_something
    }

    /// The image as we wrote it.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Width and height in pixels, upright.
    #[must_use]
    pub const fn dimensions(&self) -> (u32, u32) {
        (self.width, self.height)
    }
}

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Picture({}, {}x{})", self.media_type.name(), self.width, self.height)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refused {
    KindNotTaken,
    NotAnImage,
    TooManyPixels,
}

impl Refused {
    fn at(self, pointer: &'static str) -> Error {
        match self {
            Self::KindNotTaken => Error::malformed(pointer, "kind_not_taken"),
            Self::NotAnImage => Error::malformed(pointer, "not_an_image"),
            Self::TooManyPixels => Error::too_large(pointer, "too_many_pixels"),
        }
    }
}

impl From<ImageError> for Refused {
    fn from(error: ImageError) -> Self {
        match error {
            ImageError::Limits(_) => Self::TooManyPixels,
            _ => Self::NotAnImage,
        }
    }
}

/// The type by its first bytes; what a caller says it is never counts.
fn media_type(bytes: &[u8]) -> Option<MediaType> {
    if bytes.starts_with(JPEG_MAGIC) {
        Some(MediaType::Jpeg)
    } else if bytes.starts_with(PNG_MAGIC) {
        Some(MediaType::Png)
    } else {
        None
    }
}

fn read_upright(bytes: &[u8], pointer: &'static str) -> Result<(DynamicImage, MediaType)> {
    let foreign = if is_of_another_kind(bytes) { Refused::KindNotTaken } else { Refused::NotAnImage };
    let media_type = media_type(bytes).ok_or_else(|| foreign.at(pointer))?;
    Ok((decode(bytes, media_type).map_err(|refused| refused.at(pointer))?, media_type))
}

fn decode(bytes: &[u8], media_type: MediaType) -> Result<DynamicImage, Refused> {
    let format = match media_type {
        MediaType::Jpeg => ImageFormat::Jpeg,
        MediaType::Png => ImageFormat::Png,
    };
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits());
    let mut decoder = reader.into_decoder()?;
    let (width, height) = decoder.dimensions();
    if width > SIDE_PIXELS_MAX || height > SIDE_PIXELS_MAX || decoder.total_bytes() > DECODED_BYTES_MAX {
        return Err(Refused::TooManyPixels);
    }
    // The decoders make do with what is there; a picture that is not all there is refused instead.
    if !is_whole(bytes, media_type) {
        return Err(Refused::NotAnImage);
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut image = DynamicImage::from_decoder(decoder)?;
    image.apply_orientation(orientation);
    Ok(image)
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE_PIXELS_MAX);
    limits.max_image_height = Some(SIDE_PIXELS_MAX);
    limits.max_alloc = Some(DECODED_BYTES_MAX);
    limits
}

fn encode(upright: DynamicImage, media_type: MediaType) -> Result<Vec<u8>, ImageError> {
    let mut out = Vec::new();
    match media_type {
        MediaType::Jpeg => opaque(upright).write_with_encoder(JpegEncoder::new_with_quality(&mut out, JPEG_QUALITY))?,
        MediaType::Png => upright.write_with_encoder(PngEncoder::new(&mut out))?,
    }
    Ok(out)
}

/// What JPEG can hold: eight bits of grey or of three colours.
fn opaque(image: DynamicImage) -> DynamicImage {
    match image {
        DynamicImage::ImageLuma8(_) | DynamicImage::ImageRgb8(_) => image,
        other => DynamicImage::ImageRgb8(other.into_rgb8()),
    }
}

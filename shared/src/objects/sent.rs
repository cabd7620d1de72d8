//! Images as a request brings them: base64 in JSON, bounded together.

use base64::{Engine as _, prelude::BASE64_STANDARD};

use super::Picture;
use crate::error::{Error, Result};

/// Most bytes of all images of one request, decoded from base64, and of what is kept of them.
pub const IMAGE_BYTES_MAX: usize = 4 * 1024 * 1024;

/// An image of a request.
#[derive(Clone, Copy)]
pub struct SentImage<'t> {
    /// Where in the request it stands, as `/photo`.
    pub pointer: &'static str,
    /// Its base64.
    pub base64: Option<&'t str>,
}

/// Reads the images of one request, upright and without metadata. One that is absent is none.
///
/// # Errors
/// Malformed `not_base64` or `not_an_image`, and too large `too_many_pixels`, naming the image. Too large `too_long`, naming
/// the first, when they have more than [`IMAGE_BYTES_MAX`] together.
pub fn read_images<const N: usize>(sent: [SentImage<'_>; N]) -> Result<[Option<Picture>; N]> {
    let first = sent.first().map_or("", |image| image.pointer);
    let mut decoded = Vec::with_capacity(N);
    for image in sent {
        decoded.push((image.pointer, decode(image)?));
    }
    expect_bounded(decoded.iter().map(|(_, bytes)| bytes.len()), first)?;
    let mut pictures = [const { None }; N];
    for (picture, (pointer, bytes)) in pictures.iter_mut().zip(&decoded).filter(|(_, (_, bytes))| !bytes.is_empty()) {
        *picture = Some(Picture::read(bytes, pointer)?);
    }
    // Written anew, an image may be larger than it came; what is kept must fit into the answer that shows it.
    expect_bounded(pictures.iter().flatten().map(|picture| picture.bytes().len()), first)?;
    Ok(pictures)
}

fn expect_bounded(bytes: impl Iterator<Item = usize>, pointer: &'static str) -> Result<()> {
    if bytes.sum::<usize>() > IMAGE_BYTES_MAX { Err(Error::too_large(pointer, "too_long")) } else { Ok(()) }
}

fn decode(image: SentImage<'_>) -> Result<Vec<u8>> {
    let Some(text) = image.base64 else { return Ok(Vec::new()) };
    // Four characters hold three bytes: what is too long is refused before it is decoded.
    if text.len() / 4 * 3 > IMAGE_BYTES_MAX + 2 {
        return Err(Error::too_large(image.pointer, "too_long"));
    }
    let bytes = BASE64_STANDARD.decode(text).map_err(|_| Error::malformed(image.pointer, "not_base64"))?;
    if bytes.is_empty() { Err(Error::malformed(image.pointer, "not_an_image")) } else { Ok(bytes) }
}

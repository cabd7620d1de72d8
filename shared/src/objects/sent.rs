//! Images as a request brings them: base64 in JSON, bounded together.

use std::borrow::Cow;

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

use super::{Grey, Picture};
use crate::error::{Error, Result};

/// Most bytes of all images of one request, decoded from base64, and of what is kept of them.
pub const IMAGE_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Base64 with padding or without.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// An image of a request.
#[derive(Clone, Copy)]
pub struct SentImage<'t> {
    /// Where in the request it stands, as `/photo`.
    pub pointer: &'static str,
    /// Its base64, in lines or in one, or the data URL that a canvas gives (RFC 2397).
    pub base64: Option<&'t str>,
    /// True where a person drew it: a drawing of nothing is refused.
    pub is_drawing: bool,
}

/// Reads the images of one request, upright and without metadata. One that is absent is none.
///
/// # Errors
/// Malformed `not_base64`, `kind_not_taken` or `not_an_image`, unprocessable `shows_nothing`, and too large `too_many_pixels`, naming the image. Too large `too_long`, naming
/// the first, when they have more than [`IMAGE_BYTES_MAX`] together.
pub fn read_images<const N: usize>(sent: [SentImage<'_>; N]) -> Result<[Option<Picture>; N]> {
    let read = read_each(sent, |bytes, pointer| Ok((Picture::read(bytes, pointer)?, ())))?;
    Ok(read.map(|picture| picture.map(|(picture, ())| picture)))
}

/// Reads the pictures of a document: to keep, and in grey. Bounds and refusals are those of [`read_images`].
///
/// # Errors
/// As [`read_images`].
pub fn read_documents<const N: usize>(sent: [SentImage<'_>; N]) -> Result<[Option<(Picture, Grey)>; N]> {
    read_each(sent, Picture::read_document)
}

fn read_each<const N: usize, T>(
    sent: [SentImage<'_>; N],
    read: impl Fn(&[u8], &'static str) -> Result<(Picture, T)>,
) -> Result<[Option<(Picture, T)>; N]> {
    let first = sent.first().map_or("", |image| image.pointer);
    let mut decoded = Vec::with_capacity(N);
    for image in sent {
        decoded.push((image, decode(image)?));
    }
    expect_bounded(decoded.iter().map(|(_, bytes)| bytes.len()), first)?;
    let mut pictures = [const { None }; N];
    for (place, (image, bytes)) in pictures.iter_mut().zip(&decoded).filter(|(_, (_, bytes))| !bytes.is_empty()) {
        let (picture, more) = read(bytes, image.pointer)?;
        if image.is_drawing && !picture.shows_something() {
            return Err(Error::unprocessable(image.pointer, "shows_nothing"));
        }
        *place = Some((picture, more));
    }
    // Written anew, an image may be larger than it came; what is kept must fit into the answer that shows it.
    expect_bounded(pictures.iter().flatten().map(|(picture, _)| picture.bytes().len()), first)?;
    Ok(pictures)
}

fn expect_bounded(bytes: impl Iterator<Item = usize>, pointer: &'static str) -> Result<()> {
    if bytes.sum::<usize>() > IMAGE_BYTES_MAX { Err(Error::too_large(pointer, "too_long")) } else { Ok(()) }
}

fn decode(image: SentImage<'_>) -> Result<Vec<u8>> {
    let Some(text) = image.base64 else { return Ok(Vec::new()) };
    let text = bare(text);
    // Four characters hold three bytes: what is too long is refused before it is decoded.
    if text.len() / 4 * 3 > IMAGE_BYTES_MAX + 2 {
        return Err(Error::too_large(image.pointer, "too_long"));
    }
    let bytes = BASE64.decode(&*text).map_err(|_| Error::malformed(image.pointer, "not_base64"))?;
    if bytes.is_empty() { Err(Error::malformed(image.pointer, "not_an_image")) } else { Ok(bytes) }
}

/// The base64 itself: without what a data URL says before it, and without line breaks (RFC 2045).
fn bare(text: &str) -> Cow<'_, str> {
    let is_data_url = text.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("data:"));
    let text = match text.split_once(";base64,") {
        Some((_, data)) if is_data_url => data,
        _ => text,
    };
    if text.contains(|c: char| c.is_ascii_whitespace()) {
        Cow::Owned(text.chars().filter(|c| !c.is_ascii_whitespace()).collect())
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(base64: &str) -> String {
        let sent = SentImage { pointer: "/photo", base64: Some(base64), is_drawing: false };
        read_images([sent]).unwrap_err().fields()[0].code.to_string()
    }

    #[test]
    fn base64_is_taken_as_tools_write_it() {
        for text in [
            "aGVsbG8=",
            "aGVsbG8",
            "aGVs\r\nbG8=\n",
            "data:image/png;base64,aGVsbG8=",
            "DATA:image/png;name=a;base64,aGVsbG8=",
        ] {
            assert_eq!(fault(text), "not_an_image", "{text}");
        }
        for text in ["not base64!", "data:image/svg+xml,<svg/>", "image/png;base64,aGVsbG8=", "a"] {
            assert_eq!(fault(text), "not_base64", "{text}");
        }
        assert_eq!(fault(""), "not_an_image");
    }
}

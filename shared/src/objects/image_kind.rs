//! Images of kinds that are not taken, which must not be called broken.

/// True for the first bytes of images that telephones and browsers make and that are not taken: WebP, GIF, HEIC and AVIF,
/// TIFF, BMP, JPEG XL and JPEG 2000, SVG; and of PDF.
pub(super) fn is_of_another_kind(bytes: &[u8]) -> bool {
    const STARTS: [&[u8]; 9] =
        [b"GIF8", b"II*\0", b"MM\0*", b"BM", b"\xff\x0a", b"\0\0\0\x0cJXL ", b"\0\0\0\x0cjP  ", b"%PDF-", b"8BPS"];
    let behind = bytes.get(4..).unwrap_or_default();
    let is_webp = bytes.starts_with(b"RIFF") && bytes.get(8..).is_some_and(|kind| kind.starts_with(b"WEBP"));
    let is_svg = std::str::from_utf8(bytes.get(..256).unwrap_or(bytes)).is_ok_and(|text| {
        let text = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
        text.starts_with("<svg") || text.starts_with("<?xml")
    });
    is_webp || is_svg || behind.starts_with(b"ftyp") || STARTS.iter().any(|start| bytes.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_of_another_kind_is_known_by_its_first_bytes() {
        for other in [
            b"RIFF\x24\0\0\0WEBPVP8 ".as_slice(),
            b"GIF89a\x01\0",
            b"GIF87a",
            b"\0\0\0\x18ftypheic\0\0\0\0",
            b"\0\0\0\x1cftypavif",
            b"II*\0\x08\0",
            b"MM\0*\0\0",
            b"BM\x36\0",
            b"<svg xmlns=\"a\"/>",
            b"\xef\xbb\xbf<?xml version=\"1.0\"?>",
            b"%PDF-1.7",
        ] {
            assert!(is_of_another_kind(other), "{other:?}");
        }
        for none in [b"hello".as_slice(), b"RIFF\x24\0\0\0WAVE", b"\xff\xd8\xff", b""] {
            assert!(!is_of_another_kind(none), "{none:?}");
        }
    }
}

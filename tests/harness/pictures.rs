//! Small images.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use image::{ImageFormat, Rgb, RgbImage};

fn encoded(format: ImageFormat) -> String {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let picture = RgbImage::from_fn(64, 48, |x, y| Rgb([x, y, x + y].map(|shade| shade.to_le_bytes()[0])));
    picture.write_to(&mut bytes, format).expect("an image");
    BASE64_STANDARD.encode(bytes.into_inner())
}

/// A JPEG, in base64.
pub(crate) fn jpeg() -> String {
    encoded(ImageFormat::Jpeg)
}

/// A PNG, in base64.
pub(crate) fn png() -> String {
    encoded(ImageFormat::Png)
}

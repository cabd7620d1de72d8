//! A picture as a handful of shades, enough to say whether another one looks like it.

use image::imageops::{self, FilterType};
use image::{GrayImage, ImageReader, Limits};

use crate::aws_json::Refusal;

/// The service's own limit.
const IMAGE_BYTES_MAX: usize = 5 * 1024 * 1024;
/// Pixels in each direction, beyond which nothing is decoded.
const SIDE_MAX: u32 = 10_000;
/// Columns and rows of shades; each shade is compared with its right neighbour.
const COLUMNS: u32 = 9;
const ROWS: u32 = 8;
/// Neighbours that differ by no more are the same; so is a picture that has no others blank.
const SAME_SHADE: u8 = 6;
/// Differences between two pictures that have nothing in common.
const DIFFERENCES_OF_STRANGERS: f64 = 32.0;

/// A picture's signs: for each shade whether its right neighbour is darker, lighter or the same.
pub(super) struct Picture(Vec<i8>);

impl Picture {
    /// Decodes a picture. Of one that is wide, as a card is, only the place of its portrait is looked at.
    ///
    /// # Errors
    /// When it is too large, or no picture.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Refusal> {
        if bytes.len() > IMAGE_BYTES_MAX {
            return Err(Refusal::new("ImageTooLargeException", "the image is larger than 5 MB"));
        }
        let invalid = |_| Refusal::new("InvalidImageFormatException", "the image is neither JPEG nor PNG");
        let mut limits = Limits::default();
        (limits.max_image_width, limits.max_image_height) = (Some(SIDE_MAX), Some(SIDE_MAX));
        let mut reader = ImageReader::new(std::io::Cursor::new(bytes));
        reader.limits(limits);
        let reader = reader.with_guessed_format().map_err(image::ImageError::IoError).map_err(invalid)?;
        Ok(Self::of(&reader.decode().map_err(invalid)?.into_luma8()))
    }

    fn of(grey: &GrayImage) -> Self {
        let (width, height) = grey.dimensions();
        let is_card = u64::from(width) * 10 > u64::from(height) * 13;
        let [left, top, width, height] = match is_card {
            true => [width / 25, height * 15 / 100, width * 32 / 100, height * 55 / 100],
            false => [0, 0, width, height],
        };
        let place = imageops::crop_imm(grey, left, top, width.max(1), height.max(1)).to_image();
        let shades = imageops::resize(&place, COLUMNS, ROWS, FilterType::Triangle);
        let sign = |one: u8, other: u8| match one.abs_diff(other) {
            ..=SAME_SHADE => 0,
            _ if one < other => 1,
            _ => -1,
        };
        let shade = |x, y| shades.get_pixel(x, y).0.iter().copied().max().unwrap_or_default();
        let places = (0..ROWS).flat_map(|y| (1..COLUMNS).map(move |x| (x, y)));
        Self(places.map(|(x, y)| sign(shade(x - 1, y), shade(x, y))).collect())
    }

    /// Whether there is nothing on it.
    pub(super) fn is_blank(&self) -> bool {
        self.0.iter().all(|sign| *sign == 0)
    }

    /// How alike two pictures are, in percent.
    pub(super) fn similarity(&self, other: &Self) -> f64 {
        let differences = self.0.iter().zip(&other.0).filter(|(one, other)| one != other).count();
        let differences = u32::try_from(differences).map_or(DIFFERENCES_OF_STRANGERS, f64::from);
        (100.0 * (1.0 - differences / DIFFERENCES_OF_STRANGERS)).max(0.0)
    }
}

//! Whether a drawing shows anything.

use image::{DynamicImage, GenericImageView as _};

/// Fewest pixels that differ from the ground they stand on, for a drawing.
const DRAWN_PIXELS_MIN: usize = 16;
/// How much a colour differs that is another one, and not the noise of JPEG.
const SHADES_APART: u16 = 48;

/// True where enough of the image differs from its first corner. What is transparent has no colour, whatever is said of it.
pub(super) fn shows_something(image: &DynamicImage) -> bool {
    let shade = |image::Rgba([red, green, blue, alpha]): image::Rgba<u8>| {
        let seen = |colour: u8| u16::from(colour) * u16::from(alpha) / 255;
        [seen(red), seen(green), seen(blue), u16::from(alpha)]
    };
    let mut pixels = image.pixels().map(|(_, _, pixel)| shade(pixel));
    let Some(ground) = pixels.next() else { return false };
    let differs = |pixel: &[u16; 4]| pixel.iter().zip(ground).any(|(one, other)| one.abs_diff(other) > SHADES_APART);
    pixels.filter(differs).nth(DRAWN_PIXELS_MIN - 1).is_some()
}

#[cfg(test)]
mod tests {
    use image::RgbaImage;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_drawing_of_nothing_is_known() {
        let shows = |image: RgbaImage| shows_something(&image.into());
        let clear = RgbaImage::from_pixel(300, 100, image::Rgba([9, 8, 7, 0]));
        let mut loud = clear.clone();
        loud.enumerate_pixels_mut().for_each(|(x, _, pixel)| pixel.0 = [x.to_le_bytes()[0], 0, 0, 0]);
        let mut dotted = clear.clone();
        dotted.put_pixel(20, 20, image::Rgba([0, 0, 0, 255]));
        let mut drawn = clear.clone();
        (10..60).for_each(|x| drawn.put_pixel(x, x, image::Rgba([0, 0, 0, 255])));
        let mut pale = RgbaImage::from_pixel(300, 100, image::Rgba([0, 0, 0, 255]));
        (10..60).for_each(|x| pale.put_pixel(x, x, image::Rgba([255, 255, 255, 255])));
        assert_eq!([clear, loud, dotted, drawn, pale].map(shows), [false, false, false, true, true]);
        assert!(!shows(RgbaImage::from_pixel(1, 1, image::Rgba([0, 0, 0, 255]))));
        let white = image::RgbImage::from_pixel(300, 100, image::Rgb([255, 255, 255]));
        assert!(!shows_something(&white.into()));
    }

    proptest! {
        #[test]
        fn one_colour_is_nothing_and_a_stroke_of_another_is_something(
            ground in any::<[u8; 4]>(), stroke in any::<[u8; 3]>(), width in 20_u32..200, at in 1_u32..19,
        ) {
            let mut image = RgbaImage::from_pixel(width, 20, image::Rgba(ground));
            prop_assert!(!shows_something(&image.clone().into()));
            (0..width).for_each(|x| image.put_pixel(x, at, image::Rgba([stroke[0], stroke[1], stroke[2], 255])));
            let seen = |colour: u8| i32::from(colour) * i32::from(ground[3]) / 255;
            let differs = (255 - i32::from(ground[3])) > 48 || (0..3).any(|n| (i32::from(stroke[n]) - seen(ground[n])).abs() > 48);
            prop_assert_eq!(shows_something(&image.into()), differs);
        }
    }
}

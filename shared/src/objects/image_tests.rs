//! What `Picture::read` promises: an upright image of our own making, or a refusal before memory is spent.

use image::codecs::{jpeg::JpegEncoder, png::PngEncoder};
use image::{DynamicImage, GrayImage, Rgb, RgbImage, RgbaImage};
use proptest::prelude::*;

use super::Picture;
use crate::error::{Code, Error};
use crate::vault::MediaType;

const RED: Rgb<u8> = Rgb([255, 0, 0]);
const GREEN: Rgb<u8> = Rgb([0, 255, 0]);
const BLUE: Rgb<u8> = Rgb([0, 0, 255]);
const WHITE: Rgb<u8> = Rgb([255, 255, 255]);

/// Four quarters, 32 wide and 64 high: red, green / blue, white.
fn quarters() -> DynamicImage {
    DynamicImage::ImageRgb8(RgbImage::from_fn(32, 64, |x, y| match (x < 16, y < 32) {
        (true, true) => RED,
        (false, true) => GREEN,
        (true, false) => BLUE,
        (false, false) => WHITE,
    }))
}

fn jpeg(image: &DynamicImage) -> Vec<u8> {
    let mut out = Vec::new();
    image.write_with_encoder(JpegEncoder::new_with_quality(&mut out, 95)).unwrap();
    out
}

fn png(image: &DynamicImage) -> Vec<u8> {
    let mut out = Vec::new();
    image.write_with_encoder(PngEncoder::new(&mut out)).unwrap();
    out
}

/// A TIFF block as cameras write it: orientation, a description, and a position.
fn exif(orientation: u8) -> Vec<u8> {
    let mut block = b"II*\0\x08\0\0\0\x03\0".to_vec();
    block.extend(b"\x0e\x01\x02\0\x07\0\0\0\x32\0\0\0");
    block.extend([0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0]);
    block.extend(b"\x25\x88\x04\0\x01\0\0\0\x3a\0\0\0");
    block.extend(b"\0\0\0\0canary\0\0");
    block.extend(b"\x01\0\x01\0\x02\0\x02\0\0\0N\0\0\0\0\0\0\0");
    block
}

fn jpeg_segment(marker: u8, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len() + 2).unwrap().to_be_bytes();
    [&[0xff, marker], length.as_slice(), data].concat()
}

/// Puts segments behind the start of a JPEG, where cameras put theirs.
fn jpeg_with(jpeg: &[u8], segment: &[u8]) -> Vec<u8> {
    [&jpeg[..2], segment, &jpeg[2..]].concat()
}

fn png_chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let checked = [name.as_slice(), data].concat();
    let length = u32::try_from(data.len()).unwrap().to_be_bytes();
    [length.as_slice(), &checked, &crc32fast::hash(&checked).to_be_bytes()].concat()
}

/// Puts a chunk behind the header of a PNG.
fn png_with(png: &[u8], chunk: &[u8]) -> Vec<u8> {
    [&png[..33], chunk, &png[33..]].concat()
}

fn png_header(width: u32, height: u32, kind: &[u8; 5]) -> Vec<u8> {
    let data = [width.to_be_bytes().as_slice(), &height.to_be_bytes(), kind].concat();
    [b"\x89PNG\r\n\x1a\n".as_slice(), &png_chunk(b"IHDR", &data)].concat()
}

/// The compressed pixels of a PNG that has them in one chunk.
fn compressed(png: &[u8]) -> Vec<u8> {
    let at = png.windows(4).position(|name| name == b"IDAT").unwrap();
    let length = u32::from_be_bytes(png[at - 4..at].try_into().unwrap());
    png[at + 4..at + 4 + usize::try_from(length).unwrap()].to_vec()
}

fn read(bytes: &[u8]) -> Result<Picture, Error> {
    Picture::read(bytes, "/photo")
}

fn refusal(bytes: &[u8]) -> (Code, String, String) {
    let error = read(bytes).unwrap_err();
    let field = error.fields().first().expect("a refused image names its field").clone();
    (error.code(), field.pointer.into_owned(), field.code.into_owned())
}

fn not_an_image() -> (Code, String, String) {
    (Code::Malformed, "/photo".to_owned(), "not_an_image".to_owned())
}

fn too_many_pixels() -> (Code, String, String) {
    (Code::TooLarge, "/photo".to_owned(), "too_many_pixels".to_owned())
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// The pure colours in the middles of the four quarters.
fn seen(picture: &Picture) -> [Rgb<u8>; 4] {
    let image = image::load_from_memory(picture.bytes()).unwrap().into_rgb8();
    let (width, height) = picture.dimensions();
    assert_eq!(image.dimensions(), (width, height));
    let middles = [(1, 1), (3, 1), (1, 3), (3, 3)];
    middles.map(|(x, y)| Rgb(image[(width * x / 4, height * y / 4)].0.map(|part| if part > 127 { 255 } else { 0 })))
}

#[test]
fn every_orientation_is_turned_upright_and_metadata_is_gone() {
    let upright = [
        [RED, GREEN, BLUE, WHITE],
        [GREEN, RED, WHITE, BLUE],
        [WHITE, BLUE, GREEN, RED],
        [BLUE, WHITE, RED, GREEN],
        [RED, BLUE, GREEN, WHITE],
        [BLUE, RED, WHITE, GREEN],
        [WHITE, GREEN, BLUE, RED],
        [GREEN, WHITE, RED, BLUE],
    ];
    for (orientation, expected) in (1..).zip(upright) {
        let app1 = jpeg_segment(0xe1, &[b"Exif\0\0", exif(orientation).as_slice()].concat());
        let photo = jpeg_with(&jpeg(&quarters()), &app1);
        let drawing = png_with(&png(&quarters()), &png_chunk(b"eXIf", &exif(orientation)));
        for source in [photo, drawing] {
            assert!(holds(&source, b"canary"));
            let picture = read(&source).unwrap();

            assert_eq!(seen(&picture), expected, "orientation {orientation}");
            assert_eq!(picture.dimensions(), if orientation < 5 { (32, 64) } else { (64, 32) });
            for trace in [b"canary".as_slice(), b"Exif", b"eXIf", b"\xff\xe1"] {
                assert!(!holds(picture.bytes(), trace), "orientation {orientation}");
            }
        }
    }
}

#[test]
fn what_hides_in_or_behind_an_image_is_gone() {
    let script = b"<script>canary</script>";
    let in_comment = jpeg_with(&jpeg(&quarters()), &jpeg_segment(0xfe, script));
    let in_text = png_with(&png(&quarters()), &png_chunk(b"tEXt", &[b"Comment\0", script.as_slice()].concat()));
    let behind_jpeg = [jpeg(&quarters()), b"PK\x03\x04canary".to_vec()].concat();
    let behind_png = [png(&quarters()), b"PK\x03\x04canary".to_vec()].concat();

    for source in [in_comment, in_text, behind_jpeg, behind_png] {
        assert!(!holds(read(&source).unwrap().bytes(), b"canary"));
    }
}

#[test]
fn the_type_is_what_the_bytes_say_and_only_jpeg_loses_transparency() {
    let clear = DynamicImage::ImageRgba8(RgbaImage::from_pixel(8, 8, image::Rgba([1, 2, 3, 4])));
    let picture = read(&png(&clear)).unwrap();
    assert_eq!(
        (picture.media_type(), read(&jpeg(&quarters())).unwrap().media_type()),
        (MediaType::Png, MediaType::Jpeg)
    );
    assert_eq!(image::load_from_memory(picture.bytes()).unwrap(), clear);

    let deep = DynamicImage::ImageLuma16(image::ImageBuffer::from_pixel(8, 8, image::Luma([40_000])));
    assert_eq!(image::load_from_memory(read(&png(&deep)).unwrap().bytes()).unwrap(), deep);
}

#[test]
fn other_formats_are_not_taken_and_what_is_none_is_no_image() {
    for none in [b"".as_slice(), b"\xff\xd8", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"hello"] {
        assert_eq!(refusal(none), not_an_image());
    }
    let others: [&[u8]; 5] = [
        b"GIF89a\x01\0\x01\0\0\0\0;",
        b"BM\x1e\0\0\0\0\0\0\0\x1a\0\0\0",
        b"RIFF\x1a\0\0\0WEBPVP8L",
        b"%PDF-1.7\n",
        b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
    ];
    for other in others {
        assert_eq!(refusal(other), (Code::Malformed, "/photo".to_owned(), "kind_not_taken".to_owned()));
    }
}

#[test]
fn an_image_cut_anywhere_is_no_image() {
    for whole in [jpeg(&quarters()), png(&quarters())] {
        assert!(read(&whole).is_ok());
        for bytes in 0..whole.len() {
            assert_eq!(refusal(&whole[..bytes]), not_an_image(), "cut to {bytes} of {} bytes", whole.len());
        }
    }
}

#[test]
fn a_header_that_promises_too_many_pixels_is_refused_before_decoding() {
    let rgb = b"\x08\x02\0\0\0";
    let grey = b"\x08\0\0\0\0";
    let bombs = [(30_000, 30_000, rgb), (8001, 1, grey), (1, 8001, grey), (8000, 8000, rgb), (u32::MAX >> 1, 1, rgb)];
    for (width, height, kind) in bombs {
        let bomb = [png_header(width, height, kind), png_chunk(b"IDAT", b""), png_chunk(b"IEND", b"")].concat();
        assert_eq!(refusal(&bomb), too_many_pixels(), "{width}x{height}");
    }

    let mut bomb = jpeg(&quarters());
    let frame = bomb.windows(2).position(|marker| marker == [0xff, 0xc0]).unwrap();
    bomb[frame + 5..frame + 9].copy_from_slice(&[0xff; 4]);
    assert_eq!(refusal(&bomb), too_many_pixels());
}

#[test]
fn the_longest_side_is_still_an_image() {
    let long = DynamicImage::ImageLuma8(GrayImage::new(8000, 1));
    assert_eq!(read(&png(&long)).unwrap().dimensions(), (8000, 1));
    assert_eq!(read(&jpeg(&long)).unwrap().dimensions(), (8000, 1));
}

#[test]
fn data_that_inflates_beyond_its_image_costs_nothing() {
    let zeros = compressed(&png(&DynamicImage::ImageLuma8(GrayImage::new(8000, 8000))));
    let small = png(&quarters());
    let pixels = [png_header(10, 10, b"\x08\0\0\0\0"), png_chunk(b"IDAT", &zeros), png_chunk(b"IEND", b"")];
    let text = png_with(&small, &png_chunk(b"zTXt", &[b"Comment\0\0", zeros.as_slice()].concat()));
    let profile = png_with(&small, &png_chunk(b"iCCP", &[b"icc\0\0", zeros.as_slice()].concat()));

    for bomb in [pixels.concat(), text, profile] {
        assert!(bomb.len() < 1 << 20);
        match read(&bomb) {
            Ok(picture) => assert!(picture.bytes().len() < 1000),
            Err(error) => assert!(matches!(error.code(), Code::Malformed | Code::TooLarge)),
        }
    }
}

#[test]
fn photos_of_documents_are_images() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/vectors/licences");
    let photo =
        std::fs::read(format!("{folder}/licence-1-00-front.jpg")).expect("the vectors are beside the repository");
    let picture = read(&photo).unwrap();
    assert_eq!(picture.media_type(), MediaType::Jpeg);
    assert!(picture.bytes().len() < photo.len() * 2);
}

proptest! {
    #[test]
    fn damaged_images_are_read_or_refused_and_nothing_else(
        is_png in any::<bool>(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
    ) {
        let mut bytes = if is_png { png(&quarters()) } else { jpeg(&quarters()) };
        for (at, byte) in damage {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Err(error) = read(&bytes) {
            prop_assert!(matches!(error.code(), Code::Malformed | Code::TooLarge), "{error}");
        }
    }
}

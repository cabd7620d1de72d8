//! The decoder against pictures: those of the cases, of the vectors, and hostile ones.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::{VECTORS, base64::from_base64};
use crate::documents::{
    Field, aamva,
    barcode::{self, Luma, NotRead, Symbol},
};

/// Pictures of the vectors that are not read as their text says, and why.
const NOT_AS_EXPECTED: [(&str, &str); 1] = [("pdf417-3/19", "a part of several symbols, which is refused")];

fn grey(bytes: &[u8]) -> Luma {
    let picture = image::load_from_memory(bytes).expect("a picture").to_luma_alpha8();
    // What is transparent shows the paper under it.
    let shade = |pixel: &image::LumaA<u8>| {
        let [luma, alpha] = pixel.0.map(u32::from);
        u8::try_from((luma * alpha + 255 * (255 - alpha)) / 255).unwrap()
    };
    Luma { width: picture.width(), height: picture.height(), pixels: picture.pixels().map(shade).collect() }
}

fn read(bytes: &[u8]) -> Result<Symbol, NotRead> {
    barcode::read(&grey(bytes), &|| false)
}

/// One case of the kind `pdf417-image`.
pub(super) fn case(input: &Value, expect: &Value) -> Result<(), String> {
    let found = read(&from_base64(input["png_base64"].as_str().unwrap()));
    let text = found.as_ref().ok().map(|symbol| symbol.text.expose_secret());
    let is_right = match (expect["text"].as_str(), expect["licence"].as_bool()) {
        (Some(wanted), _) => text == Some(wanted) || (text.is_none() && expect["may_refuse"] == true),
        (None, Some(false)) => text.is_none_or(|text| aamva::read(text).is_err()),
        (None, _) => text.is_none(),
    };
    if is_right { Ok(()) } else { Err(format!("read {text:?}")) }
}

#[test]
fn every_picture_of_the_vectors_is_read_or_stands_in_the_list() {
    let mut wrong = Vec::new();
    for set in ["pdf417-1", "pdf417-3"] {
        let folder = format!("{VECTORS}/pdf417/{set}");
        for file in std::fs::read_dir(&folder).expect("the vectors are there") {
            let path = file.unwrap().path();
            if path.extension().is_none_or(|extension| extension != "png") {
                continue;
            }
            let name = format!("{set}/{}", path.file_stem().unwrap().to_str().unwrap());
            let text = std::fs::read(path.with_extension("txt"));
            // A symbol of bytes has a file of bytes.
            let wanted = text.or_else(|_| std::fs::read(path.with_extension("bin"))).unwrap();
            let latin: String = wanted.iter().map(|byte| char::from(*byte)).collect();
            let wanted = String::from_utf8(wanted).unwrap_or_else(|_| latin.clone());
            let found = read(&std::fs::read(&path).unwrap()).map(|symbol| symbol.text.expose_secret().to_owned());
            let is_read = found.as_ref().is_ok_and(|text| *text == wanted || *text == latin);
            if is_read == NOT_AS_EXPECTED.iter().any(|(listed, _)| *listed == name) {
                wrong.push(format!("{name}: {found:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_back_of_every_sample_licence_gives_every_field() {
    let expected = std::fs::read_to_string(format!("{VECTORS}/licences/expected.json")).expect("the vectors are there");
    let expected: Value = serde_json::from_str(&expected).unwrap();
    for (sample, sides) in expected.as_object().unwrap() {
        let symbol = read(&std::fs::read(format!("{VECTORS}/licences/{sample}-back.jpg")).unwrap()).unwrap();
        let reading = aamva::read(symbol.text.expose_secret()).unwrap();
        for (name, value) in sides["barcode"].as_object().unwrap() {
            assert_eq!(reading.text(Field::of_name(name).unwrap()), value.as_str(), "{sample} {name}");
        }
        for side in ["front", "passport"] {
            let found = read(&std::fs::read(format!("{VECTORS}/licences/{sample}-{side}.jpg")).unwrap());
            assert_eq!(found.err(), Some(NotRead::NothingFound), "{sample} {side}");
        }
    }
}

#[test]
fn hostile_pictures_are_nothing_within_the_time() {
    let of = |width: u32, height: u32, shade: &dyn Fn(u32, u32) -> u8| {
        let pixels = (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).map(|(x, y)| shade(x, y)).collect();
        Luma { width, height, pixels }
    };
    let noise = |x: u32, y: u32| (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503)).to_le_bytes()[1];
    let start_patterns = |x: u32, _: u32| {
        [0, 0, 0, 0, 0, 0, 0, 0, 255, 0, 255, 0, 255, 0, 255, 255, 255][usize::try_from(x).unwrap() % 17]
    };
    let pictures = [
        of(1, 1, &|_, _| 0),
        of(1, 4000, &|_, _| 0),
        of(4000, 1, &|x, _| x.to_le_bytes()[0]),
        of(2000, 1500, &|_, _| 0),
        of(900, 700, &noise),
        of(900, 700, &start_patterns),
        Luma { width: 100, height: 100, pixels: vec![0; 3] },
        Luma { width: u32::MAX, height: u32::MAX, pixels: Vec::new() },
        Luma { width: 0, height: 0, pixels: Vec::new() },
    ];
    for picture in pictures {
        let ends = Instant::now() + Duration::from_secs(2);
        let found = barcode::read(&picture, &|| Instant::now() > ends);
        assert!(found.is_err(), "{picture:?}");
        assert!(Instant::now() < ends + Duration::from_secs(2), "one attempt may run over, not more: {picture:?}");
    }
}

#[test]
fn an_attempt_is_not_begun_when_the_time_is_over() {
    let picture = grey(&std::fs::read(format!("{VECTORS}/licences/licence-1-00-back.jpg")).unwrap());
    assert_eq!(barcode::read(&picture, &|| true).err(), Some(NotRead::OutOfTime));
}

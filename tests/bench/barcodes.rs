//! Reading the barcode of a licence: how often it is read from photos, and what that costs.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use shared::{
    documents::barcode::{self, Luma},
    objects::Picture,
};

use crate::{
    harness::photos::{self, Grey},
    samples::{median, number},
    table::{Table, Target},
};

const VECTORS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/vectors/licences");
const CARDS: usize = 6;
/// What a function allows a picture.
const TIME_MAX: Duration = Duration::from_secs(2);

pub(crate) fn measure(table: &mut Table) {
    let backs: Vec<Grey> = (0..CARDS).map(|card| side(card, "back")).collect();
    let texts: Vec<String> = backs.iter().map(|back| read(back).0.expect("a flat picture is read")).collect();
    let mut by_tilt: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let (mut read_ms, mut small_ms) = (Vec::new(), Vec::new());
    for shot in photos::two_hundred(CARDS) {
        let photo = shot.take(&backs[shot.card]);
        let (text, ms) = read(&photo);
        assert!(text.as_ref().is_none_or(|text| *text == texts[shot.card]), "another text: {shot:?}");
        let band = if shot.degrees.abs() <= 10.0 {
            "up to 10°"
        } else if shot.degrees.abs() <= 20.0 {
            "10° to 20°"
        } else {
            "20° to 30°"
        };
        let (all, right) = by_tilt.entry(band).or_default();
        *all += 1;
        if text.is_some() {
            *right += 1;
            read_ms.push(ms);
            small_ms.extend(Some(read(&photo.in_side(1000))).filter(|(text, _)| text.is_some()).map(|(_, ms)| ms));
        }
    }
    for (band, (all, right)) in by_tilt {
        let target = if band == "up to 10°" { Target::AtLeast(90.0) } else { Target::None };
        table.add(&format!("photos read, tilted {band}"), (target, " %"), 100.0 * number(right) / number(all));
    }
    table.add("CPU of a photo of 1,600 px that is read, p50", (Target::None, " ms"), median(read_ms));
    table.add("CPU of a photo of 1,000 px that is read, p50", (Target::AtMost(60.0), " ms"), median(small_ms));
    let without = (0..CARDS).flat_map(|card| [side(card, "front"), side(card, "passport")]);
    let mut nothing: Vec<f64> = without.map(|side| read(&side.in_side(1000)).1).collect();
    nothing.sort_by(f64::total_cmp);
    let p95 = nothing[nothing.len() * 95 / 100];
    table.add("CPU of a picture of 1,000 px without a barcode, p95", (Target::AtMost(400.0), " ms"), p95);
}

fn side(card: usize, side: &str) -> Grey {
    let bytes = std::fs::read(format!("{VECTORS}/licence-1-0{card}-{side}.jpg")).expect("the vectors are there");
    let (_, grey) = Picture::read_document(&bytes, "").expect("a picture");
    Grey { width: grey.width, height: grey.height, pixels: grey.pixels }
}

/// The text, where there is one, and milliseconds of CPU.
fn read(picture: &Grey) -> (Option<String>, f64) {
    let luma = Luma { width: picture.width, height: picture.height, pixels: picture.pixels.clone() };
    let (ends, before) = (Instant::now() + TIME_MAX, thread_ms());
    let symbol = barcode::read(&luma, &|| Instant::now() > ends);
    (symbol.ok().map(|symbol| symbol.text.expose_secret().to_owned()), thread_ms() - before)
}

/// CPU of this thread: the kernel counts it in nanoseconds.
fn thread_ms() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").expect("an account of this thread");
    text.split(' ').next().and_then(|ns| ns.parse::<f64>().ok()).expect("nanoseconds") / 1e6
}

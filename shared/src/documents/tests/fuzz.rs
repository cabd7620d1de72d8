//! Damaged documents for twenty seconds: no reader panics, hangs, or gives more than it was given. `FUZZ_SECONDS` makes it longer
//! (`make fuzz`), and `FUZZ_SEED` repeats a run.

use std::time::{Duration, Instant};

use serde_json::Value;
use time::macros::date;

use super::VECTORS;
use crate::documents::{Reading, Refusal, aamva, analyze_id, detect_text, mrz};

const TODAY: time::Date = date!(2026 - 12 - 01);
const SECONDS: u64 = 20;
const SEED: u64 = 20_261_201;
/// Longest that one input may take, in a build without optimization.
const ONE_INPUT_MAX: Duration = Duration::from_secs(2);

#[expect(clippy::disallowed_methods, reason = "the two switches that lengthen and repeat a run")]
fn setting(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(otherwise)
}

/// A generator that a seed repeats (xorshift64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % bound.max(1)
    }

    /// One of the inputs with bytes replaced, put in, left out, repeated, or with a piece of another one.
    fn damaged(&mut self, corpus: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = corpus[self.below(corpus.len())].clone();
        for _ in 0..=self.below(8) {
            let at = self.below(bytes.len() + 1);
            let end = (at + self.below(24)).min(bytes.len());
            match self.below(6) {
                0 => bytes.truncate(at),
                1 => drop(bytes.drain(at..end)),
                2 => bytes.insert(at, self.below(256).to_le_bytes()[0]),
                3 => {
                    let piece = bytes[at..end].repeat(1 + self.below(40));
                    bytes.splice(at..at, piece);
                }
                4 => {
                    let other = &corpus[self.below(corpus.len())];
                    let from = self.below(other.len() + 1);
                    bytes.splice(at..end, other[from..].iter().copied().take(64));
                }
                _ => {
                    let byte = self.below(256).to_le_bytes()[0];
                    bytes.get_mut(at).into_iter().for_each(|place| *place = byte);
                }
            }
            bytes.truncate(64 * 1024);
        }
        bytes
    }
}

/// The texts of all cases of a kind, and of the sample documents.
fn corpus(kind: &str) -> Vec<Vec<u8>> {
    let cases = std::fs::read_to_string(format!("{VECTORS}/cases/documents.json")).expect("the vectors are there");
    let cases: Value = serde_json::from_str(&cases).unwrap();
    let of_kind = cases["cases"].as_array().unwrap().iter().filter(|case| case["kind"] == kind);
    let mut found: Vec<Vec<u8>> = of_kind
        .filter_map(|case| match &case["input"] {
            input if input["text"].is_string() => input["text"].as_str().map(|text| text.as_bytes().to_vec()),
            input if input["response"].is_object() => Some(input["response"].to_string().into_bytes()),
            _ => None,
        })
        .collect();
    found.push(b"@\n\x1e\rANSI ".to_vec());
    found
}

/// A reading holds no more than a document has room for.
fn check(outcome: &Result<Reading, Refusal>) {
    for (field, entry) in outcome.iter().flat_map(Reading::entries) {
        assert!(entry.value.expose_secret().len() <= 512, "{}", field.name());
    }
}

fn fuzz(name: &str, kind: &str, seed: u64, read: impl Fn(&[u8])) {
    let (corpus, mut dice, began, mut count) = (corpus(kind), Dice(seed), Instant::now(), 0_u64);
    assert!(corpus.len() > 3, "{kind} has inputs to begin with");
    let length = Duration::from_secs(setting("FUZZ_SECONDS", SECONDS));
    while began.elapsed() < length {
        let input = dice.damaged(&corpus);
        let started = Instant::now();
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| read(&input)));
        let took = started.elapsed();
        assert!(outcome.is_ok() && took < ONE_INPUT_MAX, "{name}, {took:?}: {:?}", String::from_utf8_lossy(&input));
        count += 1;
    }
    println!("{name}: {count} inputs");
}

#[test]
fn no_damaged_document_breaks_a_reader() {
    let seed = setting("FUZZ_SEED", SEED);
    println!("FUZZ_SEED={seed}");
    // Beside each other: each has its twenty seconds.
    std::thread::scope(|scope| {
        scope.spawn(|| fuzz("aamva", "aamva", seed, |input| check(&aamva::read_bytes(input))));
        scope.spawn(|| {
            fuzz("mrz", "mrz", seed + 1, |input| {
                check(&mrz::read(&String::from_utf8_lossy(input), TODAY));
            });
        });
        scope.spawn(|| {
            fuzz("analyze-id", "textract-analyze-id", seed + 2, |input| {
                let Ok(answer) = serde_json::from_slice(input) else { return };
                check(&analyze_id::read(&answer, analyze_id::CONFIDENCE_FLOOR, TODAY));
            });
        });
        scope.spawn(|| {
            fuzz("detect-text", "textract-analyze-id", seed + 3, |input| {
                let Ok(answer) = serde_json::from_slice(input) else { return };
                check(&detect_text::read(&answer, TODAY));
            });
        });
    });
}

/// The decoder with pictures of noise, and with a licence that has holes.
#[cfg(all(feature = "barcodes", feature = "objects"))]
#[test]
fn no_damaged_picture_breaks_the_decoder() {
    use crate::documents::barcode::{self, Luma};

    let (seed, began, mut count) = (setting("FUZZ_SEED", SEED), Instant::now(), 0);
    let back = std::fs::read(format!("{VECTORS}/licences/licence-1-00-back.jpg")).expect("the vectors are there");
    let back = image::load_from_memory(&back).expect("a picture").thumbnail(480, 480).to_luma8();
    let (mut dice, length) = (Dice(seed), Duration::from_secs(setting("FUZZ_SECONDS", SECONDS)));
    while began.elapsed() < length {
        let (width, height) = (back.width(), back.height());
        let mut pixels = back.as_raw().clone();
        for _ in 0..dice.below(60) {
            let at = dice.below(pixels.len());
            let end = (at + dice.below(4000)).min(pixels.len());
            let shade = dice.below(256).to_le_bytes()[0];
            pixels[at..end].fill(shade);
        }
        let height = if dice.below(4) == 0 { 1 + u32::try_from(dice.below(200)).unwrap() } else { height };
        pixels.truncate(usize::try_from(width * height).unwrap());
        let ends = Instant::now() + ONE_INPUT_MAX;
        drop(barcode::read(&Luma { width, height, pixels }, &|| Instant::now() > ends));
        assert!(Instant::now() < ends + ONE_INPUT_MAX, "FUZZ_SEED={seed}, picture {count}");
        count += 1;
    }
    println!("FUZZ_SEED={seed}: {count} pictures");
}

//! What a document says: the barcode first, then what a device says that it saw.

use std::time::Duration;

use shared::documents::{
    Document, Reading, Refusal, aamva,
    barcode::{self, Luma, NotRead},
    mrz,
};
use time::Date;

use crate::submission::{DeviceTextKind, Side, Submission};

/// Longest time for the readers together.
const READING_MAX: Duration = Duration::from_secs(2);
/// Longest time for one call of a service.
const CALL_MAX: Duration = Duration::from_secs(4);
/// What the invocation needs after the readers: the images go to the bucket, and the record to the database.
const RESERVED: Duration = Duration::from_secs(5);

/// The time that is left for reading, and for asking.
pub(crate) struct Budget {
    ends: tokio::time::Instant,
    last_call: tokio::time::Instant,
}

impl Budget {
    /// The budget of an invocation with so much time left.
    pub(crate) fn of(remaining: Duration) -> Self {
        let now = tokio::time::Instant::now();
        let free = remaining.saturating_sub(RESERVED);
        Self { ends: now + READING_MAX.min(free), last_call: now + free.saturating_sub(CALL_MAX) }
    }

    /// Whether a service that is asked now answers early enough.
    pub(crate) fn allows_a_call(&self) -> bool {
        tokio::time::Instant::now() < self.last_call
    }

    fn is_over(&self) -> bool {
        tokio::time::Instant::now() >= self.ends
    }
}

/// Reads what came, and adds it to what an earlier side said. Beside it why nothing was read, source by source.
pub(crate) fn read(
    mut document: Document,
    submission: &Submission,
    today: Date,
    budget: &Budget,
) -> (Document, Vec<&'static str>) {
    let mut missed = Vec::new();
    for side in &submission.sides {
        if document.barcode.is_some() && !document.is_device_text {
            break;
        }
        match read_barcode(side, budget) {
            Ok(reading) => {
                document.barcode = Some(reading);
                document.is_device_text = false;
            }
            Err(why) => missed.push(why),
        }
    }
    if let Some((kind, text)) = &submission.device_text {
        match read_device_text(*kind, text.expose_secret(), today) {
            Ok(reading) => trust_little(&mut document, *kind, reading),
            Err(refusal) => missed.push(refusal.because.name()),
        }
    }
    (document, missed)
}

fn read_barcode(side: &Side, budget: &Budget) -> Result<Reading, &'static str> {
    let grey = &side.grey;
    let picture = Luma { width: grey.width, height: grey.height, pixels: grey.pixels.clone() };
    let symbol = barcode::read(&picture, &|| budget.is_over()).map_err(NotRead::name)?;
    aamva::read(symbol.text.expose_secret()).map_err(|refusal| refusal.because.name())
}

fn read_device_text(kind: DeviceTextKind, text: &str, today: Date) -> Result<Reading, Refusal> {
    match kind {
        DeviceTextKind::Barcode => aamva::read(text),
        DeviceTextKind::Mrz => mrz::read(text, today),
    }
}

/// A device's text never takes the place of what an image says. Where it says the same, it is confirmed; else it is marked.
fn trust_little(document: &mut Document, kind: DeviceTextKind, reading: Reading) {
    let seen = match kind {
        DeviceTextKind::Barcode => &mut document.barcode,
        DeviceTextKind::Mrz => &mut document.mrz,
    };
    if seen.is_none() {
        *seen = Some(reading);
        document.is_device_text = true;
    }
}

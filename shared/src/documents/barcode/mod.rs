//! The decoder of PDF417 symbols (ISO/IEC 15438): a grey picture in, the text of one symbol out.
//!
//! The picture is hostile and as a camera takes it: tilted, mirrored, in bad light. It is scaled down first, and looked at in
//! several ways, the most likely first, until one has a symbol or the time is over. The decoder itself is `rxing`; it stands
//! behind [`read`] alone, so that another can take its place. What is read is a claim: a barcode is easily printed.

mod attempts;
mod grey;
mod tilt;

pub use grey::Luma;

use std::panic::{AssertUnwindSafe, catch_unwind};

use rxing::common::HybridBinarizer;
use rxing::pdf417::PDF417Reader;
use rxing::{
    BinaryBitmap, DecodeHints, Exceptions, Luma8Source, RXingResult, RXingResultMetadataType, RXingResultMetadataValue,
    Reader,
};

use super::private::Private;
use crate::documents::named::named;

/// Pixels of the longest side that is looked at. Licences have about 300 modules in a row, so that each has four pixels.
const SIDE_MAX: u32 = 1500;

named! {
    /// Why no symbol was read.
    NotRead {
        /// It is one of several symbols that belong together (macro PDF417): a part never passes for the whole.
        MacroSymbol = "macro_symbol",
        /// There is none, or too much of it is gone.
        NothingFound = "nothing_found",
        /// The time was over before all ways were tried.
        OutOfTime = "out_of_time",
    }
}

/// A symbol that was read.
#[derive(Clone, Debug)]
pub struct Symbol {
    /// Its text. Bytes without an announced encoding are ISO 8859-1.
    pub text: Private,
}

/// Reads the symbol of a picture. `out_of_time` is asked before each attempt; one attempt takes some 20 ms of CPU.
///
/// # Errors
/// Why none was read.
pub fn read(picture: &Luma, out_of_time: &dyn Fn() -> bool) -> Result<Symbol, NotRead> {
    if !picture.is_whole() {
        return Err(NotRead::NothingFound);
    }
    let upright = picture.shrunk_to(SIDE_MAX);
    for attempt in attempts::of(&upright) {
        if out_of_time() {
            return Err(NotRead::OutOfTime);
        }
        match decode(&attempt.apply(&upright)) {
            Ok(symbol) => return Ok(symbol),
            Err(NotRead::MacroSymbol) => return Err(NotRead::MacroSymbol),
            Err(_) => {}
        }
    }
    Err(NotRead::NothingFound)
}

/// Looks once. The decoder indexes without asking in places, so that a hostile picture may make it panic; that ends the attempt.
fn decode(picture: &Luma) -> Result<Symbol, NotRead> {
    catch_unwind(AssertUnwindSafe(|| decode_or_panic(picture))).unwrap_or(Err(NotRead::NothingFound))
}

fn decode_or_panic(picture: &Luma) -> Result<Symbol, NotRead> {
    let nothing = |_: Exceptions| NotRead::NothingFound;
    let source = Luma8Source::new_with_slice(&picture.pixels, picture.width, picture.height).map_err(nothing)?;
    let mut bitmap = BinaryBitmap::new(HybridBinarizer::new(source));
    let hints = DecodeHints { TryHarder: Some(true), ..DecodeHints::default() };
    let found = PDF417Reader::new().decode_with_hints(&mut bitmap, &hints).map_err(nothing)?;
    if is_part(&found) {
        return Err(NotRead::MacroSymbol);
    }
    Ok(Symbol { text: Private::new(found.getText()) })
}

/// Whether a symbol names the file that it is a part of.
fn is_part(found: &RXingResult) -> bool {
    let more = found.getRXingResultMetadata().get(&RXingResultMetadataType::PDF417_EXTRA_METADATA);
    matches!(more, Some(RXingResultMetadataValue::Pdf417ExtraMetadata(part)) if !part.getFileId().is_empty())
}

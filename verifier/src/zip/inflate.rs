//! Unpacks a member, piece by piece.

use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::inflate_flags::{TINFL_FLAG_HAS_MORE_INPUT, TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF};
use miniz_oxide::inflate::core::{DecompressorOxide, decompress};

/// How far back a packed text may point.
const WINDOW: usize = 1 << 15;
const OUTPUT: usize = WINDOW + (1 << 16);

/// What was unpacked last, and how far it was taken. The output is one stretch and no ring: in a ring, what points before
/// the first byte would read zeros instead of being refused.
pub(super) struct Inflater {
    state: Box<DecompressorOxide>,
    output: Vec<u8>,
    /// Up to where the output is filled, and up to where it was taken.
    filled: usize,
    taken: usize,
    pub(super) is_done: bool,
}

impl Inflater {
    pub(super) fn new() -> Self {
        Self { state: Box::default(), output: vec![0; OUTPUT], filled: 0, taken: 0, is_done: false }
    }

    /// Gives what is unpacked already.
    pub(super) fn take(&mut self, buffer: &mut [u8]) -> usize {
        let ready = self.output.get(self.taken..self.filled).unwrap_or_default();
        let length = ready.len().min(buffer.len());
        buffer.iter_mut().zip(ready).for_each(|(place, byte)| *place = *byte);
        self.taken += length;
        length
    }

    /// Unpacks more, once all was taken. Returns how much of the input was used; `None` when it cannot be unpacked.
    pub(super) fn unpack(&mut self, input: &[u8], is_last: bool) -> Option<usize> {
        if self.filled == self.output.len() {
            self.output.copy_within(self.filled - WINDOW.., 0);
            (self.filled, self.taken) = (WINDOW, WINDOW);
        }
        let more = if is_last { 0 } else { TINFL_FLAG_HAS_MORE_INPUT };
        let flags = TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF | more;
        let (status, used, written) = decompress(&mut self.state, input, &mut self.output, self.filled, flags);
        self.filled += written;
        self.is_done = status == TINFLStatus::Done;
        let goes_on = matches!(status, TINFLStatus::NeedsMoreInput | TINFLStatus::HasMoreOutput);
        (self.is_done || (goes_on && used + written > 0)).then_some(used)
    }
}

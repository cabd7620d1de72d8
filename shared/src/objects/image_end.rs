//! Whether a JPEG or PNG is all there. Decoders are lenient with one that was cut.

use crate::vault::MediaType;

/// Whether an image that starts with its magic bytes reaches its own end marker, without a gap.
pub(super) fn is_whole(bytes: &[u8], media_type: MediaType) -> bool {
    match media_type {
        MediaType::Jpeg => jpeg_ends(bytes.get(2..).unwrap_or_default()).is_some(),
        MediaType::Png => png_ends(bytes.get(8..).unwrap_or_default()).is_some(),
    }
}

/// Follows the segments of a JPEG to its end-of-image marker.
fn jpeg_ends(mut rest: &[u8]) -> Option<()> {
    loop {
        let (marker, after) = next_marker(rest)?;
        match marker {
            0xd9 => return Some(()),
            // Restart markers and TEM stand alone; every other marker has a length behind it.
            0x01 | 0xd0..=0xd7 => rest = after,
            _ => {
                let (length, _) = after.split_first_chunk::<2>()?;
                rest = after.get(usize::from(u16::from_be_bytes(*length))..)?;
            }
        }
    }
}

/// The next marker and what follows it. Entropy-coded data before it is passed over: in it, 0xff is followed by zero.
fn next_marker(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let mut rest = bytes;
    loop {
        let start = rest.iter().position(|byte| *byte == 0xff)?;
        let (marker, after) = rest.get(start + 1..)?.split_first()?;
        match marker {
            0x00 => rest = after,
            0xff => rest = rest.get(start + 1..)?,
            marker => return Some((*marker, after)),
        }
    }
}

/// Follows the chunks of a PNG to `IEND`: length, name, data, checksum.
fn png_ends(mut rest: &[u8]) -> Option<()> {
    loop {
        let (length, after) = rest.split_first_chunk::<4>()?;
        let (name, after) = after.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        rest = after.get(length.checked_add(4)?..)?;
        if name == b"IEND" {
            return Some(());
        }
    }
}

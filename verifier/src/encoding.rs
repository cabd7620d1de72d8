//! Hexadecimal, base64 and decimal numbers, each in the one spelling that the format allows.

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::hash::Hash;

/// Writes lower-case hexadecimal in place of `0`s.
#[must_use]
pub fn hex(hash: &Hash) -> [u8; 64] {
    let mut text = [b'0'; 64];
    let (pairs, _) = text.as_chunks_mut::<2>();
    for ([high, low], byte) in pairs.iter_mut().zip(hash) {
        *high = digit(byte >> 4);
        *low = digit(byte & 15);
    }
    text
}

/// Lower-case hexadecimal as text.
#[must_use]
pub fn hex_text(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).map(char::from).collect()
}

fn digit(nibble: u8) -> u8 {
    nibble + if nibble > 9 { b'a' - 10 } else { b'0' }
}

/// Reads lower-case hexadecimal of 32 bytes.
#[must_use]
pub fn unhex(text: &[u8]) -> Option<Hash> {
    if text.len() != 64 {
        return None;
    }
    let mut hash = Hash::default();
    let (pairs, _) = text.as_chunks::<2>();
    for ([high, low], byte) in pairs.iter().zip(&mut hash) {
        *byte = nibble(*high)? << 4 | nibble(*low)?;
    }
    Some(hash)
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

/// Reads canonical base64. Common decoders take a changed last character, so the bytes are encoded again and compared.
#[must_use]
pub fn base64(text: &str) -> Option<Vec<u8>> {
    let bytes = STANDARD.decode(text).ok()?;
    (STANDARD.encode(&bytes) == text).then_some(bytes)
}

/// Reads canonical base64 of 32 bytes.
#[must_use]
pub fn base64_hash(text: &str) -> Option<Hash> {
    base64(text)?.try_into().ok()
}

/// Reads a decimal number without a sign or leading zeros, below 2^53.
#[must_use]
pub fn decimal(text: &str) -> Option<u64> {
    let canonical = text == "0" || !text.starts_with('0');
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let number: u64 = (canonical && digits).then(|| text.parse().ok())??;
    (number < 1 << 53).then_some(number)
}

/// A text as editors and shells write it: UTF-8 with or without a byte order mark, or UTF-16 with one.
#[must_use]
pub fn typed_text(bytes: &[u8]) -> Option<String> {
    let units = |bytes: &[u8], read: fn([u8; 2]) -> u16| {
        let (pairs, rest) = bytes.as_chunks::<2>();
        let units: Vec<u16> = pairs.iter().copied().map(read).collect();
        rest.is_empty().then(|| String::from_utf16(&units).ok())?
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => units(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => units(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => str::from_utf8(rest).ok().map(str::to_owned),
        plain => str::from_utf8(plain).ok().map(str::to_owned),
    }
}

/// Whether the text is a UUID in lower case.
#[must_use]
pub fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => nibble(byte).is_some(),
        })
}

/// A length as the number that the format counts in.
#[must_use]
pub fn wide(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

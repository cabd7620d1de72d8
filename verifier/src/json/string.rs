//! What stands between the quotes of a JSON string.

use std::borrow::Cow;

/// An escape sequence.
pub(super) struct Escape {
    pub(super) length: usize,
    pub(super) character: char,
    pub(super) is_nul: bool,
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// How many bytes pass before a quote, a backslash or a control character; eight are looked at together.
pub(super) fn plain_length(text: &[u8]) -> usize {
    let (words, _) = text.as_chunks::<8>();
    let mut length = 0;
    for word in words {
        let word = u64::from_le_bytes(*word);
        let marks = (has_zero(word ^ (ONES * u64::from(b'"'))) | has_zero(word ^ (ONES * u64::from(b'\\'))))
            | (word.wrapping_sub(ONES * 0x20) & !word & HIGHS);
        if marks != 0 {
            // The lowest mark is exact; a borrow can only raise false ones above it.
            return length + usize::try_from(marks.trailing_zeros() / 8).unwrap_or_default();
        }
        length += 8;
    }
    let tail = text.get(length..).unwrap_or_default();
    length + tail.iter().take_while(|byte| !matches!(byte, b'"' | b'\\' | 0..=0x1f)).count()
}

fn has_zero(word: u64) -> u64 {
    word.wrapping_sub(ONES) & !word & HIGHS
}

/// Reads the escape that a text begins with. A lone surrogate is none.
pub(super) fn escape(text: &[u8]) -> Option<Escape> {
    let short = |character| Some(Escape { length: 2, character, is_nul: false });
    match text.get(1)? {
        b'"' => short('"'),
        b'\\' => short('\\'),
        b'/' => short('/'),
        b'b' => short('\u{8}'),
        b'f' => short('\u{c}'),
        b'n' => short('\n'),
        b'r' => short('\r'),
        b't' => short('\t'),
        b'u' => {
            let first = unit(text.get(2..6)?)?;
            if let Some(character) = char::from_u32(first) {
                return Some(Escape { length: 6, character, is_nul: first == 0 });
            }
            let second = unit(text.get(6..)?.strip_prefix(b"\\u")?.get(..4)?)?;
            let is_pair = (0xd800..0xdc00).contains(&first) && (0xdc00..0xe000).contains(&second);
            let code = is_pair.then(|| 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00))?;
            Some(Escape { length: 12, character: char::from_u32(code)?, is_nul: false })
        }
        _ => None,
    }
}

fn unit(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |unit, digit| Some(unit << 4 | char::from(*digit).to_digit(16)?))
}

/// The text of a string that the scanner has stepped over.
pub(super) fn decode(raw: &[u8]) -> Cow<'_, [u8]> {
    let Some(first) = memchr::memchr(b'\\', raw) else { return Cow::Borrowed(raw) };
    let (plain, mut rest) = raw.split_at_checked(first).unwrap_or((raw, &[]));
    let mut text = plain.to_vec();
    while let Some(escape) = escape(rest) {
        text.extend_from_slice(escape.character.encode_utf8(&mut [0; 4]).as_bytes());
        rest = rest.get(escape.length..).unwrap_or_default();
        let next = memchr::memchr(b'\\', rest).unwrap_or(rest.len());
        let (plain, after) = rest.split_at_checked(next).unwrap_or((rest, &[]));
        text.extend_from_slice(plain);
        rest = after;
    }
    Cow::Owned(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_first_mark_wherever_it_stands() {
        for length in 0..40 {
            for mark in [b'"', b'\\', 0, 0x1f, b'\n'] {
                let mut text = vec![b'~'; length];
                text.push(mark);
                text.extend([mark, b'!', 0xff, 0x80]);
                assert_eq!(plain_length(&text), length, "{mark:?} at {length}");
            }
        }
        let harmless: Vec<u8> = (0x20..=0xff).filter(|byte| !matches!(byte, b'"' | b'\\')).collect();
        assert_eq!(plain_length(&harmless), harmless.len());
    }

    #[test]
    fn lone_surrogates_are_no_escapes() {
        assert_eq!(decode(br"a\ud83d\ude9ab\n"), Cow::Borrowed("a🚚b\n".as_bytes()));
        for lone in [&br"\ud83d"[..], br"\ude9a", br"\ud83d\u0041", br"\ud83d\ud83d", br"\u12", br"\x"] {
            assert!(escape(lone).is_none(), "{lone:?}");
        }
    }
}

//! Random changes, the same on every machine for one seed.

/// SplitMix64: the same numbers on every machine.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(super) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(end.max(1)).unwrap()).unwrap()
    }

    pub(super) fn one_in(&mut self, many: usize) -> bool {
        self.below(many) == 0
    }

    pub(super) fn pick<'v, T>(&mut self, values: &'v [T]) -> &'v T {
        &values[self.below(values.len())]
    }
}

/// A text as an editor may write it.
pub(super) fn written(dice: &mut Dice, text: &str) -> Vec<u8> {
    let units = |mark: &[u8], bytes: fn(u16) -> [u8; 2]| {
        [mark, text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>().as_slice()].concat()
    };
    match dice.below(6) {
        0 => [b"\xef\xbb\xbf", text.as_bytes()].concat(),
        1 => units(b"\xff\xfe", u16::to_le_bytes),
        2 => units(b"\xfe\xff", u16::to_be_bytes),
        3 if dice.one_in(3) => units(b"", u16::to_le_bytes),
        _ => text.as_bytes().to_vec(),
    }
}

pub(super) fn change_bytes(dice: &mut Dice, bytes: &mut Vec<u8>) {
    let at = dice.below(bytes.len());
    let end = (at + 1 + dice.below(6)).min(bytes.len());
    match dice.below(5) {
        0 | 1 if !bytes.is_empty() => bytes[at] ^= 1 << dice.below(8),
        2 if !bytes.is_empty() => bytes[at] = *dice.pick(&[0, 1, 0xff, b'\n', b'P', 0x7f]),
        3 => drop(bytes.splice(at..end, [])),
        _ => drop(bytes.splice(at..at, (0..=dice.below(4)).map(|_| dice.next().to_le_bytes()[0]).collect::<Vec<_>>())),
    }
}

/// What stands in our texts, and what nearly does.
const TOKENS: [&str; 52] = [
    "\"",
    "\\",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    " ",
    "\n",
    "\t",
    "\r",
    "\u{0}",
    "0",
    "1",
    "-1",
    "01",
    "1.0",
    "1e3",
    "1e999",
    "-0",
    "9007199254740991",
    "9007199254740992",
    "null",
    "true",
    "\"\"",
    "{}",
    "[]",
    "\"x\": 1, ",
    "\"seq\": 1, ",
    "\"prev\": null",
    "\"prev\": 3",
    "\"kind\": \"visit\"",
    "\"kind\": \"session\"",
    "\\u0041",
    "\\u0000",
    "\\ud800",
    "\\ud83d\\ude9a",
    "\\/",
    "\u{feff}",
    "\u{a0}",
    "é",
    "🚚",
    "=",
    "+",
    "—",
    "\"impersonation\": \"i\"",
    "\"v\": 1, ",
    "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
    "\"nda_text_sha256\": \"x\", ",
    "\"added\": {",
    "2026-02-29T00:00:00.000000Z",
];

/// Changes a text at one of its own marks, or anywhere.
pub(super) fn change_text(dice: &mut Dice, text: &mut Vec<u8>) {
    for _ in 0..=dice.below(2) {
        let marks: Vec<_> = memchr::memchr3_iter(b'"', b':', b',', text).collect();
        let at = if marks.is_empty() || dice.one_in(3) {
            dice.below(text.len() + 1)
        } else {
            *dice.pick(&marks) + dice.below(2)
        };
        let at = at.min(text.len());
        let end = (at + dice.below(12)).min(text.len());
        let token = dice.pick(&TOKENS).as_bytes().to_vec();
        match dice.below(8) {
            0 => change_bytes(dice, text),
            1 => drop(text.splice(at..end, [])),
            2 => drop(text.splice(at..end, token)),
            3 => {
                // A number in place of a number.
                let digits: Vec<_> =
                    text.iter().enumerate().filter(|(_, byte)| byte.is_ascii_digit()).map(|(at, _)| at).collect();
                if !digits.is_empty() {
                    let place = *dice.pick(&digits);
                    text[place] = b'0' + dice.next().to_le_bytes()[0] % 10;
                }
            }
            4 => {
                // A piece of it once more.
                let piece = text[at..end].to_vec();
                let place = dice.below(text.len() + 1);
                drop(text.splice(place..place, piece));
            }
            5 => {
                let mut lines: Vec<_> = text.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
                let (one, other) = (dice.below(lines.len()), dice.below(lines.len()));
                if !lines.is_empty() {
                    lines.swap(one, other);
                }
                *text = lines.concat();
            }
            _ => drop(text.splice(at..at, token)),
        }
    }
}

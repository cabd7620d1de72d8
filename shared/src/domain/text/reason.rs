//! When a reason explains something.

use unicode_normalization::char::is_combining_mark;

use super::shown;

/// How much of a reason must be letters or digits.
const WORDS_MIN: usize = 10;
/// How many different letters or digits it must have.
const VARIETY_MIN: usize = 4;

/// Refuses a text that explains nothing. A character of Chinese, Japanese or Korean counts as two: it says as much.
///
/// # Errors
/// `too_short` for fewer characters than `length_min`, as a reader counts them; `says_nothing` for dots and the like.
pub(super) fn expect_sense(text: &str, length_min: usize) -> Result<(), &'static str> {
    let (length, words, different) = weigh(text);
    if length < length_min {
        return Err("too_short");
    }
    if words < WORDS_MIN || different < VARIETY_MIN { Err("says_nothing") } else { Ok(()) }
}

/// What a text weighs: its characters as a reader counts them, those among them that are letters or digits, and how many
/// different ones.
fn weigh(text: &str) -> (usize, usize, usize) {
    let (mut length, mut words) = (0, 0);
    let mut different = std::collections::HashSet::new();
    let mut before = ' ';
    for c in text.chars() {
        let adds_nothing = is_combining_mark(c) || !(shown::is_visible(c) || c == ' ');
        // Spaces in a row are one.
        if !(adds_nothing || (c == ' ' && before == ' ')) {
            let weight = 1 + usize::from(is_wide(c));
            length += weight;
            if c.is_alphanumeric() {
                words += weight;
                different.insert(c.to_lowercase().next());
            }
        }
        before = if c.is_whitespace() { ' ' } else { c };
    }
    (length, words, different.len())
}

/// True for a character that stands for a syllable or a word: kana, Bopomofo, Hangul, ideographs.
const fn is_wide(c: char) -> bool {
    matches!(c,
        '\u{3041}'..='\u{30ff}' | '\u{3105}'..='\u{312f}' | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}' | '\u{a000}'..='\u{a48c}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{323af}')
}

#[cfg(test)]
mod tests {
    use super::super::Reason;

    fn read(text: &str) -> Result<Reason, String> {
        serde_json::from_value(serde_json::Value::from(text)).map_err(|error| error.to_string())
    }

    #[test]
    fn a_reason_says_something_in_any_script() {
        for good in [
            "Annual audit of the gate",
            "年度审计大门访客登记抽样检查",
            "年度大门访客抽样检查",
            "정문 방문 기록 연간 감사",
            "Проверка по запросу полиции",
            "यह वार्षिक लेखा परीक्षा का नमूना है",
        ] {
            assert!(read(good).is_ok(), "{good}: {:?}", read(good));
        }
        for (bad, word) in [
            ("....................", "#says_nothing"),
            ("aaaaaaaaaaaaaaaaaaaaaaaa", "#says_nothing"),
            ("年年年年年年年年年年年年", "#says_nothing"),
            ("audit . . . . . . . . . . . . .", "#says_nothing"),
            ("\u{200b}\u{200b}\u{200b}\u{200b}", "#empty"),
            ("audit                    it", "#too_short"),
            (
                "a\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}bcd",
                "#too_short",
            ),
            ("短", "#too_short"),
        ] {
            assert_eq!(read(bad).unwrap_err(), word, "{bad}");
        }
        assert_eq!(read(&"ab cd ".repeat(100)).unwrap_err(), "#too_long");
    }
}

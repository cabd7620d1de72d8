//! Telephone numbers as people type and paste them.
//!
//! Which numbers exist is not checked: a plan of all countries is megabytes, and a switchboard has numbers of its own.

use super::{digits, shown};

/// Words before an extension, the longer ones first.
const EXTENSIONS: [&str; 13] =
    [";ext=", "extension", "extn", "ext", "poste", "anexo", "int", "dw", "доб", "内線", "x", "#", ","];

/// The number as it is stored: as it was typed, without what is invisible in it.
pub(super) fn read(typed: &str) -> Result<String, &'static str> {
    let text = shown::line_without_joiners(typed)?;
    if normalised(&text).is_some() { Ok(text) } else { Err("wrong_form") }
}

/// The number in the form in which programs dial it: `+491511234567`, `5551234;ext=22`; none where it is no number.
pub(super) fn normalised(typed: &str) -> Option<String> {
    let plain: String = typed.chars().map(plain).flat_map(char::to_lowercase).collect();
    let plain = plain.trim();
    let plain = plain.strip_prefix("tel:").unwrap_or(plain).trim();
    let (number, extension) = split_extension(plain);
    let is_number = number.chars().all(|c| c.is_ascii_digit() || " +-.()/".contains(c));
    let number = number.trim_start_matches([' ', '(']);
    let is_international = number.starts_with('+') || number.starts_with("00");
    // `(0)` is dialled within the country only.
    let dialled = if is_international { number.replacen("(0)", "", 1) } else { number.to_owned() };
    let digits: String = dialled.chars().filter(char::is_ascii_digit).collect();
    if !is_number || digits.len() < 3 {
        return None;
    }
    let digits = digits.strip_prefix("00").map_or_else(|| digits.clone(), str::to_owned);
    let plus = if is_international { "+" } else { "" };
    let extension = extension.map(|extension| format!(";ext={extension}")).unwrap_or_default();
    Some(format!("{plus}{digits}{extension}"))
}

/// Cuts `ext. 22` off; what follows the word is all digits.
fn split_extension(number: &str) -> (&str, Option<&str>) {
    let tail_at = number.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let Some((head, tail)) = number.split_at_checked(tail_at).filter(|(_, tail)| !tail.is_empty()) else {
        return (number, None);
    };
    let head = head.trim_end_matches([' ', '.', ':', '-']);
    let found = EXTENSIONS.into_iter().find_map(|word| head.strip_suffix(word));
    found.map_or((number, None), |rest| (rest.trim_end_matches([' ', ',', ';', '-', '(']), Some(tail)))
}

/// What stands for a character of a number.
fn plain(c: char) -> char {
    match c {
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}' => '-',
        '\u{ff0b}' => '+',
        '\u{ff08}' => '(',
        '\u{ff09}' => ')',
        '\u{ff0e}' | '\u{b7}' | '\u{2022}' | '\u{2219}' | '\u{22c5}' => '.',
        '\u{ff0f}' | '\u{2044}' | '\u{2215}' => '/',
        '\u{ff03}' => '#',
        _ if c.is_whitespace() => ' ',
        _ => digits::ascii(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_taken_as_it_is_typed() {
        for (typed, dialled) in [
            ("\u{202a}+49 151 1234567\u{202c}", "+491511234567"),
            ("+49\u{a0}151\u{2011}123\u{2013}4567", "+491511234567"),
            ("+49 (0)151 1234567", "+491511234567"),
            ("0049 151 1234567", "+491511234567"),
            ("0151/1234567", "01511234567"),
            ("(030) 123-456", "030123456"),
            ("(+49) 30 123456", "+4930123456"),
            ("555-1234 ext. 22", "5551234;ext=22"),
            ("555-1234 x22", "5551234;ext=22"),
            ("555-1234, Ext: 22", "5551234;ext=22"),
            ("555-1234 #12", "5551234;ext=12"),
            ("tel:+49-151-1234567;ext=22", "+491511234567;ext=22"),
            ("TEL:555.1234", "5551234"),
            ("\u{ff0b}\u{ff14}\u{ff19}\u{ff0d}\u{ff13}\u{ff10}\u{ff0d}\u{ff11}\u{ff12}\u{ff13}", "+4930123"),
            ("\u{660}\u{661}\u{662} \u{663}\u{664}\u{665}", "012345"),
            ("\u{6f0}\u{6f1}\u{6f2}\u{6f3}", "0123"),
            ("112", "112"),
        ] {
            let stored = read(typed).unwrap_or_else(|word| panic!("{typed:?}: {word}"));
            assert_eq!(normalised(&stored).as_deref(), Some(dialled), "{typed:?}");
        }
        assert_eq!(read("\u{202a}+49\u{200b}151 1234567\u{202c}").as_deref(), Ok("+49151 1234567"));
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for bad in
            ["12", "call me", "555-1234 ext.", "ext. 22", "555\u{1f600}1234", "+++", "tel:", "<555-1234>", "555\n1234"]
        {
            assert!(read(bad).is_err(), "{bad:?}");
        }
    }
}

//! Whether a text that stands in the log in the clear names a person of whom the log keeps things sealed.

/// Fewest letters and digits of a value that is looked for.
const LENGTH_MIN: usize = 6;
/// Fewest different ones among them.
const VARIETY_MIN: usize = 3;
/// Fewest digits of a number.
const DIGITS_MIN: usize = 2;

/// True when the value stands in the text as whole words, in whatever case and with whatever marks between its letters.
///
/// Only a value that tells one person from another is looked for: an address, or a number of six letters and digits of
/// which two are digits and three differ. A visitor who types `none` or `112` would otherwise forbid most reasons.
#[must_use]
pub fn names(text: &str, value: &str) -> bool {
    let wanted = bare(value);
    let count = |is: fn(&char) -> bool| wanted.chars().filter(is).count();
    let mut variety: Vec<_> = wanted.chars().collect();
    variety.sort_unstable();
    variety.dedup();
    let is_address = value.split_once('@').is_some_and(|(local, domain)| !local.is_empty() && domain.contains('.'));
    let is_telling = wanted.chars().count() >= LENGTH_MIN && variety.len() >= VARIETY_MIN;
    is_telling && (is_address || count(char::is_ascii_digit) >= DIGITS_MIN) && stands_in(text, &wanted)
}

/// Whether words that follow each other make the wanted text.
fn stands_in(text: &str, wanted: &str) -> bool {
    let words: Vec<_> = text.split(|c: char| !c.is_alphanumeric()).map(bare).filter(|word| !word.is_empty()).collect();
    (0..words.len()).any(|first| {
        let mut rest = wanted;
        for word in words.iter().skip(first) {
            match rest.strip_prefix(word.as_str()) {
                Some("") => return true,
                Some(shorter) => rest = shorter,
                None => return false,
            }
        }
        false
    })
}

/// Letters and digits alone, in lower case.
fn bare(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::names;
    use proptest::prelude::*;

    #[test]
    fn a_value_is_found_however_it_is_written() {
        for (text, value) in [
            ("Customs asked about licence b072rre2i55 today", "B072 RRE2-I55"),
            ("Customs asked about B072-RRE2/I55.", "B072RRE2I55"),
            ("Called back at +49 (30) 123-456 this morning", "+49 30 123456"),
            ("Please compare with VERA@example.com in the mail", "vera@example.com"),
            ("Is it D7654320 or D7654321 or D7654322 that they have", "D7654321"),
        ] {
            assert!(names(text, value), "{text}");
        }
    }

    #[test]
    fn a_visitor_forbids_no_reason_by_what_they_typed() {
        let reason = "Annual audit of the gate, sample 12 of 40; police asked under number 2026-112 for none of it";
        for value in ["e", "none", "N/A", "112", "40", "sample", "audit", "@", "a@b", "police", "gate", "000000", ""] {
            assert!(!names(reason, value), "{value}");
        }
        assert!(!names("Number D76543210 is another one", "D7654321"), "only whole words");
    }

    proptest! {
        /// A number of a document is found wherever it stands between other words.
        #[test]
        fn a_number_is_found_between_any_words(before in "[a-z ]{0,20}", number in "[A-Z]{2}[0-9]{3}4[0-9]5", after in "[a-z ]{0,20}") {
            let text = format!("{before} {number}, {after}");
            prop_assert!(names(&text, &number));
        }

        #[test]
        fn short_values_forbid_nothing(value in ".{0,5}", text in ".{0,80}") {
            prop_assert!(!names(&text, &value));
        }
    }
}

//! Document numbers: separators and case are typing, every digit counts.

use unicode_normalization::UnicodeNormalization;

use super::finding::{Finding, Reason};

/// Longer than any document number (AAMVA DAQ: 25; Doc 9303: 22).
const CHARACTERS_MAX: usize = 64;
/// A prefix shorter than this proves nothing.
const PREFIX_MIN: usize = 6;

/// A number without case, blanks and separators: what is compared, and what a blind index is made of.
#[must_use]
pub fn plain(number: &str) -> String {
    let kept = number.chars().take(4 * CHARACTERS_MAX).collect::<String>();
    kept.nfkc()
        .filter(|letter| letter.is_alphanumeric())
        .flat_map(char::to_uppercase)
        .take(CHARACTERS_MAX + 1)
        .collect()
}

/// Compares two document numbers; neither side is better than the other.
#[must_use]
pub fn compare(one: &str, other: &str) -> Finding {
    let (one, other) = (plain(one), plain(other));
    if one.is_empty() || other.is_empty() {
        Finding::absent()
    } else if one.chars().count() > CHARACTERS_MAX || other.chars().count() > CHARACTERS_MAX {
        Finding::mismatch(Reason::Different)
    } else if one == other {
        Finding::same(Reason::Equal)
    } else if one.trim_start_matches('0') == other.trim_start_matches('0') {
        Finding::near(Reason::LeadingZeros)
    } else if look(&one) == look(&other) {
        Finding::near(Reason::LooksAlike)
    } else if goes_on(&one, &other) || goes_on(&other, &one) {
        Finding::near(Reason::Longer)
    } else {
        Finding::mismatch(Reason::Different)
    }
}

/// Some issuers print a check or issue number behind the number that they encode.
fn goes_on(short: &str, long: &str) -> bool {
    short.chars().count() >= PREFIX_MIN && long.starts_with(short)
}

/// Characters that people and cameras take for each other become one.
fn look(number: &str) -> String {
    number
        .chars()
        .map(|letter| match letter {
            'O' | 'Q' | 'D' => '0',
            'I' | 'L' => '1',
            'Z' => '2',
            'S' => '5',
            'G' => '6',
            'B' => '8',
            other => other,
        })
        .collect()
}

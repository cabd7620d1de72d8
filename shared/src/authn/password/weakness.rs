//! What makes a password easy to guess for others (NIST SP 800-63B-4, section 3.1.1). The kinds of its
//! characters do not matter.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization as _;

use super::Password;
use crate::error::{Error, FieldError, Result};

/// Fewest code points of a password that is all its member has to prove.
pub const LENGTH_MIN: usize = 15;
/// Fewest code points where a second factor is demanded besides: it stops an attacker who guessed the password.
pub const LENGTH_MIN_WITH_SECOND_FACTOR: usize = 8;
/// Fewest different code points.
const DIFFERENT_MIN: usize = 5;
/// Fewest letters or digits of a word that says something about its owner.
const WORD_LENGTH_MIN: usize = 4;
/// What people here would think of first.
const OURS: &str = "doorbook";

/// Passwords that are known to be common, of at least eight characters, in lower case: sorted, one on a line. Where
/// they come from stands in `NOTICE`.
const COMMON: &str = include_str!("../common_passwords.txt");

impl Password {
    /// True where it is long enough to be all that is proven.
    #[must_use]
    pub fn is_enough_alone(&self) -> bool {
        self.text().chars().count() >= LENGTH_MIN
    }

    fn text(&self) -> &str {
        self.0.expose_secret()
    }

    /// Refuses a password that is chosen: too short, common, made of what is known about its owner, or of one thing
    /// again and again. `about` is what is known.
    ///
    /// # Errors
    /// [`Error::Unprocessable`] at the pointer with every fault it has: `too_short`, `too_common`, `says_who_you_are`,
    /// `repetitive`.
    pub fn refuse_weak(&self, pointer: &'static str, length_min: usize, about: &[&str]) -> Result<()> {
        let text = self.text();
        let faults = [
            ("too_short", text.chars().count() < length_min),
            ("too_common", is_common(text)),
            ("says_who_you_are", about.iter().chain([&OURS]).any(|word| tells(text, word))),
            ("repetitive", is_repetitive(text, length_min)),
        ];
        let found = faults.into_iter().filter(|(_, has_it)| *has_it);
        let found: Vec<_> = found.map(|(code, _)| FieldError::new(pointer, code)).collect();
        if found.is_empty() { Ok(()) } else { Err(Error::Unprocessable(found)) }
    }
}

/// True for a common password, also when only its case is another, or when digits and signs were put around it or
/// between its letters.
fn is_common(text: &str) -> bool {
    let lower = text.to_lowercase();
    is_listed(&lower) || is_listed(lower.trim_matches(|c: char| !c.is_alphabetic())) || is_listed(&bare(text))
}

fn is_listed(word: &str) -> bool {
    let (mut low, mut high) = (0, COMMON.len());
    while low < high {
        // The line in the middle; `low` and `high` are where lines begin.
        let middle = usize::midpoint(low, high);
        let (before, after) = COMMON.split_at_checked(middle).unwrap_or((COMMON, ""));
        let begin = before.rfind('\n').map_or(0, |at| at + 1);
        let end = after.find('\n').map_or(COMMON.len(), |at| middle + at);
        match COMMON.get(begin..end).unwrap_or_default().cmp(word) {
            std::cmp::Ordering::Equal => return true,
            std::cmp::Ordering::Less => low = end + 1,
            std::cmp::Ordering::Greater => high = begin,
        }
    }
    false
}

/// True when one of the two contains the other, in whatever case and however it is spaced.
fn tells(text: &str, word: &str) -> bool {
    let (text, word) = (bare(text), bare(&word.nfkc().collect::<String>()));
    let is_word = |text: &str| text.chars().count() >= WORD_LENGTH_MIN;
    (is_word(&word) && text.contains(&word)) || (is_word(&text) && word.contains(&text))
}

/// Letters and digits alone, in lower case.
fn bare(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// True for few different characters, and for one piece again and again that would be too short by itself.
fn is_repetitive(text: &str, length_min: usize) -> bool {
    let text: Vec<char> = text.chars().collect();
    let different: BTreeSet<_> = text.iter().collect();
    let is_repeated = |piece: usize| text.iter().zip(text.iter().skip(piece)).all(|(one, next)| one == next);
    different.len() < DIFFERENT_MIN || (1..length_min.min(text.len() / 2 + 1)).any(is_repeated)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: [&str; 5] = ["Ada Lovelace", "Lovelace", "ada.l", "North Gate Logistics", "north-gate"];

    fn faults_of(text: &str, length_min: usize) -> String {
        let password: Password = serde_json::from_value(serde_json::Value::String(text.to_owned())).unwrap();
        let Err(error) = password.refuse_weak("/password", length_min, &ADA) else { return String::new() };
        assert!(!format!("{error:?} {error}").contains(text) || text.is_empty());
        let codes: Vec<_> = error.fields().iter().map(|field| format!("{}:{}", field.pointer, field.code)).collect();
        codes.join(" ")
    }

    #[test]
    fn eight_code_points_are_enough_beside_a_second_factor_and_fifteen_without() {
        for (text, fifteen, eight) in [
            ("kx9 vq2 tz7 wm4", "", ""),
            ("kx9 vq2 tz7 wm", "/password:too_short", ""),
            ("kx9 vq2!", "/password:too_short", ""),
            ("kx9 vq2", "/password:too_short", "/password:too_short"),
            ("日本語のパスワー", "/password:too_short", ""),
            ("🐴🔋🖇✅🐎🪫📎❌", "/password:too_short", ""),
        ] {
            assert_eq!(faults_of(text, LENGTH_MIN), fifteen, "{text}");
            assert_eq!(faults_of(text, LENGTH_MIN_WITH_SECOND_FACTOR), eight, "{text}");
        }
    }

    #[test]
    fn what_everybody_chooses_is_refused_in_any_disguise() {
        for text in ["password1", "PassWord1", "P.a.s.s.w.o.r.d.1", "!!password2026", "1Q2W3E4R5T", "manchesterunited"]
        {
            assert!(faults_of(text, LENGTH_MIN_WITH_SECOND_FACTOR).contains("/password:too_common"), "{text}");
        }
        for text in ["correct horse battery staple", "passwordless in Düsseldorf", "kx9 vq2!"] {
            assert_eq!(faults_of(text, LENGTH_MIN_WITH_SECOND_FACTOR), "", "{text}");
        }
    }

    #[test]
    fn what_says_who_its_owner_is_is_refused() {
        for text in [
            "ada lovelace 1815!",
            "AdaLovelace",
            "lovelace",
            "L-o-v-e-l-a-c-e is my name",
            "north gate logistics 77",
            "NorthGate.2026x",
            "my doorbook password",
            "D o o r b o o k !",
            "ｎｏｒｔｈ－ｇａｔｅ－ｋｉｏｓｋ",
        ] {
            assert!(faults_of(text, LENGTH_MIN_WITH_SECOND_FACTOR).contains("says_who_you_are"), "{text}");
        }
        // "adal" has four letters; "ada" has three and tells nothing.
        assert_eq!(faults_of("the adalbert of q7x", LENGTH_MIN), "/password:says_who_you_are");
        assert_eq!(faults_of("the adamant of q7xz", LENGTH_MIN), "");
        // Without a letter or a digit there is no word to be found in another.
        assert_eq!(faults_of("!\"§$%&/()=?`", LENGTH_MIN_WITH_SECOND_FACTOR), "");
    }

    #[test]
    fn one_thing_again_and_again_counts_once() {
        for text in ["aaaaaaaaaaaaaaaaaaaa", "abcdabcdabcdabcdabcd", "kx9vq2tkx9vq2tkx9vq2t", "kx9vq2t!kx9vq2t!"] {
            assert_eq!(faults_of(text, LENGTH_MIN), "/password:repetitive", "{text}");
        }
        assert_eq!(faults_of("kx9vq2t!kx9vq2t!", LENGTH_MIN_WITH_SECOND_FACTOR), "");
        assert_eq!(faults_of("kx9vq2t!mw4 kx9vq2t", LENGTH_MIN), "");
        assert_eq!(faults_of("", LENGTH_MIN), "/password:too_short /password:repetitive");
    }

    #[test]
    fn the_list_is_sorted_and_whole_and_every_line_is_found() {
        let words: Vec<_> = COMMON.lines().collect();
        assert!(words.is_sorted_by(|one, next| one < next));
        assert!((8_000..10_000).contains(&words.len()), "{}", words.len());
        for word in words {
            assert!(
                word.len() >= LENGTH_MIN_WITH_SECOND_FACTOR && word.is_ascii() && word == word.to_lowercase(),
                "{word}"
            );
            assert!(is_listed(word) && !is_listed(&format!("{word}~")), "{word}");
        }
        assert!(!is_listed("") && !is_listed("\n") && !is_listed("~"));
    }
}

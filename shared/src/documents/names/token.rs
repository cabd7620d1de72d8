//! Words of a name, folded: what one is compared by.

use std::collections::HashMap;
use std::sync::LazyLock;

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use super::super::tables::{cell, rows};
use super::romanised;
use super::words::{Role, role};

/// A name field holds at most this; the rest of a longer text is not a name.
const CHARACTERS_MAX: usize = 256;
/// No person has more names than this in one part.
const WORDS_MAX: usize = 16;
/// Spellings that one word may have: seldom more than four.
const SPELLINGS_MAX: usize = 32;

#[derive(Clone, Copy, Eq, PartialEq)]
enum Script {
    /// Written in A-Z already, or spelled in A-Z by the table.
    Spelled,
    /// Latin letters with their own spelling.
    Latin,
    /// Short vowels are not written.
    Vowelless,
}

struct Letter {
    spellings: Vec<&'static str>,
    script: Script,
}

static LETTERS: LazyLock<HashMap<char, Letter>> = LazyLock::new(|| {
    let letters = rows(include_str!("../data/transliterations.tsv")).filter_map(|row| {
        let script = match cell(&row, 2) {
            "latin" => Script::Latin,
            "arabic" | "hebrew" => Script::Vowelless,
            _ => Script::Spelled,
        };
        let spellings = cell(&row, 1).split(' ').map(|spelling| if spelling == "-" { "" } else { spelling }).collect();
        Some((cell(&row, 0).chars().next()?, Letter { spellings, script }))
    });
    letters.collect()
});

/// A word of a name.
#[derive(Clone, Eq, PartialEq)]
pub struct Token {
    spellings: Vec<String>,
    sound: String,
    skeleton: Option<String>,
    consonants: String,
    role: Role,
    vowelless: bool,
    mixed: bool,
    foreign: bool,
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(redacted)")
    }
}

impl Token {
    /// The first spelling: Doc 9303's.
    #[must_use]
    pub fn main(&self) -> &str {
        self.spellings.first().map_or("", String::as_str)
    }

    /// Every spelling in A-Z.
    #[must_use]
    pub fn spellings(&self) -> &[String] {
        &self.spellings
    }

    /// The word as it sounds in most romanisations.
    #[must_use]
    pub fn sound(&self) -> &str {
        &self.sound
    }

    /// Whether it is a name, and no particle, suffix or title.
    #[must_use]
    pub fn is_name(&self) -> bool {
        self.role == Role::Name
    }

    /// The sound without the vowels that romanisations exchange, in words that have enough consonants.
    #[must_use]
    pub fn skeleton(&self) -> Option<&str> {
        self.skeleton.as_deref()
    }

    /// The consonants alone, to meet words of scripts that write no vowels.
    #[must_use]
    pub fn consonants(&self) -> &str {
        &self.consonants
    }

    pub(super) const fn role(&self) -> Role {
        self.role
    }

    /// Whether it came in a script without vowels.
    #[must_use]
    pub const fn is_vowelless(&self) -> bool {
        self.vowelless
    }

    /// Whether letters of two alphabets stand in it, which no name has.
    #[must_use]
    pub const fn is_mixed(&self) -> bool {
        self.mixed
    }

    /// Whether it has letters that no table spells in A-Z.
    #[must_use]
    pub const fn is_foreign(&self) -> bool {
        self.foreign
    }

    /// Whether it is a single letter.
    #[must_use]
    pub fn is_initial(&self) -> bool {
        self.main().len() == 1 && self.main().bytes().all(|letter| letter.is_ascii_uppercase())
    }

    /// Two words as one.
    #[must_use]
    pub fn joined(one: &Self, other: &Self) -> Self {
        let pairs =
            one.spellings.iter().flat_map(|first| other.spellings.iter().map(move |second| format!("{first}{second}")));
        let mut joined = Self::spelled(pairs.take(SPELLINGS_MAX).collect());
        joined.consonants = format!("{}{}", one.consonants, other.consonants);
        joined.vowelless = one.vowelless || other.vowelless;
        joined.mixed = one.mixed || other.mixed;
        joined.foreign = one.foreign || other.foreign;
        joined
    }

    fn spelled(spellings: Vec<String>) -> Self {
        let main = spellings.first().map_or("", String::as_str);
        let (sound, consonants, role) = (romanised::sound(main), romanised::consonants(main), role(main));
        let skeleton = romanised::skeleton(&sound);
        Self { spellings, sound, skeleton, consonants, role, vowelless: false, mixed: false, foreign: false }
    }

    fn of(word: &str) -> Option<Self> {
        // Most words by far: the table has no letter of A-Z, and none of them has a mark.
        let is_plain = word.bytes().all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit());
        if is_plain { Some(Self::spelled(vec![word.to_owned()])) } else { Self::of_any(word) }
    }

    fn of_any(word: &str) -> Option<Self> {
        let has_latin = word.chars().any(is_latin);
        let as_meant = |letter: char| romanised::lookalike(letter).filter(|_| has_latin).unwrap_or(letter);
        let letters: Vec<char> = word.chars().map(as_meant).collect();
        let known: Vec<Option<&Letter>> = letters.iter().map(|letter| spelled_letter(*letter)).collect();
        let is_spelled = |letter: char| plain(letter).is_some_and(|plain| plain.is_ascii_alphanumeric());
        let choices: Vec<Vec<String>> =
            letters.iter().zip(&known).map(|(letter, known)| choices(*letter, *known)).collect();
        let spellings = spellings(&choices);
        if spellings.is_empty() {
            return None;
        }
        let token = Self::spelled(spellings);
        // Letter by letter: two consonants without the vowel between them are no group (כה is no KH).
        let letter_by_letter = || {
            choices.iter().filter_map(|letter| letter.first()).map(|spelling| romanised::consonants(spelling)).collect()
        };
        let vowelless = known.iter().flatten().any(|known| known.script == Script::Vowelless);
        Some(Self {
            consonants: if vowelless { letter_by_letter() } else { token.consonants.clone() },
            vowelless,
            mixed: word.chars().ne(letters.iter().copied()),
            foreign: letters
                .iter()
                .zip(&known)
                .any(|(letter, known)| known.is_none() && !is_combining_mark(*letter) && !is_spelled(*letter)),
            ..token
        })
    }
}

/// A letter that the table spells, with or without its marks (Ό is Ο).
fn spelled_letter(letter: char) -> Option<&'static Letter> {
    LETTERS.get(&letter).or_else(|| LETTERS.get(&plain(letter)?))
}

fn choices(letter: char, known: Option<&Letter>) -> Vec<String> {
    match known {
        Some(known) => known.spellings.iter().map(|spelling| (*spelling).to_owned()).collect(),
        None => vec![plain(letter).map(String::from).unwrap_or_default()],
    }
}

/// The spellings of a word: all combinations while there are few, and always those that choose alike for every letter.
fn spellings(choices: &[Vec<String>]) -> Vec<String> {
    let most = choices.iter().map(Vec::len).max().unwrap_or(0);
    let alike = |place: usize| {
        choices.iter().filter_map(|letter| letter.get(place).or(letter.first())).map(String::as_str).collect::<String>()
    };
    let mut spellings: Vec<String> = (0..most).map(alike).collect();
    let combinations = choices.iter().try_fold(1_usize, |count, letter| count.checked_mul(letter.len()));
    if combinations.is_some_and(|count| count <= SPELLINGS_MAX) {
        let all = choices.iter().fold(vec![String::new()], |so_far, letter| {
            so_far.iter().flat_map(|start| letter.iter().map(move |next| format!("{start}{next}"))).collect()
        });
        spellings.extend(all);
    }
    let mut seen = std::collections::HashSet::new();
    spellings.retain(|spelling| !spelling.is_empty() && seen.insert(spelling.clone()));
    spellings
}

/// A letter without its marks, if it is one.
fn plain(letter: char) -> Option<char> {
    std::iter::once(letter).nfd().find(|part| !is_combining_mark(*part))
}

fn is_latin(letter: char) -> bool {
    plain(letter).is_some_and(|plain| plain.is_ascii_alphabetic())
}

/// The words of a text, folded, in order. Upper case does not depend on a locale: I is I in Turkish too.
#[must_use]
pub fn tokens(text: &str) -> Vec<Token> {
    let kept = text.chars().filter(|letter| !is_invisible(*letter)).take(CHARACTERS_MAX).collect::<String>();
    let folded = if kept.is_ascii() { folded_ascii(&kept) } else { folded(&kept) };
    let words = folded.split(|letter: char| !letter.is_alphanumeric() && !is_combining_mark(letter));
    words.filter(|word| !word.is_empty()).take(WORDS_MAX).filter_map(Token::of).collect()
}

fn folded(text: &str) -> String {
    let upper: String = text.nfkc().flat_map(upper).filter(|letter| !is_apostrophe(*letter)).collect();
    // Upper case can take a letter apart from its mark again (ǰ); together they are found in the table.
    upper.nfc().collect()
}

/// The same of most texts, in a tenth of the time: a check-in folds a thousand.
fn folded_ascii(text: &str) -> String {
    text.chars().filter(|letter| !is_apostrophe(*letter)).map(|letter| letter.to_ascii_uppercase()).collect()
}

fn upper(letter: char) -> Vec<char> {
    // The table spells these itself: their upper case is another letter, or one that is not in use (Georgian).
    if matches!(letter, 'ß' | 'ı' | 'İ' | 'ĸ' | 'ŉ' | 'և' | '\u{10d0}'..='\u{10ff}') {
        vec![letter]
    } else {
        letter.to_uppercase().collect()
    }
}

/// Characters that are not seen: zero-width, direction marks, soft hyphen, variation selectors, tatweel.
const fn is_invisible(letter: char) -> bool {
    matches!(
        letter,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{640}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' | '\u{ffa0}' | '\u{e0000}'..='\u{e0fff}'
    ) || (letter.is_ascii_control() && !letter.is_ascii_whitespace())
}

/// Doc 9303-3, 4.6: an apostrophe is left out, and the parts are written as one word.
const fn is_apostrophe(letter: char) -> bool {
    matches!(letter, '\'' | '’' | '‘' | '‛' | '`' | '´' | 'ʻ' | 'ʼ' | 'ʽ' | 'ʾ' | 'ʿ' | 'ʹ' | '′' | '＇' | '·' | '׳')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Token, folded, folded_ascii};

    proptest! {
        #[test]
        fn what_is_quick_for_plain_words_is_the_same(text in "[ -~\\t]{0,40}", word in "[A-Z0-9]{1,20}") {
            prop_assert_eq!(folded_ascii(&text), folded(&text));
            prop_assert!(Token::of(&word) == Token::of_any(&word));
        }
    }
}

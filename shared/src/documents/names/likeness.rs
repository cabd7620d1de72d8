//! How alike two words are.

use super::super::finding::Reason;
use super::token::Token;
use super::words::are_short_forms;

/// How alike two words are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Likeness {
    /// One spelling of each is the same.
    Exact,
    /// One is the initial of the other.
    Initial,
    /// Explainable, by this.
    Near(Reason),
    /// Two words.
    No,
}

/// Words shorter than this are compared by letters only: Li is not Lu.
const SOUND_LETTERS_MIN: usize = 3;
/// A letter too many or too few is a typo from this length on (Ann, Anne).
const GAP_LETTERS_MIN: usize = 4;
/// A wrong letter is a typo from this length on.
const WRONG_LETTERS_MIN: usize = 5;
/// Two typos are explainable in names of this length.
const TWO_TYPOS_LETTERS_MIN: usize = 9;
/// More letters than any name that is compared by typos.
const LETTERS_MAX: usize = 48;

/// Compares two words; neither side is better than the other.
#[must_use]
pub fn likeness(one: &Token, other: &Token) -> Likeness {
    if one.spellings().iter().any(|spelling| other.spellings().contains(spelling)) {
        return if one.is_mixed() || other.is_mixed() { Likeness::Near(Reason::MixedScripts) } else { Likeness::Exact };
    }
    if one.is_initial() || other.is_initial() {
        let agrees = one.main().starts_with(other.main()) || other.main().starts_with(one.main());
        return if agrees { Likeness::Initial } else { Likeness::No };
    }
    let shorter = one.main().len().min(other.main().len());
    if are_short_forms(one.main(), other.main()) {
        Likeness::Near(Reason::Nickname)
    } else if shorter >= SOUND_LETTERS_MIN && sounds_alike(one, other) {
        Likeness::Near(Reason::Spelling)
    } else if one.is_vowelless() || other.is_vowelless() {
        // Letters do not line up where vowels are not written: consonants agree, or nothing does.
        if same_consonants(one, other) { Likeness::Near(Reason::Vowelless) } else { Likeness::No }
    } else if is_typo(one.main(), other.main()) || is_typo(one.sound(), other.sound()) {
        Likeness::Near(Reason::Typo)
    } else {
        Likeness::No
    }
}

fn sounds_alike(one: &Token, other: &Token) -> bool {
    one.sound() == other.sound() || one.skeleton().is_some_and(|skeleton| other.skeleton() == Some(skeleton))
}

/// One consonant is shared by half the world.
fn same_consonants(one: &Token, other: &Token) -> bool {
    one.consonants().chars().count() >= 2 && one.consonants() == other.consonants()
}

/// Whether the words differ by so little that a hand or an eye slipped. Words of digits are never alike.
pub(super) fn is_typo(one: &str, other: &str) -> bool {
    // Most pairs of words differ in length by more than any typo: they cost nothing.
    if one.chars().count().abs_diff(other.chars().count()) > 2 {
        return false;
    }
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let (shorter, longer) = (one.len().min(other.len()), one.len().max(other.len()));
    if longer > LETTERS_MAX || one.iter().chain(&other).any(char::is_ascii_digit) {
        return false;
    }
    let allowed = if shorter >= TWO_TYPOS_LETTERS_MIN { 2 } else { 1 };
    if longer < GAP_LETTERS_MIN || (shorter == longer && shorter < WRONG_LETTERS_MIN) || longer - shorter > allowed {
        return false;
    }
    distance(&one, &other) <= allowed
}

/// Letters put in, left out, replaced, or exchanged with their neighbour (optimal string alignment).
pub(super) fn distance(one: &[char], other: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=other.len()).collect();
    let mut letter_before = None;
    for (row, letter) in one.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, second) in other.iter().enumerate() {
            let at = |line: &[usize], place: usize| line.get(place).copied().unwrap_or(usize::MAX / 2);
            let replaced = at(&above, column) + usize::from(letter != second);
            let mut best = replaced.min(at(&above, column + 1) + 1).min(at(&current, column) + 1);
            let second_before = column.checked_sub(1).and_then(|place| other.get(place));
            if letter_before == Some(second) && second_before == Some(letter) {
                best = best.min(at(&before, column.saturating_sub(1)) + 1);
            }
            current.push(best);
        }
        before = std::mem::replace(&mut above, current);
        letter_before = Some(letter);
    }
    above.last().copied().unwrap_or(one.len())
}

//! Keys of an index over entries, so that a check loads the few entries that it may meet and not a hundred thousand.
//!
//! For every word of a name, alias or company an entry stores: each spelling in A-Z; the first spelling and its sound, also with each one
//! letter left out (from four letters on); the sound without exchangeable vowels; the consonants (from two on). For two neighbours
//! written as one it stores the same without the variants. That is about fifteen short keys a word. A query computes the same keys and asks
//! for entries that have one of them. (To ask for two words would lose hits by one word and initials.) Words that are the same in some spelling or in sound, or differ by one letter or two exchanged ones, share a key; so does a word of a
//! script without vowels with its Latin spelling. Short forms, initials and words with two typos share none: a hit by them needs another
//! word that does, and the matcher asks for it, so that what it meets is always found.
//!
//! What is stored should be an HMAC of a key under a key of the tenant, cut to eight bytes: the words are personal data.

use std::collections::BTreeSet;

use super::super::names::{Token, tokens};
use super::align::{is_name, spans, weight};
use super::entry::company_words;

/// Words shorter than this are not varied: nearly everything would share a key.
const VARIED_LETTERS_MIN: usize = 4;

/// The keys of a person's name. `k:` written or sound, `v:` without exchangeable vowels, `c:` consonants.
#[must_use]
pub fn of_name(name: &str) -> BTreeSet<String> {
    let words = tokens(name);
    let evidence: BTreeSet<usize> =
        words.iter().enumerate().filter(|(_, word)| is_name(word)).map(|(at, _)| at).collect();
    of_words(&words, &evidence)
}

/// The keys of a company; its legal form has none.
#[must_use]
pub fn of_company(name: &str) -> BTreeSet<String> {
    let words = company_words(name);
    let evidence: BTreeSet<usize> =
        words.iter().enumerate().filter(|(_, word)| weight(word, true) > 1).map(|(at, _)| at).collect();
    of_words(&words, &evidence)
}

/// Whether an index would find one name by the other.
#[must_use]
pub fn may_meet(one: &BTreeSet<String>, other: &BTreeSet<String>) -> bool {
    !one.is_disjoint(other)
}

fn of_words(words: &[Token], evidence: &BTreeSet<usize>) -> BTreeSet<String> {
    let spans =
        spans(words).into_iter().filter(|(at, length, _)| (*at..at + length).any(|place| evidence.contains(&place)));
    spans.flat_map(|(_, length, word)| of_word(&word, length)).collect()
}

/// The keys of one word, or of so many written as one.
pub(super) fn of_word(word: &Token, length: usize) -> BTreeSet<String> {
    let mut keys: BTreeSet<String> = word.spellings().iter().map(|spelling| format!("k:{spelling}")).collect();
    keys.insert(format!("k:{}", word.sound()));
    keys.extend(word.skeleton().map(|skeleton| format!("v:{skeleton}")));
    if word.consonants().chars().count() >= 2 {
        keys.insert(format!("c:{}", word.consonants()));
    }
    if length == 1 {
        keys.extend(varied(word.main()).chain(varied(word.sound())));
    }
    keys
}

/// The word with each one letter left out.
fn varied(word: &str) -> impl Iterator<Item = String> {
    let letters: Vec<char> = word.chars().collect();
    let gaps = if letters.len() >= VARIED_LETTERS_MIN { letters.len() } else { 0 };
    (0..gaps).map(move |gap| {
        let kept = letters.iter().enumerate().filter(|(at, _)| *at != gap).map(|(_, letter)| *letter);
        "k:".chars().chain(kept).collect()
    })
}

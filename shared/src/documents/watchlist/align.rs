//! Which words of two names belong together. Each is used once; two neighbours may be one word on the other side.

use super::super::finding::Reason;
use super::super::names::{Likeness, Token, is_legal_form, likeness};
use super::typo;
use crate::documents::named::named;

named! {
    /// How two words met.
    WordKind {
        /// The same letters.
        Exact = "exact",
        /// One is the other's initial.
        Initial = "initial",
        /// A usual short form.
        ShortForm = "short_form",
        /// Another romanisation, or letters that look alike.
        Spelling = "spelling",
        /// A letter or two.
        Typo = "typo",
        /// Consonants alone.
        Vowelless = "vowelless",
    }
}

/// Words that belong together, by their positions.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Pair {
    /// First word in the entry, and how many.
    pub entry: (usize, usize),
    /// First word in the query, and how many.
    pub query: (usize, usize),
    /// How they met.
    pub kind: WordKind,
    /// 0 to 100.
    pub likeness: u8,
}

/// What a word weighs in a name: common words weigh little, and none weighs nothing.
pub(super) fn weight(word: &Token, is_company: bool) -> u32 {
    if is_company {
        if is_legal_form(word.main()) { 1 } else { 10 }
    } else if word.is_initial() {
        3
    } else if is_name(word) {
        10
    } else {
        2
    }
}

/// Whether a word of a person's name is evidence.
pub(super) fn is_name(word: &Token) -> bool {
    !word.is_initial() && word.is_name()
}

/// The words of a name, and its neighbours written as one: made once for all comparisons.
pub(super) struct Words {
    /// The words, in order.
    pub(super) words: Vec<Token>,
    /// First word, how many, and what they are together.
    spans: Vec<(usize, usize, Token)>,
}

impl Words {
    pub(super) fn new(words: Vec<Token>) -> Self {
        let spans = spans(&words);
        Self { words, spans }
    }

    /// Some words as one.
    pub(super) fn span(&self, place: (usize, usize)) -> Option<&Token> {
        self.spans.iter().find(|(at, length, _)| (*at, *length) == place).map(|(.., word)| word)
    }
}

/// Pairs words, the most alike first.
pub(super) fn align(entry: &Words, query: &Words, is_company: bool) -> Vec<Pair> {
    let mut pairs: Vec<Pair> = Vec::new();
    for (at, length, word) in &entry.spans {
        for (other_at, other_length, other) in &query.spans {
            if *length == 2 && *other_length == 2 {
                continue;
            }
            let Some((kind, likeness)) = met(word, other) else { continue };
            let is_allowed =
                (*length == 1 && *other_length == 1) || !matches!(kind, WordKind::Initial | WordKind::ShortForm);
            if is_allowed && !(is_company && kind == WordKind::Initial) {
                pairs.push(Pair { entry: (*at, *length), query: (*other_at, *other_length), kind, likeness });
            }
        }
    }
    // Ties go to what covers more, then to the order of the words, so that the result is always the same.
    pairs.sort_by_key(|pair| {
        let covered = pair.entry.1 + pair.query.1;
        (std::cmp::Reverse(pair.likeness), std::cmp::Reverse(covered), pair.entry.0, pair.query.0)
    });
    let mut chosen: Vec<Pair> = Vec::new();
    for pair in pairs {
        if chosen.iter().all(|taken| apart(taken.entry, pair.entry) && apart(taken.query, pair.query)) {
            chosen.push(pair);
        }
    }
    chosen
}

/// Single words, and neighbours written as one.
pub(super) fn spans(words: &[Token]) -> Vec<(usize, usize, Token)> {
    let single = words.iter().enumerate().map(|(at, word)| (at, 1, word.clone()));
    let neighbours = words.iter().zip(words.iter().skip(1)).enumerate();
    single.chain(neighbours.map(|(at, (one, other))| (at, 2, Token::joined(one, other)))).collect()
}

const fn apart(one: (usize, usize), other: (usize, usize)) -> bool {
    one.0 + one.1 <= other.0 || other.0 + other.1 <= one.0
}

fn met(word: &Token, other: &Token) -> Option<(WordKind, u8)> {
    Some(match likeness(word, other) {
        Likeness::Exact => (WordKind::Exact, 100),
        Likeness::Initial => (WordKind::Initial, 60),
        Likeness::Near(Reason::Nickname) => (WordKind::ShortForm, 80),
        Likeness::Near(Reason::Vowelless) => (WordKind::Vowelless, 85),
        Likeness::Near(Reason::Typo) => (WordKind::Typo, typo::points(word.main(), other.main())),
        Likeness::Near(_) => (WordKind::Spelling, 97),
        Likeness::No => return None,
    })
}

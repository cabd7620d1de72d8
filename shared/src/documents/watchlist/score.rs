//! What the words that met are worth together.

use super::super::finding::Verdict;
use super::super::names::Token;
use super::align::{Pair, WordKind, Words, align, is_name, weight};
use super::keys;

/// Below this a name is another person's.
const POINTS_MIN: u8 = 80;
/// Below this a person looks at it as a weak hit.
const STRONG_POINTS_MIN: u8 = 88;

/// Names that forms are filled with when there is none.
const PLACEHOLDERS: &[&str] = &["NONE", "UNKNOWN", "UNBEKANNT", "INCONNU", "DESCONOCIDO", "TBD", "TBA", "XXX", "XXXX"];

/// What was met, and what it is worth.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Score {
    /// 0 to 100.
    pub points: u8,
    /// Whether it is evidence for review only.
    pub is_weak: bool,
    /// Which words met.
    pub pairs: Vec<Pair>,
}

impl Score {
    /// Two numbers that are the same.
    pub const EXACT: Self = Self { points: 100, is_weak: false, pairs: Vec::new() };
}

/// Compares two names of persons; `None` when they are two persons.
pub(super) fn of_names(entry_words: &Words, query_words: &Words, birth: Verdict) -> Option<Score> {
    let (entry, query) = (entry_words.words.as_slice(), query_words.words.as_slice());
    if is_placeholder(entry) || is_placeholder(query) {
        return None;
    }
    let pairs = align(entry_words, query_words, false);
    let counted = Counted::new(entry, query, &pairs, is_name);
    let initials = pairs.iter().any(|pair| pair.kind == WordKind::Initial);
    // Names are left on both sides: they contradict each other. One word of a longer name is not the person.
    if counted.left_on_both() || (counted.met == 1 && counted.is_anything_left() && !initials) {
        return None;
    }
    if counted.met == 1 && initials && !counted.has_long_exact {
        return None;
    }
    let points = points(entry, query, &pairs, false);
    let is_exact = pairs.iter().all(|pair| pair.kind == WordKind::Exact);
    if points < POINTS_MIN && !initials || birth == Verdict::Mismatch && !is_exact {
        return None;
    }
    // Last, since it costs most.
    if !is_indexed(entry_words, query_words, &pairs, is_name) {
        return None;
    }
    let is_weak = points < STRONG_POINTS_MIN
        || initials
        || birth == Verdict::Mismatch
        || pairs.iter().any(|pair| matches!(pair.kind, WordKind::ShortForm | WordKind::Vowelless))
        || !counted.has_exact;
    Some(Score { points, is_weak, pairs })
}

/// Compares two companies; `None` when they are two. What only the legal form shares is nothing.
pub(super) fn of_companies(entry_words: &Words, query_words: &Words) -> Option<Score> {
    let (entry, query) = (entry_words.words.as_slice(), query_words.words.as_slice());
    let evidence = |word: &Token| weight(word, true) > 1;
    let pairs = align(entry_words, query_words, true);
    let counted = Counted::new(entry, query, &pairs, evidence);
    let forms_only = |words: &[Token]| !words.is_empty() && !words.iter().any(evidence);
    if counted.left_on_both() || (counted.met == 1 && counted.is_anything_left()) {
        return None;
    }
    if forms_only(entry) || forms_only(query) || !is_indexed(entry_words, query_words, &pairs, evidence) {
        return None;
    }
    let points = points(entry, query, &pairs, true);
    let form_left = |words: &[Token], places: fn(&Pair) -> (usize, usize)| {
        words.iter().enumerate().any(|(at, word)| !evidence(word) && !is_covered(&pairs, places, at))
    };
    let forms_contradict = form_left(entry, |pair| pair.entry) && form_left(query, |pair| pair.query);
    (points >= POINTS_MIN).then_some(Score {
        points,
        is_weak: points < STRONG_POINTS_MIN || forms_contradict || !counted.has_exact,
        pairs,
    })
}

fn is_placeholder(words: &[Token]) -> bool {
    words.iter().all(|word| PLACEHOLDERS.contains(&word.main()))
}

/// How many words that are evidence met, and how many are left.
struct Counted {
    met: usize,
    left_in_entry: usize,
    left_in_query: usize,
    has_exact: bool,
    has_long_exact: bool,
}

impl Counted {
    fn new(entry: &[Token], query: &[Token], pairs: &[Pair], evidence: impl Fn(&Token) -> bool) -> Self {
        let full = |pair: &&Pair| is_full(pair, (entry, query), &evidence);
        let left = |words: &[Token], places: fn(&Pair) -> (usize, usize)| {
            words
                .iter()
                .enumerate()
                .filter(|(at, word)| (evidence(word) || word.is_initial()) && !is_covered(pairs, places, *at))
                .count()
        };
        let exact = |pair: &&Pair| full(pair) && matches!(pair.kind, WordKind::Exact | WordKind::Spelling);
        let long = |pair: &Pair| entry.get(pair.entry.0).is_some_and(|word| word.main().chars().count() >= 4);
        Self {
            // Two words that are one on the other side are evidence of two.
            met: pairs.iter().filter(full).map(|pair| pair.entry.1.max(pair.query.1)).sum(),
            left_in_entry: left(entry, |pair| pair.entry),
            left_in_query: left(query, |pair| pair.query),
            has_exact: pairs.iter().any(|pair| exact(&pair)),
            has_long_exact: pairs.iter().any(|pair| exact(&pair) && long(pair)),
        }
    }

    const fn left_on_both(&self) -> bool {
        self.left_in_entry > 0 && self.left_in_query > 0
    }

    const fn is_anything_left(&self) -> bool {
        self.left_in_entry > 0 || self.left_in_query > 0
    }
}

/// Whether words that are evidence met, and no initial.
fn is_full(pair: &Pair, (entry, query): (&[Token], &[Token]), evidence: &impl Fn(&Token) -> bool) -> bool {
    let word = |words: &[Token], at: usize| words.get(at).is_some_and(evidence);
    pair.kind != WordKind::Initial
        && (pair.entry.0..pair.entry.0 + pair.entry.1).any(|at| word(entry, at))
        && (pair.query.0..pair.query.0 + pair.query.1).any(|at| word(query, at))
}

/// Whether an index finds the entry by one of the words that met.
fn is_indexed(entry: &Words, query: &Words, pairs: &[Pair], evidence: impl Fn(&Token) -> bool) -> bool {
    let full = |pair: &&Pair| is_full(pair, (&entry.words, &query.words), &evidence);
    pairs.iter().filter(full).any(|pair| share_key(entry, query, pair))
}

fn share_key(entry: &Words, query: &Words, pair: &Pair) -> bool {
    let keys = |words: &Words, place: (usize, usize)| {
        words.span(place).map(|word| keys::of_word(word, place.1)).unwrap_or_default()
    };
    !keys(entry, pair.entry).is_disjoint(&keys(query, pair.query))
}

fn is_covered(pairs: &[Pair], places: fn(&Pair) -> (usize, usize), at: usize) -> bool {
    pairs.iter().map(places).any(|(first, length)| (first..first + length).contains(&at))
}

/// Three quarters for the side that is covered better, one for the other: a second family name that is left out costs little.
fn points(entry: &[Token], query: &[Token], pairs: &[Pair], is_company: bool) -> u8 {
    let one = covered(entry, pairs, |pair| pair.entry, is_company);
    let other = covered(query, pairs, |pair| pair.query, is_company);
    u8::try_from((3 * one.max(other) + one.min(other)) / 4).unwrap_or(0)
}

/// The part of a name that met, by weight and likeness, of 100.
fn covered(words: &[Token], pairs: &[Pair], places: fn(&Pair) -> (usize, usize), is_company: bool) -> u32 {
    let weigh = |at: usize| words.get(at).map_or(0, |word| weight(word, is_company));
    let all: u32 = (0..words.len()).map(weigh).sum();
    let met = pairs.iter().map(|pair| {
        let (first, length) = places(pair);
        (first..first + length).map(weigh).sum::<u32>() * u32::from(pair.likeness)
    });
    met.sum::<u32>() / all.max(1)
}

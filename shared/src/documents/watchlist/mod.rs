//! Whether a visitor stands on a list: names, aliases, companies, numbers, plates.
//!
//! Every word is used once, legal forms and digits are kept, and what is absent equals nothing. A hit explains itself by which words met
//! and how, in positions, so that it can be stored without the names. It needs a person's decision: a namesake is no criminal.

mod align;
mod entry;
pub mod keys;
mod query;
mod score;
mod typo;

pub use align::{Pair, WordKind};
pub use entry::{Alias, Entry, List, Prepared};
pub use query::{Query, Rule};
pub use score::Score;

use time::Date;

use super::dates;
use super::finding::Verdict;

/// Version of the matcher: stored with a decision, so that it can be run again.
pub const VERSION: &str = "watchlist-1";

/// An entry that was met, without the values that met.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Hit<'a> {
    /// The entry.
    pub id: &'a str,
    /// Which list it is on.
    pub list: List,
    /// What of it was met.
    pub rule: Rule,
    /// 0 to 100; 100 is the same letters.
    pub score: u8,
    /// For review only: initials, short forms, consonants alone, weak aliases, another birth date.
    pub is_weak: bool,
    /// How the birth dates stand to each other. Alone they never make a hit.
    pub date_of_birth: Verdict,
    /// Which words met, and how.
    pub words: Vec<Pair>,
}

/// What a list says about a visitor: denials first, then permits; the best first in each.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Screened<'a> {
    /// Entries that hold the badge.
    pub denied: Vec<Hit<'a>>,
    /// Entries that may pre-clear, when nothing denies.
    pub permitted: Vec<Hit<'a>>,
}

/// Screens a visitor against entries, which may all be a list or the candidates that an index found.
#[must_use]
pub fn screen<'a>(entries: &'a [Prepared], query: &Query<'_>, today: Date) -> Screened<'a> {
    let asked = entry::Asked::new(query);
    let mut hits: Vec<Hit<'a>> =
        entries.iter().filter(|entry| !entry.has_expired(today)).filter_map(|entry| meet(entry, &asked)).collect();
    hits.sort_by(|one, other| (one.is_weak, other.score, one.id).cmp(&(other.is_weak, one.score, other.id)));
    let (denied, permitted) = hits.into_iter().partition(|hit| hit.list == List::Deny);
    Screened { denied, permitted }
}

/// The best reason for which an entry is met.
fn meet<'a>(entry: &'a Prepared, asked: &entry::Asked) -> Option<Hit<'a>> {
    let birth = dates::compare(entry.date_of_birth, asked.date_of_birth).verdict;
    let by_number = [
        (Rule::DocumentNumber, &entry.document_number, &asked.document_number),
        (Rule::Plate, &entry.plate, &asked.plate),
    ];
    let numbers = by_number
        .into_iter()
        .filter(|(_, listed, given)| !listed.is_empty() && listed == given)
        .map(|(rule, ..)| (rule, Score::EXACT));
    let names =
        entry.names.iter().filter_map(|(rule, words)| Some((*rule, score::of_names(words, &asked.name, birth)?)));
    let company = score::of_companies(&entry.company, &asked.company).map(|score| (Rule::Company, score));
    let (rule, score) = numbers.chain(names).chain(company).min_by_key(|(rule, score)| {
        let is_weak = score.is_weak || *rule == Rule::WeakAlias;
        (is_weak, std::cmp::Reverse(score.points), *rule != Rule::Name)
    })?;
    let is_weak = score.is_weak || rule == Rule::WeakAlias;
    Some(Hit {
        id: &entry.id,
        list: entry.list,
        rule,
        score: score.points,
        is_weak,
        date_of_birth: birth,
        words: score.pairs,
    })
}

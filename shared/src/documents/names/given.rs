//! Given names: the first one decides, the others may be left out, but not contradict.

use super::super::finding::{Finding, Reason};
use super::family::{in_one, share_spelling};
use super::likeness::{Likeness, likeness};
use super::parts::Cut;
use super::token::Token;

/// As many words may be written as one: Maryann, Abdulrahman.
const JOINED_MAX: usize = 3;

/// Compares two sets of given names, middle names included.
pub(super) fn compare(ones: &[Token], others: &[Token], (cut, other_cut): (Cut, Cut)) -> Finding {
    if cut == Some(true) && is_cut_of(ones, others) || other_cut == Some(true) && is_cut_of(others, ones) {
        return Finding::same(Reason::Cut);
    }
    if let Some((rest, other_rest, reason)) = first_name(ones, others) {
        return compare_rest(rest, other_rest, reason);
    }
    let (Some(one), Some(other)) = (ones.first(), others.first()) else { return Finding::mismatch(Reason::Different) };
    match likeness(one, other) {
        Likeness::Initial => Finding::near(Reason::Initial),
        Likeness::Near(reason) => Finding::near(reason),
        _ if is_call_name(ones, others) || is_call_name(others, ones) => Finding::near(Reason::CallName),
        _ => Finding::mismatch(Reason::Different),
    }
}

/// The words behind the first name, if that is the same on both sides, written as one word or as several.
fn first_name<'a>(ones: &'a [Token], others: &'a [Token]) -> Option<(&'a [Token], &'a [Token], Reason)> {
    let lengths = (1..=JOINED_MAX).flat_map(|one| (1..=JOINED_MAX).map(move |other| (one, other)));
    for (length, other_length) in lengths {
        let (Some((first, rest)), Some((other_first, other_rest))) =
            (ones.split_at_checked(length), others.split_at_checked(other_length))
        else {
            continue;
        };
        let exact = match (first, other_first) {
            ([one], [other]) => likeness(one, other) == Likeness::Exact,
            // Two initials are no name.
            _ => {
                share_spelling(&in_one(first), &in_one(other_first)) && in_one(first).iter().all(|name| name.len() > 2)
            }
        };
        if exact {
            return Some((rest, other_rest, if length == other_length { Reason::Equal } else { Reason::Joined }));
        }
    }
    None
}

/// Middle names may be left out or shortened to initials; a contradiction is worse than nothing.
fn compare_rest(rest: &[Token], other_rest: &[Token], reason: Reason) -> Finding {
    if rest.is_empty() && other_rest.is_empty() {
        return Finding::same(reason);
    }
    if share_spelling(&in_one(rest), &in_one(other_rest)) {
        return Finding::same(if rest.len() == other_rest.len() { reason } else { Reason::Joined });
    }
    let (shorter, longer) = if rest.len() <= other_rest.len() { (rest, other_rest) } else { (other_rest, rest) };
    let mut left = longer.iter();
    let in_order = shorter
        .iter()
        .all(|word| left.any(|other| matches!(likeness(word, other), Likeness::Exact | Likeness::Initial)));
    if in_order { Finding::same(Reason::MiddleLeftOut) } else { Finding::near(Reason::MiddleDiffers) }
}

/// All words but the last are the same, and the last begins the other's.
fn is_cut_of(cut: &[Token], whole: &[Token]) -> bool {
    let Some((last, before)) = cut.split_last() else { return false };
    let Some((same, rest)) = whole.split_at_checked(before.len()) else { return false };
    let begins = |word: &Token| {
        last.spellings().iter().any(|cut| word.spellings().iter().any(|whole| whole.starts_with(cut.as_str())))
    };
    // The first name is not known by its first letter alone, cut or not.
    let says_something = !before.is_empty() || !last.is_initial();
    says_something
        && before.iter().zip(same).all(|(one, other)| likeness(one, other) == Likeness::Exact)
        && rest.first().is_some_and(begins)
}

/// The person uses another of their given names alone, or in front.
fn is_call_name(ones: &[Token], others: &[Token]) -> bool {
    let first = others.first().filter(|first| first.main().len() > 1);
    first.is_some_and(|first| ones.iter().any(|one| likeness(one, first) == Likeness::Exact))
}

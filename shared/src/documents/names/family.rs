//! Family names, and names in one word: the whole of both sides is compared.

use super::super::finding::{Finding, Reason};
use super::likeness::{Likeness, is_typo, likeness};
use super::parts::Cut;
use super::token::Token;
use super::words::Role;

/// A document that cuts without saying so has room for at least this many letters.
const CUT_LETTERS_MIN: usize = 18;
/// A prefix shorter than this is no cut name.
const PREFIX_LETTERS_MIN: usize = 3;
/// Words that are compared as written in one.
const SPELLINGS_MAX: usize = 8;

/// Compares two family names. Sharing only particles is nothing.
pub(super) fn compare(ones: &[Token], others: &[Token], cut: (Cut, Cut)) -> Finding {
    if same_sequence(ones, others) {
        return Finding::same(Reason::Equal);
    }
    if share_spelling(&in_one(ones), &in_one(others)) {
        return Finding::same(Reason::Joined);
    }
    if let Some(finding) = compare_cut(ones, others, cut) {
        return finding;
    }
    let (core, other_core) = (without_particles(ones), without_particles(others));
    if same_sequence(&core, &other_core) || share_spelling(&in_one(&core), &in_one(&other_core)) {
        return Finding::near(Reason::Particle);
    }
    if same_multiset(&core, &other_core) {
        return Finding::near(Reason::Order);
    }
    if is_part(&core, &other_core) || is_part(&other_core, &core) {
        return Finding::near(Reason::SecondFamilyName);
    }
    if let Some(reason) = near_sequence(&core, &other_core) {
        return Finding::near(reason);
    }
    if ones.len() != others.len() && joined_typo(ones, others) {
        return Finding::near(Reason::Typo);
    }
    Finding::mismatch(Reason::Different)
}

/// Word by word the same.
fn same_sequence(ones: &[Token], others: &[Token]) -> bool {
    ones.len() == others.len() && ones.iter().zip(others).all(|(one, other)| likeness(one, other) == Likeness::Exact)
}

/// The same words in whatever order; each is used once.
pub(super) fn same_multiset(ones: &[Token], others: &[Token]) -> bool {
    ones.len() == others.len() && is_part_of(ones, others)
}

/// All words of the shorter are words of the longer.
fn is_part(shorter: &[Token], longer: &[Token]) -> bool {
    shorter.len() < longer.len() && shorter.iter().any(|word| word.main().len() > 1) && is_part_of(shorter, longer)
}

fn is_part_of(shorter: &[Token], longer: &[Token]) -> bool {
    let mut left: Vec<&Token> = longer.iter().collect();
    shorter.iter().all(|word| {
        let place = left.iter().position(|other| likeness(word, other) == Likeness::Exact);
        place.map(|place| left.swap_remove(place)).is_some()
    })
}

/// As many words, each the same or explainable; the first explanation is given.
fn near_sequence(ones: &[Token], others: &[Token]) -> Option<Reason> {
    if ones.len() != others.len() {
        return None;
    }
    let mut why = None;
    for (one, other) in ones.iter().zip(others) {
        match likeness(one, other) {
            Likeness::Exact => {}
            Likeness::Near(Reason::Nickname) | Likeness::Initial | Likeness::No => return None,
            Likeness::Near(reason) => why = why.or(Some(reason)),
        }
    }
    why
}

/// A cut name agrees with every name that it begins.
fn compare_cut(ones: &[Token], others: &[Token], (cut, other_cut): (Cut, Cut)) -> Option<Finding> {
    let (one, other) = (in_one(ones), in_one(others));
    let begins = |short: &[String], long: &[String]| {
        short
            .iter()
            .any(|short| short.len() >= PREFIX_LETTERS_MIN && long.iter().any(|long| long.starts_with(short.as_str())))
    };
    let (forth, back) = (begins(&one, &other), begins(&other, &one));
    let perhaps = |cut: Cut, name: &[String]| cut.is_none() && name.iter().any(|name| name.len() >= CUT_LETTERS_MIN);
    if (forth && cut == Some(true)) || (back && other_cut == Some(true)) {
        Some(Finding::same(Reason::Cut))
    } else if (forth && perhaps(cut, &one)) || (back && perhaps(other_cut, &other)) {
        Some(Finding::near(Reason::CutPerhaps))
    } else {
        None
    }
}

/// Words that are names; all of them when there are only particles (the Vietnamese Le is a name).
fn without_particles(words: &[Token]) -> Vec<Token> {
    let core: Vec<Token> = words.iter().filter(|word| word.role() != Role::Particle).cloned().collect();
    if core.is_empty() { words.to_vec() } else { core }
}

/// All words written as one, in a few spellings.
pub(super) fn in_one(words: &[Token]) -> Vec<String> {
    let most = words.iter().map(|word| word.spellings().len()).max().unwrap_or(0).min(SPELLINGS_MAX);
    let spelled = |place: usize| {
        words.iter().map(|word| word.spellings().get(place).map_or(word.main(), String::as_str)).collect()
    };
    (0..most).map(spelled).collect()
}

pub(super) fn share_spelling(one: &[String], other: &[String]) -> bool {
    one.iter().any(|spelling| !spelling.is_empty() && other.contains(spelling))
}

fn joined_typo(ones: &[Token], others: &[Token]) -> bool {
    in_one(ones).first().zip(in_one(others).first()).is_some_and(|(one, other)| is_typo(one, other))
}

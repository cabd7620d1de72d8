//! Whether two names can be one person's: the document's and the one that was typed.
//!
//! Rules instead of a score, because a visitor must be told why: case, accents, the transliterations of Doc 9303-3 section 6, order,
//! hyphens, cut names, particles, initials, middle and second family names. `Match` is for rules that lose nothing. What can be
//! explained is `Near`, and a person looks. A name inside another name is not it: "Reyes" is not "Yes".

mod family;
mod given;
mod likeness;
mod parts;
mod romanised;
mod token;
mod words;

pub use likeness::{Likeness, likeness};
pub use parts::{Cut, Name, NamePart};
pub use token::{Token, tokens};
pub(super) use words::{is_legal_form, is_suffix, short_legal_form};

use super::finding::{Finding, Reason, Verdict};
use parts::Parts;

/// Version of these rules: stored with a verdict, and changed when a verdict can change.
pub const VERSION: &str = "names-1";

/// Compares two names as wholes. Swapping the sides changes nothing.
#[must_use]
pub fn compare(one: &Name<'_>, other: &Name<'_>) -> Finding {
    let (ones, others) = (Parts::readings_of(one), Parts::readings_of(other));
    let mut best = Finding::absent();
    // A name in one box can be divided in several ways: the best of them counts.
    for one in &ones {
        for other in &others {
            best = best.or_better(compare_parts(one, other));
            if best.verdict == Verdict::Match {
                return best;
            }
        }
    }
    best
}

/// Compares one part only. Nothing on a side is nothing to compare, never agreement.
#[must_use]
pub fn compare_part(one: &Name<'_>, other: &Name<'_>, part: NamePart) -> Finding {
    let (one, other) = (Parts::of(one), Parts::of(other));
    let (ones, others) = (one.part(part), other.part(part));
    if ones.is_empty() || others.is_empty() {
        return Finding::absent();
    }
    let finding = match part {
        NamePart::Family => family::compare(ones, others, (one.family_cut, other.family_cut)),
        NamePart::Given | NamePart::Middle => given::compare(ones, others, (one.given_cut, other.given_cut)),
        NamePart::Suffix if same_words(ones, others) => Finding::same(Reason::Equal),
        NamePart::Suffix => Finding::near(Reason::SuffixDiffers),
    };
    if ones.iter().chain(others).any(Token::is_mixed) { at_most_near(finding, Reason::MixedScripts) } else { finding }
}

fn compare_parts(one: &Parts, other: &Parts) -> Finding {
    let finding = compare_family_and_given(one, other);
    let suffixes_differ = !one.suffix.is_empty() && !other.suffix.is_empty() && !same_words(&one.suffix, &other.suffix);
    if one.is_mixed() || other.is_mixed() {
        at_most_near(finding, Reason::MixedScripts)
    } else if suffixes_differ {
        // Father and son: all else agrees, and the one thing that tells them apart does not.
        at_most_near(finding, Reason::SuffixDiffers)
    } else {
        finding
    }
}

fn at_most_near(finding: Finding, reason: Reason) -> Finding {
    if finding.verdict == Verdict::Match { Finding::near(reason) } else { finding }
}

fn compare_family_and_given(one: &Parts, other: &Parts) -> Finding {
    if one.is_empty() || other.is_empty() {
        return Finding::absent();
    }
    if one.is_foreign() != other.is_foreign() {
        return Finding::mismatch(Reason::ScriptNotRead);
    }
    if one.is_one_name() || other.is_one_name() {
        return compare_one_name(one, other);
    }
    let family = family::compare(&one.family, &other.family, (one.family_cut, other.family_cut));
    let given = given::compare(&one.given, &other.given, (one.given_cut, other.given_cut));
    match (family.verdict, given.verdict) {
        (Verdict::Match, Verdict::Match) => {
            Finding::same(if family.reason == Reason::Equal { given.reason } else { family.reason })
        }
        (Verdict::Match, Verdict::Near) => given,
        (Verdict::Near, Verdict::Match | Verdict::Near) => family,
        _ => elsewhere(one, other),
    }
}

/// The parts contradict each other: perhaps the words only stand in other boxes.
fn elsewhere(one: &Parts, other: &Parts) -> Finding {
    let exact = |finding: Finding| finding.verdict == Verdict::Match;
    let crossed = exact(family::compare(&one.family, &other.given, (None, None)))
        && exact(family::compare(&one.given, &other.family, (None, None)));
    if crossed {
        Finding::near(Reason::Swapped)
    } else if family::same_multiset(&one.all(), &other.all()) {
        Finding::near(Reason::DividedElsewhere)
    } else {
        Finding::mismatch(Reason::Different)
    }
}

/// A person with one name, or a form with one box filled: all words are compared, wherever they stand.
fn compare_one_name(one: &Parts, other: &Parts) -> Finding {
    let (ones, others) = (one.all(), other.all());
    let whole = family::compare(&ones, &others, (one.family_cut, other.family_cut));
    match whole {
        Finding { verdict: Verdict::Near, reason: Reason::SecondFamilyName } => Finding::near(Reason::PartMissing),
        other => other,
    }
}

fn same_words(one: &[Token], other: &[Token]) -> bool {
    one.iter()
        .map(|token| words::plain_suffix(token.main()))
        .eq(other.iter().map(|token| words::plain_suffix(token.main())))
}

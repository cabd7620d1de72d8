//! A name in its parts, and the ways in which one box can be divided into them.

use super::super::reading::Reading;
use super::super::vocabulary::Field;
use super::token::{Token, tokens};
use super::words::{Role, is_suffix};

/// Ways to divide one box: as many as a name can have words, both orders.
const DIVISIONS_MAX: usize = 14;

/// Whether a part was cut: yes, no, or not known.
pub type Cut = Option<bool>;

/// A part of a name.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum NamePart {
    /// Family names.
    Family,
    /// Given names, middle names included.
    Given,
    /// Middle names alone.
    Middle,
    /// JR, SR, III.
    Suffix,
}

/// A name as it was read or typed; empty text is a part that is not there.
#[derive(Clone, Copy, Default)]
pub struct Name<'a> {
    /// Family names.
    pub family: &'a str,
    /// Given names.
    pub given: &'a str,
    /// Middle names, where they are told apart.
    pub middle: &'a str,
    /// JR, SR, III.
    pub suffix: &'a str,
    /// The whole name, where it came in one box.
    pub full: &'a str,
    /// Whether the family name was cut.
    pub family_cut: Cut,
    /// Whether the given names were cut.
    pub given_cut: Cut,
}

impl<'a> Name<'a> {
    /// The name on a document.
    #[must_use]
    pub fn of(reading: &'a Reading) -> Self {
        let text = |field| reading.text(field).unwrap_or("");
        Self {
            family: text(Field::FamilyName),
            given: text(Field::GivenName),
            middle: text(Field::MiddleName),
            suffix: text(Field::Suffix),
            full: text(Field::FullName),
            family_cut: reading.cut(Field::FamilyName),
            given_cut: reading.cut(Field::GivenName).max(reading.cut(Field::MiddleName)),
        }
    }
}

impl std::fmt::Debug for Name<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Name(redacted)")
    }
}

/// A name in words.
#[derive(Clone, Default)]
pub(super) struct Parts {
    pub(super) family: Vec<Token>,
    /// Given and middle names.
    pub(super) given: Vec<Token>,
    middle: Vec<Token>,
    pub(super) suffix: Vec<Token>,
    pub(super) family_cut: Cut,
    pub(super) given_cut: Cut,
}

impl Parts {
    /// The parts as they stand.
    pub(super) fn of(name: &Name<'_>) -> Self {
        let mut parts = Self { family_cut: name.family_cut, given_cut: name.given_cut, ..Self::default() };
        parts.middle = tokens(name.middle);
        parts.family = tokens(name.family);
        parts.given = [tokens(name.given), parts.middle.clone()].concat();
        parts.suffix = tokens(name.suffix);
        parts.set_apart();
        parts
    }

    /// Every way in which the name can be meant: one if it came in parts.
    pub(super) fn readings_of(name: &Name<'_>) -> Vec<Self> {
        let in_parts = Self::of(name);
        if !in_parts.is_empty() || name.full.is_empty() {
            return vec![in_parts];
        }
        // A comma says which is the family name.
        if let Some((family, given)) = name.full.split_once(',').filter(|(_, given)| !is_suffix(given)) {
            let divided = Self::of(&Name { family, given, full: "", ..*name });
            if !divided.is_one_name() {
                return vec![divided];
            }
        }
        let mut whole = Self { given: tokens(name.full), suffix: in_parts.suffix, ..Self::default() };
        whole.set_apart();
        let words = &whole.given;
        let family_first = (1..words.len()).filter_map(|at| words.split_at_checked(at));
        // A particle begins a family name; it does not end given names.
        let begins_family =
            |given: &[Token]| given.len() > 1 && given.last().is_some_and(|last| last.role() == Role::Particle);
        let given_first =
            (1..words.len()).filter_map(|at| words.split_at_checked(at)).filter(|(given, _)| !begins_family(given));
        let given_first = given_first.map(|(given, family)| (family, given));
        let divided = given_first.chain(family_first).take(DIVISIONS_MAX);
        let readings: Vec<Self> = divided
            .map(|(family, given)| Self { family: family.to_vec(), given: given.to_vec(), ..whole.clone() })
            .collect();
        if readings.is_empty() { vec![whole] } else { readings }
    }

    /// Puts suffixes into their own part and leaves titles out, as long as a name remains.
    fn set_apart(&mut self) {
        for part in [&mut self.family, &mut self.given] {
            while part.len() > 1 && part.first().is_some_and(|word| word.role() == Role::Title) {
                part.remove(0);
            }
            while part.len() > 1 && part.last().is_some_and(|word| word.role() == Role::Suffix) {
                self.suffix.extend(part.pop());
            }
        }
        self.suffix.truncate(1);
    }

    pub(super) fn part(&self, part: NamePart) -> &[Token] {
        match part {
            NamePart::Family => &self.family,
            NamePart::Given => &self.given,
            NamePart::Middle => &self.middle,
            NamePart::Suffix => &self.suffix,
        }
    }

    /// Family and given names in one.
    pub(super) fn all(&self) -> Vec<Token> {
        [self.family.as_slice(), self.given.as_slice()].concat()
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.family.is_empty() && self.given.is_empty()
    }

    pub(super) const fn is_one_name(&self) -> bool {
        self.family.is_empty() || self.given.is_empty()
    }

    /// Whether some word mixes alphabets.
    pub(super) fn is_mixed(&self) -> bool {
        self.family.iter().chain(&self.given).any(Token::is_mixed)
    }

    /// Whether some word is in a script that is not read here.
    pub(super) fn is_foreign(&self) -> bool {
        self.family.iter().chain(&self.given).any(Token::is_foreign)
    }
}

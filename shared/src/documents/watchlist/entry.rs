//! An entry of a list, with its names folded once.

use time::Date;

use super::super::dates::PartialDate;
use super::super::names::{Token, short_legal_form, tokens};
use super::align::Words;
use super::query::{Query, Rule, plain_number};

/// Which list an entry is on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum List {
    /// Holds the badge.
    Deny,
    /// May pre-clear; it never cancels a denial.
    Permit,
}

/// Another name of the same person or company.
#[derive(Clone, Copy)]
pub struct Alias<'a> {
    /// The name.
    pub name: &'a str,
    /// Whether many others have it too.
    pub is_weak: bool,
}

/// An entry as it was written; empty text is a value that is not there.
#[derive(Clone, Copy)]
pub struct Entry<'a> {
    /// Its id.
    pub id: &'a str,
    /// Which list it is on.
    pub list: List,
    /// The whole name.
    pub name: &'a str,
    /// Other names.
    pub aliases: &'a [Alias<'a>],
    /// The company.
    pub company: &'a str,
    /// The document number.
    pub document_number: &'a str,
    /// The number plate.
    pub plate: &'a str,
    /// The birth date, as far as it is known.
    pub date_of_birth: Option<PartialDate>,
    /// The last day on which the entry counts.
    pub expires_on: Option<Date>,
}

/// An entry that is ready to be compared.
pub struct Prepared {
    pub(super) id: String,
    pub(super) list: List,
    pub(super) names: Vec<(Rule, Words)>,
    pub(super) company: Words,
    pub(super) document_number: String,
    pub(super) plate: String,
    pub(super) date_of_birth: Option<PartialDate>,
    expires_on: Option<Date>,
}

impl Prepared {
    /// Folds an entry's values.
    #[must_use]
    pub fn new(entry: &Entry<'_>) -> Self {
        let aliases =
            entry.aliases.iter().map(|alias| (if alias.is_weak { Rule::WeakAlias } else { Rule::Alias }, alias.name));
        let names = std::iter::once((Rule::Name, entry.name)).chain(aliases);
        Self {
            id: entry.id.to_owned(),
            list: entry.list,
            names: names
                .map(|(rule, name)| (rule, tokens(name)))
                .filter(|(_, words)| !words.is_empty())
                .map(|(rule, words)| (rule, Words::new(words)))
                .collect(),
            company: Words::new(company_words(entry.company)),
            document_number: plain_number(entry.document_number),
            plate: plain_number(entry.plate),
            date_of_birth: entry.date_of_birth,
            expires_on: entry.expires_on,
        }
    }

    pub(super) fn has_expired(&self, today: Date) -> bool {
        self.expires_on.is_some_and(|last| last < today)
    }
}

/// Who is asked about, folded once for all entries.
pub(super) struct Asked {
    pub(super) name: Words,
    pub(super) company: Words,
    pub(super) document_number: String,
    pub(super) plate: String,
    pub(super) date_of_birth: Option<PartialDate>,
}

impl Asked {
    pub(super) fn new(query: &Query<'_>) -> Self {
        Self {
            name: Words::new(tokens(query.name)),
            company: Words::new(company_words(query.company)),
            document_number: plain_number(query.document_number),
            plate: plain_number(query.plate),
            date_of_birth: query.date_of_birth,
        }
    }
}

/// Words of a company. "S.A." is one word there, as initials are several in a person's name; "&" is written in many ways.
pub(super) fn company_words(name: &str) -> Vec<Token> {
    let plain = name.replace(['.', '&', '+'], "").replace(',', " ");
    let words = plain.split_whitespace().map(|word| short_legal_form(word).unwrap_or(word));
    tokens(&words.collect::<Vec<_>>().join(" "))
}

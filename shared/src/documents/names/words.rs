//! The word lists: particles, suffixes, titles, short forms, legal forms.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::super::tables::{cell, rows};

/// What a word of a name is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Role {
    /// A name.
    Name,
    /// "de", "van", "al": part of a name, no evidence by itself.
    Particle,
    /// "Jr.", "III".
    Suffix,
    /// "Dr.", "Mrs.".
    Title,
}

static ROLES: LazyLock<HashMap<&str, Role>> = LazyLock::new(|| {
    let kinds = rows(include_str!("../data/name_words.tsv")).map(|row| {
        let role = match cell(&row, 1) {
            "particle" => Role::Particle,
            "suffix" => Role::Suffix,
            _ => Role::Title,
        };
        (cell(&row, 0), role)
    });
    kinds.collect()
});

static SHORT_FORMS: LazyLock<HashSet<(&str, &str)>> = LazyLock::new(|| {
    let names = rows(include_str!("../data/nicknames.tsv"));
    names
        .flat_map(|row| cell(&row, 1).split(' ').map(move |short| (cell(&row, 0), short)).collect::<Vec<_>>())
        .collect()
});

static LEGAL_FORMS: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
    let forms = rows(include_str!("../data/legal_forms.tsv"));
    forms.map(|row| (cell(&row, 0), if cell(&row, 1).is_empty() { cell(&row, 0) } else { cell(&row, 1) })).collect()
});

/// What a word in A-Z is.
pub(super) fn role(word: &str) -> Role {
    ROLES.get(word).copied().unwrap_or(Role::Name)
}

/// Whether the text is one suffix, with or without a full stop.
pub(in super::super) fn is_suffix(text: &str) -> bool {
    role(&text.trim().trim_end_matches('.').to_ascii_uppercase()) == Role::Suffix
}

/// Whether a word says only what kind of company it is.
pub(in super::super) fn is_legal_form(word: &str) -> bool {
    LEGAL_FORMS.contains_key(word)
}

/// The short form of a legal form: Corporation is Corp.
pub(in super::super) fn short_legal_form(word: &str) -> Option<&'static str> {
    LEGAL_FORMS.get(word.to_uppercase().as_str()).copied()
}

/// Whether one is a usual short form of the other, or both are short forms of one name.
pub(super) fn are_short_forms(one: &str, other: &str) -> bool {
    SHORT_FORMS.contains(&(one, other)) || SHORT_FORMS.contains(&(other, one))
}

/// One spelling for the suffixes that mean the same.
pub(super) fn plain_suffix(word: &str) -> &str {
    match word {
        "JNR" | "JUNIOR" => "JR",
        "SNR" | "SENIOR" => "SR",
        "2ND" => "II",
        "3RD" => "III",
        "4TH" => "IV",
        other => other,
    }
}

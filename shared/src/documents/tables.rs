//! The tables of `data/`: tab-separated text that a person can read and extend. A line that begins with `#` is a comment.

use std::collections::HashMap;
use std::sync::LazyLock;

/// An issuer of AAMVA licences.
#[derive(Clone, Copy, Debug)]
pub struct Issuer {
    /// State or province; none for the Department of State.
    pub code: Option<&'static str>,
    /// ISO 3166-1 alpha-3.
    pub country: &'static str,
    /// Whether its full name element is known to come in two orders.
    pub name_order_varies: bool,
}

static ISSUERS: LazyLock<HashMap<&str, Issuer>> = LazyLock::new(|| {
    rows(include_str!("data/issuers.tsv"))
        .map(|row| {
            let issuer = Issuer {
                code: Some(cell(&row, 1)).filter(|code| *code != "-"),
                country: cell(&row, 2),
                name_order_varies: cell(&row, 3) == "varies",
            };
            (cell(&row, 0), issuer)
        })
        .collect()
});

static COUNTRIES: LazyLock<HashMap<&str, &str>> =
    LazyLock::new(|| rows(include_str!("data/countries.tsv")).map(|row| (cell(&row, 0), cell(&row, 1))).collect());

/// The issuer with this number (ISO/IEC 7812 issuer identification number).
#[must_use]
pub fn issuer(number: &str) -> Option<Issuer> {
    ISSUERS.get(number).copied()
}

/// The code of the issuer that prints this name: `TEXAS` is TX.
#[must_use]
pub fn issuer_named(name: &str) -> Option<&'static str> {
    let mut issuers = rows(include_str!("data/issuers.tsv"));
    let row = issuers
        .find(|row| cell(row, 4).eq_ignore_ascii_case(name.trim()) || cell(row, 1).eq_ignore_ascii_case(name.trim()))?;
    Some(cell(&row, 1)).filter(|code| *code != "-")
}

/// A state's code as it is compared: `D` and `DEU` are the same; `None` when it is unknown.
#[must_use]
pub fn country(code: &str) -> Option<&'static str> {
    COUNTRIES.get(code).copied()
}

/// The rows of a table.
pub(super) fn rows(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    table.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(|line| line.split('\t').collect())
}

/// A cell of a row; what is not there is empty.
pub(super) fn cell(row: &[&'static str], column: usize) -> &'static str {
    row.get(column).copied().unwrap_or("").trim()
}

/// Reads what a service may also answer as `null`: it means "not there".
pub(super) fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: serde::Deserializer<'de>,
    T: serde::Deserialize<'de> + Default,
{
    Ok(<Option<T> as serde::Deserialize>::deserialize(deserializer)?.unwrap_or_default())
}

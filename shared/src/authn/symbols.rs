//! Codes that a person reads in one place and types in another: random symbols of Crockford's base32, in upper case.

use std::borrow::Cow;

use serde::de::Error as _;

use super::{ALPHABET, symbol};
use crate::{
    error::Result,
    secret::{Secret, random_bytes},
};

/// A code of so many symbols, five random bits each.
#[derive(Clone, Debug)]
pub(super) struct Symbols<const LENGTH: usize>(Secret<String>);

impl<const LENGTH: usize> Symbols<LENGTH> {
    /// Makes one.
    pub(super) fn generate() -> Result<Self> {
        Ok(Self(Secret::new(random_bytes::<LENGTH>()?.into_iter().map(symbol).collect())))
    }

    pub(super) const fn text(&self) -> &Secret<String> {
        &self.0
    }

    /// Reads what was typed, as Crockford's base32 is read: in either case, with spaces or hyphens, and with the letters
    /// that look like digits taken for them.
    fn read(typed: &str) -> Option<Self> {
        let symbols = typed.chars().filter(|c| !matches!(c, ' ' | '-')).map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        });
        let symbols: String = symbols.take(LENGTH + 1).collect();
        let is_whole = symbols.len() == LENGTH && symbols.bytes().all(|symbol| ALPHABET.contains(&symbol));
        is_whole.then(|| Self(Secret::new(symbols)))
    }
}

impl<'de, const LENGTH: usize> serde::Deserialize<'de> for Symbols<LENGTH> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let typed = <Cow<'de, str>>::deserialize(deserializer)?;
        Self::read(&typed).ok_or_else(|| D::Error::custom("#wrong_form"))
    }
}

//! Recovery codes: ten, each of which stands in for a lost second factor once.

use std::borrow::Cow;

use serde::de::Error as _;

use super::{symbol, typed_symbols};
use crate::{
    error::Result,
    secret::{Secret, random_bytes},
};

/// How many there are.
pub const RECOVERY_CODES: usize = 10;
/// Symbols of a code: 50 random bits, and a slow hash on top.
const LENGTH: usize = 10;

/// A recovery code, as it is hashed: ten symbols of Crockford's base32 in upper case.
#[derive(Clone, Debug)]
pub struct RecoveryCode(Secret<String>);

impl RecoveryCode {
    /// Makes one.
    ///
    /// # Errors
    /// [`crate::Error::Internal`] when the random generator fails.
    pub fn generate() -> Result<Self> {
        let symbols = random_bytes::<LENGTH>()?.into_iter().map(symbol);
        Ok(Self(Secret::new(symbols.collect())))
    }

    /// What is hashed.
    #[must_use]
    pub const fn text(&self) -> &Secret<String> {
        &self.0
    }

    /// As it is shown, once: in two groups.
    #[must_use]
    pub fn shown(&self) -> String {
        let (first, second) = self.0.expose_secret().split_at(LENGTH / 2);
        format!("{first}-{second}")
    }

    /// Reads what was typed.
    fn read(typed: &str) -> Option<Self> {
        typed_symbols(typed, LENGTH).map(|code| Self(Secret::new(code)))
    }
}

impl<'de> serde::Deserialize<'de> for RecoveryCode {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let typed = <Cow<'de, str>>::deserialize(deserializer)?;
        Self::read(&typed).ok_or_else(|| D::Error::custom("#wrong_form"))
    }
}

impl utoipa::PartialSchema for RecoveryCode {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .pattern(Some("^[0-9A-HJKMNP-TV-Z]{5}-?[0-9A-HJKMNP-TV-Z]{5}$"))
            .into()
    }
}

impl utoipa::ToSchema for RecoveryCode {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_code_is_read_back_however_it_is_typed() {
        let code = RecoveryCode::generate().unwrap();
        let shown = code.shown();
        for typed in [shown.clone(), shown.to_lowercase(), shown.replace('-', " "), shown.replace('-', "")] {
            assert_eq!(RecoveryCode::read(&typed).unwrap().text(), code.text(), "{typed}");
        }
        assert!(RecoveryCode::read(&shown[1..]).is_none());
        assert!(!format!("{code:?}").contains(&shown));
    }
}

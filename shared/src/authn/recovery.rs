//! Recovery codes: ten, each of which stands in for a lost second factor once.

use super::symbols::Symbols;
use crate::{error::Result, secret::Secret};

/// How many there are.
pub const RECOVERY_CODES: usize = 10;
/// Symbols of a code: 50 random bits, and a slow hash on top.
const LENGTH: usize = 10;

/// A recovery code, as it is hashed: ten symbols of Crockford's base32 in upper case.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(transparent)]
pub struct RecoveryCode(Symbols<LENGTH>);

impl RecoveryCode {
    /// Makes one.
    ///
    /// # Errors
    /// [`crate::Error::Internal`] when the random generator fails.
    pub fn generate() -> Result<Self> {
        Symbols::generate().map(Self)
    }

    /// What is hashed.
    #[must_use]
    pub const fn text(&self) -> &Secret<String> {
        self.0.text()
    }

    /// As it is shown, once: in two groups.
    #[must_use]
    pub fn shown(&self) -> String {
        let (first, second) = self.text().expose_secret().split_at(LENGTH / 2);
        format!("{first}-{second}")
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

    fn read_code(typed: &str) -> Option<RecoveryCode> {
        serde_json::from_value(typed.into()).ok()
    }

    #[test]
    fn a_new_code_is_read_back_however_it_is_typed() {
        let code = RecoveryCode::generate().unwrap();
        let shown = code.shown();
        for typed in [shown.clone(), shown.to_lowercase(), shown.replace('-', " "), shown.replace('-', "")] {
            assert_eq!(read_code(&typed).unwrap().text(), code.text(), "{typed}");
        }
        assert!(read_code(&shown[1..]).is_none());
        assert!(!format!("{code:?}").contains(&shown));
    }
}

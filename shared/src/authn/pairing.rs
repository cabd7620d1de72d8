//! Pairing codes: what a device shows that asks to take a kiosk's place, and a member types into the console, once,
//! within ten minutes. RFC 8628 calls it the user code (section 6.1).

use super::{sha256, symbols::Symbols};
use crate::{error::Result, id::OrganizationId, secret::Secret};

/// Symbols of a code: 40 random bits, which is enough against guessing for as long as it lives.
const LENGTH: usize = 8;
/// How long a code may be used, in seconds.
pub const PAIRING_LIFETIME_S: i64 = 600;

/// A pairing code.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(transparent)]
pub struct PairingCode(Symbols<LENGTH>);

impl PairingCode {
    /// Makes one.
    ///
    /// # Errors
    /// [`crate::Error::Internal`] when the random generator fails.
    pub fn generate() -> Result<Self> {
        Symbols::generate().map(Self)
    }

    /// The code itself, to be shown once.
    #[must_use]
    pub const fn text(&self) -> &Secret<String> {
        self.0.text()
    }

    /// What is stored: without the organization, one table of all codes would serve against every organization.
    #[must_use]
    pub fn sha256(&self, organization: OrganizationId) -> [u8; 32] {
        sha256(format!("{organization} {}", self.text().expose_secret()).as_bytes())
    }
}

impl utoipa::PartialSchema for PairingCode {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .pattern(Some("^[0-9A-HJKMNP-TV-Z]{8}$"))
            .into()
    }
}

impl utoipa::ToSchema for PairingCode {}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_code(typed: &str) -> Option<PairingCode> {
        serde_json::from_value(typed.into()).ok()
    }

    #[test]
    fn a_code_is_read_however_it_was_typed() {
        let read = |typed| read_code(typed).map(|code| code.text().expose_secret().clone());
        assert_eq!(read("0123ABCD"), Some("0123ABCD".to_owned()));
        assert_eq!(read("oi23-ab cd"), Some("0123ABCD".to_owned()));
        for wrong in ["", "0123ABC", "0123ABCDE", "0123ABCU", "0123ABCé", "ſ123ABCD"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_new_code_is_read_back() {
        let code = PairingCode::generate().unwrap();
        let organization: OrganizationId = "6513270e-269e-4d37-b2a7-4de452e6b438".parse().unwrap();
        let read = read_code(code.text().expose_secret()).unwrap();
        assert_eq!(read.sha256(organization), code.sha256(organization));
        assert!(!format!("{code:?}").contains(code.text().expose_secret()));
    }
}

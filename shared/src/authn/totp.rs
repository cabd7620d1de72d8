//! Codes of an authenticator app: TOTP (RFC 6238) with SHA-1, six digits and steps of 30 seconds, the only parameters
//! that every app understands. A code is taken one step early or late, and each step once.

use std::borrow::Cow;

use serde::de::Error as _;
use totp_rs::{Builder, Totp};

use crate::{
    clock::Timestamp,
    error::{Error, Result},
    secret::{Secret, random_bytes},
};

/// Bytes of a secret: those of a SHA-1, as RFC 4226 section 4 recommends.
const SECRET_BYTES: usize = 20;
const DIGITS: usize = 6;

/// What a member's app and we know.
pub struct TotpSecret(Secret<Vec<u8>>);

impl TotpSecret {
    /// Makes one.
    ///
    /// # Errors
    /// [`Error::Internal`] when the random generator fails.
    pub fn generate() -> Result<Self> {
        Ok(Self(Secret::new(random_bytes::<SECRET_BYTES>()?.to_vec())))
    }

    /// One that was kept.
    #[must_use]
    pub const fn of(bytes: Secret<Vec<u8>>) -> Self {
        Self(bytes)
    }

    /// One that a member types into an app, in base32 (RFC 4648).
    ///
    /// # Errors
    /// [`Error::Internal`] when it is none.
    pub fn of_base32(text: &str) -> Result<Self> {
        let secret = totp_rs::Secret::try_from_base32(text).map_err(|_| Error::internal("no secret in base32"))?;
        Ok(Self(Secret::new(secret.as_ref().to_vec())))
    }

    /// What is sealed and kept.
    #[must_use]
    pub const fn bytes(&self) -> &Secret<Vec<u8>> {
        &self.0
    }

    /// The secret for typing it into an app, in base32 (RFC 4648).
    ///
    /// # Errors
    /// [`Error::Internal`] when it is too short for an app.
    pub fn base32(&self) -> Result<String> {
        Ok(self.totp("", "")?.secret().to_base32())
    }

    /// The secret for scanning it into an app, as an `otpauth://` URI. A colon would end a name, so none stands in one.
    ///
    /// # Errors
    /// [`Error::Internal`] when it is too short for an app.
    pub fn uri(&self, issuer: &str, account: &str) -> Result<String> {
        self.totp(&issuer.replace(':', " "), &account.replace(':', " "))?.to_url().map_err(Error::internal)
    }

    /// The time step whose code this is: the present one, the one before or the one after it.
    ///
    /// # Errors
    /// [`Error::Internal`] when the secret is too short for an app.
    pub fn step_of(&self, code: &TotpCode, now: Timestamp) -> Result<Option<i64>> {
        let step = self.totp("", "")?.check(code.0.expose_secret(), now.unix_parts().0);
        step.map(i64::try_from).transpose().map_err(Error::internal)
    }

    /// The code at a moment, as an app shows it.
    ///
    /// # Errors
    /// [`Error::Internal`] when the secret is too short for an app.
    pub fn code_at(&self, moment: Timestamp) -> Result<TotpCode> {
        Ok(TotpCode(Secret::new(self.totp("", "")?.generate(moment.unix_parts().0).to_string())))
    }

    fn totp(&self, issuer: &str, account: &str) -> Result<Totp> {
        let issuer = Some(issuer).filter(|text| !text.is_empty());
        let account = if account.is_empty() { "member" } else { account };
        let builder = Builder::new().with_secret(self.0.expose_secret().clone());
        builder.with_issuer(issuer).with_account_name(account).build().map_err(Error::internal)
    }
}

/// A code as it was typed: six digits, with or without spaces.
#[derive(Clone, Debug)]
pub struct TotpCode(Secret<String>);

impl TotpCode {
    /// The digits.
    #[must_use]
    pub const fn digits(&self) -> &Secret<String> {
        &self.0
    }
}

impl<'de> serde::Deserialize<'de> for TotpCode {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let typed = <Cow<'de, str>>::deserialize(deserializer)?;
        let digits: String = typed.chars().filter(|c| *c != ' ').take(DIGITS + 1).collect();
        if digits.len() != DIGITS || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(D::Error::custom("#wrong_form"));
        }
        Ok(Self(Secret::new(digits)))
    }
}

impl utoipa::PartialSchema for TotpCode {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .pattern(Some("^[0-9]{6}$"))
            .into()
    }
}

impl utoipa::ToSchema for TotpCode {}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret() -> TotpSecret {
        TotpSecret::of(Secret::new(b"12345678901234567890".to_vec()))
    }

    fn at(unix_s: i64) -> Timestamp {
        Timestamp::parse("1970-01-01T00:00:00Z").unwrap().plus_seconds(unix_s)
    }

    /// RFC 6238 appendix B, SHA-1: of eight digits, six are the last six.
    #[test]
    fn the_six_times_of_the_rfc_have_its_codes() {
        for (unix_s, eight) in [
            (59, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ] {
            let code: TotpCode = serde_json::from_value(eight[2..].into()).unwrap();
            assert_eq!(secret().step_of(&code, at(unix_s)).unwrap(), Some(unix_s / 30));
            assert_eq!(secret().code_at(at(unix_s)).unwrap().digits().expose_secret(), &eight[2..]);
        }
    }

    #[test]
    fn a_code_is_taken_one_step_early_or_late_and_no_further() {
        let code = secret().code_at(at(1_111_111_111)).unwrap();
        let step = 1_111_111_111 / 30;
        for (steps, taken) in [(-2, None), (-1, Some(step)), (0, Some(step)), (1, Some(step)), (2, None)] {
            assert_eq!(secret().step_of(&code, at(1_111_111_111 + 30 * steps)).unwrap(), taken, "{steps}");
        }
    }

    #[test]
    fn a_code_is_six_digits_and_nothing_else() {
        let read = |text: &str| serde_json::from_value::<TotpCode>(text.into()).is_ok();
        assert!(read("123456") && read("123 456"));
        for wrong in ["", "12345", "1234567", "12345a", "١٢٣٤٥٦", "12345\u{a0}6", "-12345"] {
            assert!(!read(wrong), "{wrong}");
        }
    }

    #[test]
    fn a_uri_names_issuer_and_account_and_only_them() {
        let uri = secret().uri("North: Gate & Co", "ada@north-gate.example").unwrap();
        let url = url::Url::parse(&uri).unwrap();
        assert_eq!((url.scheme(), url.host_str()), ("otpauth", Some("totp")));
        let pairs: Vec<_> = url.query_pairs().into_owned().collect();
        assert_eq!(pairs[0], ("secret".to_owned(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ".to_owned()));
        assert_eq!(TotpSecret::of_base32(&pairs[0].1).unwrap().bytes(), secret().bytes());
        assert!(TotpSecret::of_base32("not base32!").is_err());
        assert_eq!(pairs[1], ("issuer".to_owned(), "North  Gate & Co".to_owned()));
    }
}

//! Passwords: what one may be, and the slow hash by which it is known again.
//!
//! NIST SP 800-63B-4, section 3.1.1: every character is allowed, the space among them; what is typed is normalised
//! (NFKC) and then counted by code points; nothing is trimmed, cut or asked of its composition; what is common, or
//! says who its owner is, is refused. The hash is scrypt (RFC 7914) in a PHC string, which carries its salt and its
//! parameters along.
//!
//! Hashing runs where it is called, not on a thread beside it: a function serves one request at a time, so there is no
//! other request that its tenth of a second holds up, and a thread would need a copy of the password. No transaction
//! may be open then.

mod weakness;

#[cfg(test)]
mod vector_tests;

use std::borrow::Cow;

use scrypt::{
    Params, Scrypt,
    password_hash::{CustomizedPasswordHasher as _, phc::PasswordHash},
};
use serde::de::Error as _;
use unicode_normalization::UnicodeNormalization as _;

pub use weakness::{LENGTH_MIN, LENGTH_MIN_WITH_SECOND_FACTOR};

use crate::{
    error::{Error, Result},
    secret::{Secret, random_bytes},
};

/// Most code points of a password: far more than a person types, and few enough to hash.
const LENGTH_MAX: usize = 256;
/// Binary logarithm of N, the cost in memory and time.
const LOG_N: u8 = 14;
/// r, the size of a block: N · r · 128 bytes are 32 MiB.
const BLOCK_SIZE: u32 = 16;
/// p, how often that is done.
const PARALLELISM: u32 = 1;
/// Bytes of a password's hash.
const HASH_BYTES: usize = 64;
/// Fewest bytes of a hash that is compared with: of fewer, one that fits is found too soon.
const HASH_BYTES_MIN: usize = 32;
/// Bytes of a salt.
const SALT_BYTES: usize = 16;
/// Most times today's cost that a stored hash may ask for: room for parameters to come, and none for a row that would
/// take all the memory there is.
const COST_FACTOR_MAX: u64 = 4;

/// A password as it was typed, normalised.
#[derive(Clone, Debug)]
pub struct Password(Secret<String>);

/// What a comparison came to. Nothing else makes one.
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is the password.
    Right,
    /// It is, and stands under weaker parameters than today's: hash it anew.
    RightButOutdated,
    /// It is not, or there is none.
    Wrong,
}

impl Verdict {
    /// True when it is the password.
    #[must_use]
    pub const fn is_match(self) -> bool {
        matches!(self, Self::Right | Self::RightButOutdated)
    }

    /// True when it is the password and should be hashed anew.
    #[must_use]
    pub const fn is_outdated(self) -> bool {
        matches!(self, Self::RightButOutdated)
    }
}

impl Password {
    /// The PHC string to be stored, under a salt of its own.
    ///
    /// # Errors
    /// [`Error::Internal`] when the random generator fails.
    pub fn hash(&self) -> Result<String> {
        self.hash_under(todays()?)
    }

    fn hash_under(&self, params: Params) -> Result<String> {
        let (password, salt) = (self.0.expose_secret().as_bytes(), random_bytes::<SALT_BYTES>()?);
        let hash: PasswordHash =
            Scrypt::new().hash_password_customized(password, &salt, None, None, params).map_err(Error::internal)?;
        Ok(hash.to_string())
    }

    /// Compares it with what is stored, in constant time. Where nothing is, the same work is done and the answer is
    /// no, so that time does not say whether there is such an account. (Once the parameters are raised, a hash of the
    /// old ones is compared sooner, until its owner signs in next.)
    ///
    /// # Errors
    /// [`Error::Internal`] when what is stored is no hash that was ever written here: never a match.
    pub fn matches(&self, phc: Option<&str>) -> Result<Verdict> {
        let stored = phc.map_or_else(Stored::of_no_account, Stored::read)?;
        let hash = derive(self.0.expose_secret(), &stored.salt, &stored.params, stored.hash.expose_secret().len())?;
        let is_equal = std::hint::black_box(hash == stored.hash);
        Ok(match phc.is_some() && is_equal {
            false => Verdict::Wrong,
            true if stored.is_outdated()? => Verdict::RightButOutdated,
            true => Verdict::Right,
        })
    }
}

/// The slow hash of a recovery code under its member's salt. All codes of a member share the salt, so that one hash
/// finds the code that was typed.
///
/// # Errors
/// [`Error::Internal`] when the parameters are refused, which they are not.
pub fn slow_hash(code: &str, salt: &[u8; SALT_BYTES]) -> Result<[u8; 32]> {
    let hash = derive(code, salt, &todays()?, 32)?;
    hash.expose_secret().as_slice().try_into().map_err(Error::internal)
}

/// What is hashed with from now on.
fn todays() -> Result<Params> {
    Params::new_with_output_len(LOG_N, BLOCK_SIZE, PARALLELISM, HASH_BYTES).map_err(Error::internal)
}

fn derive(text: &str, salt: &[u8], params: &Params, bytes: usize) -> Result<Secret<Vec<u8>>> {
    let mut hash = vec![0; bytes];
    scrypt::scrypt(text.as_bytes(), salt, params, &mut hash).map_err(Error::internal)?;
    Ok(Secret::new(hash))
}

/// In blocks that are mixed: memory goes with it, and time.
fn cost(params: &Params) -> u64 {
    params.n().saturating_mul(params.r().into()).saturating_mul(params.p().into())
}

/// A hash that a password is compared with.
struct Stored {
    params: Params,
    salt: Vec<u8>,
    hash: Secret<Vec<u8>>,
}

impl Stored {
    /// In the place of the one that an unknown account has not: as much work, and the hash of no password.
    fn of_no_account() -> Result<Self> {
        Ok(Self { params: todays()?, salt: vec![0; SALT_BYTES], hash: Secret::new(vec![0; HASH_BYTES]) })
    }

    fn read(phc: &str) -> Result<Self> {
        let parsed = PasswordHash::new(phc).map_err(Error::internal)?;
        let params = Params::try_from(&parsed).map_err(Error::internal)?;
        let names: Vec<_> = parsed.params.iter().map(|(name, _)| name.to_string()).collect();
        let (Some(salt), Some(hash)) = (parsed.salt, parsed.hash) else {
            return Err(Error::internal("a hash without salt or hash"));
        };
        let is_ours = parsed.algorithm.as_str() == "scrypt"
            && names == ["ln", "r", "p"]
            && params.log_n() > 0
            && salt.len() >= SALT_BYTES
            && hash.len() >= HASH_BYTES_MIN
            && cost(&params) <= cost(&todays()?).saturating_mul(COST_FACTOR_MAX);
        if !is_ours {
            return Err(Error::internal("a hash of another kind than ours"));
        }
        Ok(Self { params, salt: salt.to_vec(), hash: Secret::new(hash.as_bytes().to_vec()) })
    }

    fn is_outdated(&self) -> Result<bool> {
        Ok(cost(&self.params) < cost(&todays()?) || self.hash.expose_secret().len() < HASH_BYTES)
    }
}

impl<'de> serde::Deserialize<'de> for Password {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let typed = <Cow<'de, str>>::deserialize(deserializer)?;
        // One more than there may be, and not the whole of a long text.
        let normalised = Secret::new(typed.nfkc().take(LENGTH_MAX + 1).collect::<String>());
        if normalised.expose_secret().chars().count() > LENGTH_MAX {
            return Err(D::Error::custom("#too_long"));
        }
        Ok(Self(normalised))
    }
}

impl utoipa::PartialSchema for Password {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        use utoipa::openapi::schema::{KnownFormat, SchemaFormat, Type};
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Password)))
            .max_length(Some(LENGTH_MAX))
            .write_only(true)
            .into()
    }
}

impl utoipa::ToSchema for Password {}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn password(text: &str) -> Password {
        serde_json::from_value(serde_json::Value::String(text.to_owned())).unwrap()
    }

    #[test]
    fn a_password_is_known_again_by_its_phc_string() {
        let stored = password("correct horse battery staple").hash().unwrap();
        let (head, rest) = stored.split_at("$scrypt$ln=14,r=16,p=1$".len());
        // 16 bytes of salt and 64 of hash, in base64 without padding.
        assert_eq!(
            (head, rest.split_once('$').map(|(salt, hash)| (salt.len(), hash.len()))),
            ("$scrypt$ln=14,r=16,p=1$", Some((22, 86)))
        );
        assert_ne!(password("correct horse battery staple").hash().unwrap(), stored, "two salts");
        assert_eq!(password("correct horse battery staple").matches(Some(&stored)).unwrap(), Verdict::Right);
        assert_eq!(password("correct horse battery stable").matches(Some(&stored)).unwrap(), Verdict::Wrong);
        assert!(!format!("{:?}", password("correct horse")).contains("horse"));
    }

    #[test]
    fn where_there_is_no_account_nothing_matches() {
        for text in ["", "correct horse battery staple"] {
            assert_eq!(password(text).matches(None).unwrap(), Verdict::Wrong);
        }
    }

    #[test]
    fn nothing_is_cut_trimmed_or_ended_by_a_nul() {
        let long = "a".repeat(72);
        for (one, other) in [
            (format!("{long}b"), format!("{long}c")),
            ("correct\u{0}horse".to_owned(), "correct\u{0}house".to_owned()),
            (" correct horse".to_owned(), "correct horse".to_owned()),
            ("correct horse\n".to_owned(), "correct horse".to_owned()),
            ("Correct horse".to_owned(), "correct horse".to_owned()),
        ] {
            let stored = password(&one).hash().unwrap();
            assert!(password(&one).matches(Some(&stored)).unwrap().is_match());
            assert_eq!(password(&other).matches(Some(&stored)).unwrap(), Verdict::Wrong, "{one:?}");
        }
    }

    #[test]
    fn what_looks_the_same_is_the_same_however_a_keyboard_sends_it() {
        let stored = password("Ångström ½ ｗｉｄｅ").hash().unwrap();
        let taken_apart = password("A\u{30a}ngstro\u{308}m 1\u{2044}2 wide");
        assert_eq!(taken_apart.matches(Some(&stored)).unwrap(), Verdict::Right);
    }

    #[test]
    fn a_password_has_at_most_256_code_points() {
        let read = |text: String| serde_json::from_value::<Password>(serde_json::Value::String(text));
        assert!(read("é".repeat(256)).is_ok() && read("e\u{301}".repeat(256)).is_ok());
        assert_eq!(read("é".repeat(257)).unwrap_err().to_string(), "#too_long");
        // One character that is eighteen when it is normalised.
        assert_eq!(read("\u{fdfa}".repeat(15)).unwrap_err().to_string(), "#too_long");
    }

    #[test]
    fn a_hash_under_weaker_parameters_asks_for_a_new_one() {
        let text = password("correct horse battery staple");
        for weaker in [(13, 16, 1, 64), (14, 8, 1, 64), (14, 16, 1, 32)] {
            let (log_n, r, p, bytes) = weaker;
            let stored = text.hash_under(Params::new_with_output_len(log_n, r, p, bytes).unwrap()).unwrap();
            assert_eq!(text.matches(Some(&stored)).unwrap(), Verdict::RightButOutdated, "{weaker:?}");
            assert_eq!(password("another").matches(Some(&stored)).unwrap(), Verdict::Wrong);
        }
        let stronger = text.hash_under(Params::new_with_output_len(15, 16, 1, 64).unwrap()).unwrap();
        assert_eq!(text.matches(Some(&stronger)).unwrap(), Verdict::Right);
    }
}

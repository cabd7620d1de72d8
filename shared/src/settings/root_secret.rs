//! The one secret of a deployment, from which keys are derived that are no organization's own.

use super::{Unsafe, Variables};
use crate::secret::Secret;

/// Fewest characters of a secret: 256 bits where each is one of 64 symbols, and more where there are fewer.
const LENGTH_MIN: usize = 43;

/// One version of the secret.
#[derive(Clone, Debug)]
pub struct VersionedSecret {
    /// Its version, which stands in everything that is sealed under it.
    pub version: u16,
    /// The secret itself: text, whose bytes are what keys are derived from.
    pub secret: Secret<String>,
}

/// The secret that seals, and the one before it while a rotation is under way.
#[derive(Clone, Debug)]
pub struct RootSecretSettings {
    /// Seals and opens.
    pub current: VersionedSecret,
    /// Only opens.
    pub retiring: Option<VersionedSecret>,
}

impl RootSecretSettings {
    /// Reads `ROOT_SECRET` and `ROOT_SECRET_RETIRING`, each a version, a colon and the secret, as `2:…`.
    ///
    /// # Errors
    /// When the first is missing, or one is ill-formed, short, or of the same version as the other.
    pub fn read(variables: &Variables) -> Result<Self, Unsafe> {
        let name = "ROOT_SECRET_RETIRING";
        let current = versioned("ROOT_SECRET", variables.required("ROOT_SECRET")?)?;
        let retiring = variables.optional("ROOT_SECRET_RETIRING").map(|text| versioned(name, text)).transpose()?;
        if retiring.as_ref().is_some_and(|retiring| retiring.version == current.version) {
            return Err(Unsafe::Refused { name, problem: "has the version of ROOT_SECRET" });
        }
        Ok(Self { current, retiring })
    }
}

fn versioned(name: &'static str, text: &str) -> Result<VersionedSecret, Unsafe> {
    let (version, secret) = text.split_once(':').unwrap_or_default();
    let version = version.parse().map_err(|_| Unsafe::Refused { name, problem: "does not begin with a version" })?;
    if secret.len() < LENGTH_MIN {
        return Err(Unsafe::Refused { name, problem: "is shorter than 43 characters" });
    }
    Ok(VersionedSecret { version, secret: Secret::new(secret.to_owned()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<RootSecretSettings, Unsafe> {
        let variables = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        RootSecretSettings::read(&variables)
    }

    #[test]
    fn a_missing_short_or_unversioned_secret_is_refused_by_name() {
        let long = "x".repeat(43);
        assert_eq!(read(&[]).unwrap_err(), Unsafe::Missing("ROOT_SECRET"));
        for wrong in ["x", &long, &format!("1:{}", "x".repeat(42)), &format!("-1:{long}"), &format!("65536:{long}")] {
            let refusal = read(&[("ROOT_SECRET", wrong)]).unwrap_err().to_string();
            assert!(refusal.starts_with("ROOT_SECRET ") && !refusal.contains(&long), "{refusal}");
        }
        let (one, two) = (format!("1:{long}"), format!("2:{long}"));
        assert!(read(&[("ROOT_SECRET", &one), ("ROOT_SECRET_RETIRING", &one)]).is_err());
        let both = read(&[("ROOT_SECRET", &two), ("ROOT_SECRET_RETIRING", &one)]).unwrap();
        assert_eq!((both.current.version, both.retiring.unwrap().version), (2, 1));
    }
}

//! The one secret of a deployment, from which keys are derived that are no organization's own.

use serde::Deserialize;

use super::{Unsafe, Variables};
use crate::secret::Secret;

/// How the secret is called where it is refused.
const NAME: &str = "the root secret";
/// Fewest characters of a secret: 256 bits where each is one of 64 symbols, and more where there are fewer.
const LENGTH_MIN: usize = 43;

/// Where the secret is, and which of its versions seals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretLocation {
    /// Its ARN in Secrets Manager.
    pub id: String,
    /// The version that seals; any other that is there only opens.
    pub version: u16,
}

impl SecretLocation {
    /// Reads `ROOT_SECRET_ID` and `ROOT_SECRET_VERSION`.
    ///
    /// # Errors
    /// When one is missing, or the second is no version.
    pub fn read(variables: &Variables) -> Result<Self, Unsafe> {
        let name = "ROOT_SECRET_VERSION";
        let id = variables.required("ROOT_SECRET_ID")?.to_owned();
        let refused = Unsafe::Refused { name, problem: "is no version between 0 and 65535" };
        let version = variables.required(name)?.parse().map_err(|_| refused)?;
        Ok(Self { id, version })
    }
}

/// One version of the secret.
#[derive(Clone, Debug)]
pub struct VersionedSecret {
    /// Its version, which stands in everything that is sealed under it.
    pub version: u16,
    /// The secret itself: text, whose bytes are what keys are derived from.
    pub secret: Secret<String>,
}

/// The secret that seals, and the other one while a rotation is under way.
#[derive(Clone, Debug)]
pub struct RootSecretSettings {
    /// Seals and opens.
    pub current: VersionedSecret,
    /// Only opens.
    pub retiring: Option<VersionedSecret>,
}

/// A version as it is kept: `{"version": 2, "secret": "…"}`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    version: u16,
    secret: String,
}

impl RootSecretSettings {
    /// Reads the newest version as it is kept, and the one before it, if there is one.
    ///
    /// # Errors
    /// When one is ill-formed, short, or of the same version as the other, or neither is of the version that seals.
    pub fn of_kept(sealing: u16, newest: &str, before: Option<&str>) -> Result<Self, Unsafe> {
        let newest = read(newest)?;
        let before = before.map(read).transpose()?;
        if before.as_ref().is_some_and(|before| before.version == newest.version) {
            return Err(Unsafe::Refused { name: NAME, problem: "has the same version twice" });
        }
        match (newest, before) {
            (current, retiring) if current.version == sealing => Ok(Self { current, retiring }),
            // A rotation has begun, and this function is not told of it yet.
            (newest, Some(before)) if before.version == sealing => Ok(Self { current: before, retiring: Some(newest) }),
            _ => Err(Unsafe::Refused { name: NAME, problem: "is not of the version in ROOT_SECRET_VERSION" }),
        }
    }
}

fn read(text: &str) -> Result<VersionedSecret, Unsafe> {
    // What was read is not shown: it may be the secret.
    let refused = |problem| Unsafe::Refused { name: NAME, problem };
    let Kept { version, secret } =
        serde_json::from_str(text).map_err(|_| refused("is not kept as a version and a secret"))?;
    if secret.len() < LENGTH_MIN {
        return Err(refused("is shorter than 43 characters"));
    }
    Ok(VersionedSecret { version, secret: Secret::new(secret) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(version: u16, letter: &str) -> String {
        format!(r#"{{"version": {version}, "secret": "{}"}}"#, letter.repeat(43))
    }

    fn versions(sealing: u16, newest: &str, before: Option<&str>) -> Result<(u16, Option<u16>), Unsafe> {
        let read = RootSecretSettings::of_kept(sealing, newest, before)?;
        Ok((read.current.version, read.retiring.map(|retiring| retiring.version)))
    }

    #[test]
    fn the_version_that_is_named_seals_and_the_other_opens() {
        let (one, two) = (kept(1, "x"), kept(2, "y"));
        assert_eq!(versions(1, &one, None), Ok((1, None)));
        assert_eq!(versions(2, &two, Some(&one)), Ok((2, Some(1))));
        assert_eq!(versions(1, &two, Some(&one)), Ok((1, Some(2))), "before the functions are told");
    }

    #[test]
    fn what_is_short_ill_formed_or_of_another_version_is_refused_and_not_shown() {
        let canary = "canary".repeat(9);
        let short = format!(r#"{{"version": 1, "secret": "{}"}}"#, "canary".repeat(7));
        let more = format!(r#"{{"version": 1, "secret": "{canary}", "other": 1}}"#);
        let one = kept(1, "canary");
        for (newest, before) in [
            (canary.as_str(), None),
            ("", None),
            (&format!("1:{canary}"), None),
            (&short, None),
            (&more, None),
            (&format!(r#"{{"version": 65536, "secret": "{canary}"}}"#), None),
            (&kept(2, "canary"), None),
            (&one, Some(one.as_str())),
            (&one, Some(short.as_str())),
        ] {
            let refusal = versions(1, newest, before).unwrap_err().to_string();
            assert!(refusal.starts_with(NAME) && !refusal.contains("canary"), "{refusal}");
        }
    }

    #[test]
    fn a_place_without_a_version_is_refused_by_name() {
        let place = |version: &str| {
            let pairs = [("ROOT_SECRET_ID", "arn"), ("ROOT_SECRET_VERSION", version)];
            SecretLocation::read(&pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
        };
        assert_eq!(place("2").unwrap().version, 2);
        for wrong in ["", "-1", "65536", "two"] {
            assert!(place(wrong).unwrap_err().to_string().starts_with("ROOT_SECRET_VERSION"), "{wrong}");
        }
    }
}

//! What a site does about identity documents: an age limit, faces, and rules that are stricter than the defaults.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shared::{Error, Result, documents::decision::Rules};
use utoipa::ToSchema;

/// Highest age limit.
const AGE_MAX: i32 = 120;
/// Least likeness of faces: below it the service itself takes two persons for different ones.
const FACE_MIN: i32 = 80;
/// Most rules; there are fewer causes.
const RULES_MAX: usize = 64;

/// A site's rules for identity documents.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IdCheck {
    /// Youngest age, in years, of a visitor who shows a document; none by default.
    #[schema(minimum = 1, maximum = 120)]
    pub age_min: Option<i32>,
    /// How alike, in percent, the face on a document and a photo of the visitor must be. None by default: then no face is compared.
    #[schema(minimum = 80, maximum = 100)]
    pub face_min: Option<i32>,
    /// What happens for a cause, as `name.near`, `face.unavailable` or `expired`: `held` or `refused`. A face refuses no visitor. A rule makes the default stricter, never milder.
    #[serde(default)]
    pub rules: BTreeMap<String, String>,
}

impl IdCheck {
    /// Refuses what the door would not understand.
    ///
    /// # Errors
    /// Malformed `out_of_range` or `too_many`, unprocessable `unknown_value`, naming the field.
    pub(crate) fn expect_known(&self) -> Result<()> {
        if self.age_min.is_some_and(|years| !(1..=AGE_MAX).contains(&years)) {
            return Err(Error::malformed("/id_check/age_min", "out_of_range"));
        }
        if self.face_min.is_some_and(|percent| !(FACE_MIN..=100).contains(&percent)) {
            return Err(Error::malformed("/id_check/face_min", "out_of_range"));
        }
        if self.rules.len() > RULES_MAX {
            return Err(Error::malformed("/id_check/rules", "too_many"));
        }
        Rules::of_words(&self.rules).map_err(|_| Error::unprocessable("/id_check/rules", "unknown_value"))?;
        Ok(())
    }

    /// As the log shows it.
    pub(crate) fn to_text(&self) -> Result<String> {
        serde_json::to_string(self).map_err(Error::internal)
    }
}

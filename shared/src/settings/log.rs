//! What the sealing of logs is told.

use super::{Unsafe, Variables};

/// The name under which this deployment's logs are known: the first part of every checkpoint and verifier key.
#[derive(Clone, Debug)]
pub struct LogSettings {
    /// As `doorbook.example/audit`.
    pub origin: String,
}

impl LogSettings {
    /// Reads `LOG_ORIGIN`.
    ///
    /// # Errors
    /// When it is missing, or holds what a name of a signed note must not: a space, a plus, a control.
    pub fn read(variables: &Variables) -> Result<Self, Unsafe> {
        let name = "LOG_ORIGIN";
        let origin = variables.required(name)?;
        let is_name = origin.chars().all(|letter| letter.is_ascii_graphic() && letter != '+');
        if !is_name || origin.starts_with('/') || origin.ends_with('/') {
            return Err(Unsafe::Refused { name, problem: "must be like doorbook.example/audit" });
        }
        Ok(Self { origin: origin.to_owned() })
    }
}

//! What the way out is told.

use super::{CommonSettings, Unsafe, Variables};

/// How hosts that a customer named are reached.
#[derive(Clone, Debug, Default)]
pub struct OutgoingSettings {
    /// PEM file of the authority of a collector on this machine, in place of the public ones; only locally.
    pub test_ca_file: Option<String>,
}

impl OutgoingSettings {
    /// Reads `OUTGOING_TEST_CA_FILE`, a test switch that [`CommonSettings`] refuses outside a local environment.
    ///
    /// # Errors
    /// When it is set outside a local environment.
    pub fn read(variables: &Variables) -> Result<Self, Unsafe> {
        CommonSettings::read(variables)?;
        Ok(Self { test_ca_file: variables.optional("OUTGOING_TEST_CA_FILE").map(str::to_owned) })
    }
}

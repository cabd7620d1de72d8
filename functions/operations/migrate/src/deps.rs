//! What this function is told and what it may touch. Mirrors its rights in `template.yaml`.

use shared::{
    clock::Clock,
    settings::{CommonSettings, DatabaseSettings, Unsafe, Variables},
};

/// Typed variables.
pub struct Settings {
    /// The database, as `doorbook_migrator`.
    pub database: DatabaseSettings,
}

impl Settings {
    /// Reads them.
    ///
    /// # Errors
    /// Names the variable that is missing or unsafe.
    pub fn read(variables: &Variables) -> Result<Self, Unsafe> {
        Ok(Self { database: DatabaseSettings::read(variables)? })
    }
}

/// Everything this function may touch.
pub struct Deps {
    /// The database. It is connected to for each invocation, since the lock lives as long as the connection.
    pub database: DatabaseSettings,
    /// Time.
    pub clock: Clock,
}

impl Deps {
    /// What an invocation needs; nothing is connected to yet.
    #[must_use]
    pub fn new(common: &CommonSettings, settings: Settings) -> Self {
        Self { database: settings.database, clock: common.clock }
    }
}

//! What this function is told and what it may touch. Mirrors its rights in `template.yaml`.

use shared::{
    Result,
    door::PublicDoor,
    settings::{CommonSettings, DatabaseSettings, LogSettings, Unsafe, Variables},
    tenant::Db,
};

/// Typed variables.
pub struct Settings {
    /// The database, as `fn_publish_audit_keys`.
    pub database: DatabaseSettings,
    /// The first part of every key's name.
    pub log: LogSettings,
}

impl Settings {
    /// Reads them.
    ///
    /// # Errors
    /// Names the variable that is missing or unsafe.
    pub fn read(variables: &Variables) -> Result<Self, Unsafe> {
        Ok(Self { database: DatabaseSettings::read(variables)?, log: LogSettings::read(variables)? })
    }
}

/// Everything this function may touch.
pub struct Deps {
    /// The door for whoever is not known.
    pub door: PublicDoor,
    /// The first part of every key's name.
    pub log: LogSettings,
}

impl Deps {
    /// Connects to the database.
    ///
    /// # Errors
    /// [`shared::Error::Unavailable`] when the database does not answer.
    pub async fn connect(common: &CommonSettings, settings: Settings) -> Result<Self> {
        let db = Db::connect(&settings.database, common.clock).await?;
        Ok(Self { door: PublicDoor::new(db, common), log: settings.log })
    }
}

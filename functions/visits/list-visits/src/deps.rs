//! What this function is told and what it may touch. Mirrors its rights in `template.yaml`.

use shared::{
    Result,
    door::ReadDoor,
    settings::{CommonSettings, DatabaseSettings, Unsafe, Variables},
    tenant::Db,
};

/// Typed variables.
pub struct Settings {
    /// The database, as `fn_list_visits`.
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
    /// Admits callers.
    pub door: ReadDoor,
}

impl Deps {
    /// Connects to the database.
    ///
    /// # Errors
    /// [`shared::Error::Unavailable`] when the database does not answer.
    pub async fn connect(common: &CommonSettings, settings: &Settings) -> Result<Self> {
        let db = Db::connect(&settings.database, common.clock).await?;
        Ok(Self { door: ReadDoor::new(db, common) })
    }
}

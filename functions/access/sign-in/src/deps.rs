//! What this function is told and what it may touch. Mirrors its rights in `template.yaml`.

use shared::{
    Result,
    door::{PublicDoor, ReadDoor},
    settings::{CommonSettings, DatabaseSettings, RootSecretSettings, Unsafe, Variables},
    tenant::Db,
    vault::RootSecrets,
};

/// Typed variables.
pub struct Settings {
    /// The database, as `fn_sign_in`.
    pub database: DatabaseSettings,
    /// The secret under which second factors are sealed.
    pub root: RootSecretSettings,
}

impl Settings {
    /// Reads them.
    ///
    /// # Errors
    /// Names the variable that is missing or unsafe.
    pub fn read(variables: &Variables) -> Result<Self, Unsafe> {
        Ok(Self { database: DatabaseSettings::read(variables)?, root: RootSecretSettings::read(variables)? })
    }
}

/// Everything this function may touch.
pub struct Deps {
    /// For who has proven nothing yet.
    pub door: PublicDoor,
    /// For who has proven a password.
    pub sessions: ReadDoor,
    /// Opens second factors.
    pub secrets: RootSecrets,
}

impl Deps {
    /// Connects to the database.
    ///
    /// # Errors
    /// [`shared::Error::Unavailable`] when the database does not answer.
    pub async fn connect(common: &CommonSettings, settings: &Settings) -> Result<Self> {
        let db = Db::connect(&settings.database, common.clock).await?;
        Ok(Self {
            door: PublicDoor::new(db.clone(), common),
            sessions: ReadDoor::new(db, common),
            secrets: RootSecrets::new(settings.root.clone()),
        })
    }
}

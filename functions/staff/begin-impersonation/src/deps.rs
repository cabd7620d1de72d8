//! What this function is told and what it may touch. Mirrors its rights in `template.yaml`.

use shared::{
    Result,
    authn::hand_off::HandOffKeys,
    door::PublicDoor,
    settings::{CommonSettings, DatabaseSettings, RootSecretSettings, Unsafe, Variables},
    tenant::Db,
};

/// Typed variables.
pub struct Settings {
    /// The database, as `fn_begin_impersonation`.
    pub database: DatabaseSettings,
    /// The secret under which hand-offs are signed.
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
    /// For who brings a token and nothing else.
    pub door: PublicDoor,
    /// Reads hand-offs.
    pub keys: HandOffKeys,
}

impl Deps {
    /// Connects to the database.
    ///
    /// # Errors
    /// [`shared::Error::Unavailable`] when the database does not answer.
    pub async fn connect(common: &CommonSettings, settings: &Settings) -> Result<Self> {
        let db = Db::connect(&settings.database, common.clock).await?;
        Ok(Self { door: PublicDoor::new(db, common), keys: HandOffKeys::new(settings.root.clone()) })
    }
}

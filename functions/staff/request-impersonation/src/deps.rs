//! What this function is told and what it may touch. Mirrors its rights in `template.yaml`.

use shared::{
    Result,
    authn::hand_off::HandOffKeys,
    door::{PublicDoor, WriteDoor},
    settings::{AwsSettings, CommonSettings, DatabaseSettings, RootSecretSettings, Unsafe, Variables},
    tenant::Db,
    vault::Vault,
};

/// Typed variables.
pub struct Settings {
    /// Region and credentials.
    pub aws: AwsSettings,
    /// The database, as `fn_request_impersonation`.
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
        Ok(Self {
            aws: AwsSettings::read(variables)?,
            database: DatabaseSettings::read(variables)?,
            root: RootSecretSettings::read(variables)?,
        })
    }
}

/// Everything this function may touch.
pub struct Deps {
    /// Admits members of the operator's own organization.
    pub door: WriteDoor,
    /// Opens the customer that they name.
    pub customers: PublicDoor,
    /// Signs hand-offs.
    pub keys: HandOffKeys,
}

impl Deps {
    /// Connects to the database; KMS is called when it is first needed.
    ///
    /// # Errors
    /// [`shared::Error::Unavailable`] when the database does not answer.
    pub async fn connect(common: &CommonSettings, settings: &Settings) -> Result<Self> {
        let vault = Vault::new(&settings.aws, common.clock);
        let db = Db::connect(&settings.database, common.clock).await?;
        Ok(Self {
            customers: PublicDoor::new(db.clone(), common),
            door: WriteDoor::new(db, vault, common),
            keys: HandOffKeys::new(settings.root.clone()),
        })
    }
}

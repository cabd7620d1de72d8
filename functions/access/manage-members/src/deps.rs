//! What this function is told and what it may touch. Mirrors its rights in `template.yaml`.

use shared::{
    Result,
    door::{ReadDoor, WriteDoor},
    settings::{AwsSettings, CommonSettings, DatabaseSettings, MailRequestsSettings, Unsafe, Variables},
    tenant::Db,
    vault::Vault,
};

/// Typed variables.
pub struct Settings {
    /// Region and credentials.
    pub aws: AwsSettings,
    /// The database, as `fn_manage_members`.
    pub database: DatabaseSettings,
    /// The queue where mail is asked for.
    pub queue: MailRequestsSettings,
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
            queue: MailRequestsSettings::read(variables)?,
        })
    }
}

/// Everything this function may touch.
pub struct Deps {
    /// Admits callers who change something.
    pub door: WriteDoor,
    /// Admits callers who read.
    pub reads: ReadDoor,
}

impl Deps {
    /// Connects to the database; KMS is called when it is first needed.
    ///
    /// # Errors
    /// [`shared::Error::Unavailable`] when the database does not answer.
    pub async fn connect(common: &CommonSettings, settings: &Settings) -> Result<Self> {
        let vault = Vault::new(&settings.aws, common.clock);
        let db = Db::connect(&settings.database, common.clock).await?;
        Ok(Self { reads: ReadDoor::new(db.clone(), common), door: WriteDoor::new(db, vault, common) })
    }
}

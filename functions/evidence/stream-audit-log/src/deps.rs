//! What this function is told and what it may touch. Mirrors its rights in `template.yaml`.

use shared::{
    Result,
    clock::Clock,
    foreign_buckets::ForeignBuckets,
    outgoing::Outgoing,
    settings::{AwsSettings, CommonSettings, DatabaseSettings, OutgoingSettings, Unsafe, Variables},
    tenant::Db,
    vault::Vault,
};

/// Typed variables.
pub struct Settings {
    /// Region and credentials.
    pub aws: AwsSettings,
    /// The database, as `fn_stream_audit_log`.
    pub database: DatabaseSettings,
    /// The way to collectors.
    pub outgoing: OutgoingSettings,
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
            outgoing: OutgoingSettings::read(variables)?,
        })
    }
}

/// Everything this function may touch.
pub struct Deps {
    /// Time.
    pub clock: Clock,
    /// The database.
    pub db: Db,
    /// Opens the secrets of collectors.
    pub vault: Vault,
    /// Calls collectors.
    pub outgoing: Outgoing,
    /// Writes to buckets.
    pub buckets: ForeignBuckets,
}

impl Deps {
    /// Connects to the database; everything else is called when it is first needed.
    ///
    /// # Errors
    /// [`shared::Error::Unavailable`] when the database does not answer.
    pub async fn connect(common: &CommonSettings, settings: Settings) -> Result<Self> {
        Ok(Self {
            clock: common.clock,
            db: Db::connect(&settings.database, common.clock).await?,
            vault: Vault::new(&settings.aws, common.clock),
            outgoing: Outgoing::new(&settings.outgoing)?,
            buckets: ForeignBuckets::new(&settings.aws),
        })
    }
}

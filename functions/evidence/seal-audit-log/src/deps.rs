//! What this function is told and what it may touch. Mirrors its rights in `template.yaml`.

use shared::{
    Result,
    anchors::Anchors,
    clock::Clock,
    settings::{AnchorsSettings, AwsSettings, CommonSettings, DatabaseSettings, LogSettings, Unsafe, Variables},
    tenant::Db,
    vault::Signer,
};

/// Typed variables.
pub struct Settings {
    /// Region and credentials.
    pub aws: AwsSettings,
    /// The database, as `fn_seal_audit_log`.
    pub database: DatabaseSettings,
    /// The bucket of anchors.
    pub anchors: AnchorsSettings,
    /// The first part of every checkpoint.
    pub log: LogSettings,
    /// The KMS key that signs.
    pub key_id: String,
    /// The one before it, while a rotation is under way.
    pub retiring_key_id: Option<String>,
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
            anchors: AnchorsSettings::read(variables)?,
            log: LogSettings::read(variables)?,
            key_id: variables.required("LOG_KEY_ID")?.to_owned(),
            retiring_key_id: variables.optional("LOG_KEY_ID_RETIRING").map(str::to_owned),
        })
    }
}

/// Everything this function may touch.
pub struct Deps {
    /// Time.
    pub clock: Clock,
    /// The database.
    pub db: Db,
    /// Keeps what was signed.
    pub anchors: Anchors,
    /// Signs.
    pub signer: Signer,
    /// Signs beside it, once for each organization, while a rotation is under way.
    pub retiring: Option<Signer>,
    /// The first part of every checkpoint.
    pub log: LogSettings,
}

impl Deps {
    /// Connects to the database; KMS and S3 are called when they are first needed.
    ///
    /// # Errors
    /// [`shared::Error::Unavailable`] when the database does not answer.
    pub async fn connect(common: &CommonSettings, settings: Settings) -> Result<Self> {
        Ok(Self {
            clock: common.clock,
            db: Db::connect(&settings.database, common.clock).await?,
            anchors: Anchors::new(&settings.anchors, &settings.aws),
            signer: Signer::new(&settings.aws, &settings.key_id),
            retiring: settings.retiring_key_id.map(|key_id| Signer::new(&settings.aws, &key_id)),
            log: settings.log,
        })
    }
}

//! What this function is told and what it may touch. Mirrors its rights in `template.yaml`.

use shared::{
    Result,
    bundles::Bundles,
    clock::Clock,
    objects::Objects,
    queue::QueueSender,
    settings::{
        AwsSettings, BundlesSettings, CommonSettings, DatabaseSettings, LogSettings, ObjectsSettings,
        SealRequestsSettings, SigningSettings, Unsafe, Variables,
    },
    tenant::Db,
    vault::{Signer, Vault},
};

/// Typed variables.
pub struct Settings {
    /// Region and credentials.
    pub aws: AwsSettings,
    /// The database, as `fn_build_export`.
    pub database: DatabaseSettings,
    /// The bucket of bundles.
    pub bundles: BundlesSettings,
    /// The bucket of photos and signatures.
    pub objects: ObjectsSettings,
    /// The queue that `seal-audit-log` listens to.
    pub seals: SealRequestsSettings,
    /// The first part of every key's name.
    pub log: LogSettings,
    /// The KMS key that signs manifests.
    pub signing: SigningSettings,
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
            bundles: BundlesSettings::read(variables)?,
            objects: ObjectsSettings::read(variables)?,
            seals: SealRequestsSettings::read(variables)?,
            log: LogSettings::read(variables)?,
            signing: SigningSettings::read(variables)?,
        })
    }
}

/// Everything this function may touch.
pub struct Deps {
    /// Time.
    pub clock: Clock,
    /// The database.
    pub db: Db,
    /// Keeps bundles.
    pub bundles: Bundles,
    /// Keeps sealed images.
    pub objects: Objects,
    /// Asks for seals.
    pub seals: QueueSender,
    /// Signs manifests.
    pub signer: Signer,
    /// Opens the keys of persons and of HMACs.
    pub vault: Vault,
    /// The first part of every key's name.
    pub log: LogSettings,
}

impl Deps {
    /// Connects to the database; KMS, S3 and SQS are called when they are first needed.
    ///
    /// # Errors
    /// [`shared::Error::Unavailable`] when the database does not answer.
    pub async fn connect(common: &CommonSettings, settings: &Settings) -> Result<Self> {
        let aws = &settings.aws;
        Ok(Self {
            clock: common.clock,
            db: Db::connect(&settings.database, common.clock).await?,
            bundles: Bundles::new(&settings.bundles, aws),
            objects: Objects::new(&settings.objects, aws),
            seals: QueueSender::to_seals(&settings.seals, aws),
            signer: Signer::new(aws, &settings.signing.key_id),
            vault: Vault::new(aws, common.clock),
            log: settings.log.clone(),
        })
    }
}

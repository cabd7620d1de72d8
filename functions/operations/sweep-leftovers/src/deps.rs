//! What this function is told and what it may touch. Mirrors its rights in `template.yaml`.

use shared::{
    Result,
    bundles::Bundles,
    objects::Objects,
    settings::{AwsSettings, BundlesSettings, CommonSettings, DatabaseSettings, ObjectsSettings, Unsafe, Variables},
    tenant::Db,
};

/// Typed variables.
pub struct Settings {
    /// Region and credentials.
    pub aws: AwsSettings,
    /// The database, as `fn_sweep_leftovers`.
    pub database: DatabaseSettings,
    /// The bucket of photos and signatures.
    pub objects: ObjectsSettings,
    /// The bucket of bundles.
    pub bundles: BundlesSettings,
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
            objects: ObjectsSettings::read(variables)?,
            bundles: BundlesSettings::read(variables)?,
        })
    }
}

/// Everything this function may touch.
pub struct Deps {
    /// The database.
    pub db: Db,
    /// Keeps sealed images.
    pub objects: Objects,
    /// Keeps bundles.
    pub bundles: Bundles,
}

impl Deps {
    /// Connects to the database; S3 is called when it is first needed.
    ///
    /// # Errors
    /// [`shared::Error::Unavailable`] when the database does not answer.
    pub async fn connect(common: &CommonSettings, settings: &Settings) -> Result<Self> {
        let objects = Objects::new(&settings.objects, &settings.aws);
        let bundles = Bundles::new(&settings.bundles, &settings.aws);
        Ok(Self { db: Db::connect(&settings.database, common.clock).await?, objects, bundles })
    }
}

//! What this function is told and what it may touch. Mirrors its rights in `template.yaml`.

use shared::{
    Result,
    clock::Clock,
    settings::{AwsSettings, CommonSettings, DatabaseSettings, Environment, Unsafe, Variables},
    tenant::Db,
    vault::Vault,
};

/// Typed variables.
pub struct Settings {
    /// Region and credentials.
    pub aws: AwsSettings,
    /// The database, as `fn_create_organization`.
    pub database: DatabaseSettings,
    /// The KMS key of the organizations whose plan gives them none of their own.
    pub shared_kms_key: String,
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
            shared_kms_key: variables.required("KMS_KEY_ID")?.to_owned(),
        })
    }
}

/// Everything this function may touch.
pub struct Deps {
    /// The database.
    pub db: Db,
    /// Makes tenant keys.
    pub vault: Vault,
    /// Time.
    pub clock: Clock,
    /// The KMS key of the organizations whose plan gives them none of their own.
    pub shared_kms_key: String,
    /// False where a plan without limits would let one organization starve the others.
    pub allows_plans_without_limits: bool,
}

impl Deps {
    /// Connects to the database; KMS is called when it is first needed.
    ///
    /// # Errors
    /// [`shared::Error::Unavailable`] when the database does not answer.
    pub async fn connect(common: &CommonSettings, settings: &Settings) -> Result<Self> {
        Ok(Self {
            db: Db::connect(&settings.database, common.clock).await?,
            vault: Vault::new(&settings.aws, common.clock),
            clock: common.clock,
            shared_kms_key: settings.shared_kms_key.clone(),
            allows_plans_without_limits: matches!(common.environment, Environment::Local | Environment::Test),
        })
    }
}

//! What this function is told and what it may touch. Mirrors its rights in `template.yaml`.

use shared::{
    Result,
    clock::Clock,
    mail::Mailer,
    settings::{AwsSettings, CommonSettings, DatabaseSettings, MailSettings, Unsafe, Variables},
    tenant::Db,
};

/// Typed variables.
pub struct Settings {
    /// Region and credentials.
    pub aws: AwsSettings,
    /// The database, as `fn_send_mail`.
    pub database: DatabaseSettings,
    /// In whose name mail is sent.
    pub mail: MailSettings,
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
            mail: MailSettings::read(variables)?,
        })
    }
}

/// Everything this function may touch.
pub struct Deps {
    /// Time.
    pub clock: Clock,
    /// The database.
    pub db: Db,
    /// Sends mail.
    pub mailer: Mailer,
    /// What every link begins with.
    pub console_origin: String,
}

impl Deps {
    /// Connects to the database; SES is called when it is first needed.
    ///
    /// # Errors
    /// [`shared::Error::Unavailable`] when the database does not answer.
    pub async fn connect(common: &CommonSettings, settings: &Settings) -> Result<Self> {
        Ok(Self {
            clock: common.clock,
            db: Db::connect(&settings.database, common.clock).await?,
            mailer: Mailer::new(&settings.mail, &settings.aws),
            console_origin: common.console_origin.clone(),
        })
    }
}

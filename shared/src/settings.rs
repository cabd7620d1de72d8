//! Typed reads of the environment, once, at start. The only caller of `std::env`.
//!
//! A missing or unsafe variable stops the start and is named; what it holds is not.

#[cfg(test)]
mod aws_of_tests;
mod database;
mod log;
mod mail;
mod root_secret;

use std::collections::HashMap;

pub use database::DatabaseSettings;
pub use log::LogSettings;
pub use mail::MailSettings;
pub use root_secret::{RootSecretSettings, SecretLocation, VersionedSecret};

use crate::{clock::Clock, secret::Secret};

/// Why a function refuses to start.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum Unsafe {
    /// The variable is not set, or set to nothing.
    #[error("{0} is not set")]
    Missing(&'static str),
    /// The variable holds something that it must not hold.
    #[error("{name} {problem}")]
    Refused {
        /// Name of the variable.
        name: &'static str,
        /// What is wrong with it, without its value.
        problem: &'static str,
    },
}

/// The environment of the process, or a test's.
#[derive(Clone, Debug, Default)]
pub struct Variables(HashMap<String, Secret<String>>);

impl Variables {
    /// The environment of this process.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
    pub fn of_process() -> Self {
        std::env::vars().collect()
    }

    /// The variable, which must be there.
    ///
    /// # Errors
    /// [`Unsafe::Missing`] when it is absent or empty.
    pub fn required(&self, name: &'static str) -> Result<&str, Unsafe> {
        self.optional(name).ok_or(Unsafe::Missing(name))
    }

    /// The variable, if it is there and not empty.
    #[must_use]
    pub fn optional(&self, name: &'static str) -> Option<&str> {
        self.0.get(name).map(|value| value.expose_secret().as_str()).filter(|value| !value.is_empty())
    }

    /// Those of these names, and those that Lambda sets for the AWS clients.
    #[must_use]
    pub(crate) fn only(&self, names: &[&str]) -> Self {
        let is_told = |name: &str| name.starts_with("AWS_") || names.contains(&name);
        Self(
            self.0
                .iter()
                .filter(|(name, _)| is_told(name))
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
        )
    }

    fn number<N: std::str::FromStr>(&self, name: &'static str) -> Result<Option<N>, Unsafe> {
        let refused = Unsafe::Refused { name, problem: "is not a number" };
        self.optional(name).map(|text| text.parse().map_err(|_| refused)).transpose()
    }
}

impl FromIterator<(String, String)> for Variables {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name, Secret::new(value))).collect())
    }
}

/// Where this deployment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Environment {
    /// One machine; the only one in which test switches are read.
    Local,
    /// The real thing.
    Production,
    /// A rehearsal in the cloud.
    Staging,
    /// Automated tests.
    Test,
}

/// Read only where the environment is local, and refused anywhere else.
const TEST_SWITCHES: [&str; 4] =
    ["CLOCK_OFFSET_SECONDS", "OUTGOING_TEST_CA_FILE", "READS_PER_MINUTE", "WRITES_PER_MINUTE"];

/// What every function reads.
#[derive(Clone, Debug)]
pub struct CommonSettings {
    /// Where this deployment stands.
    pub environment: Environment,
    /// Time; shifted only locally.
    pub clock: Clock,
    /// Level of the log, as `info`.
    pub log_level: String,
    /// Requests a minute in place of the plan's; only locally.
    pub per_minute: RatesPerMinute,
    /// Where the console is served, as `https://console.example`: links in mail begin with it, and what a browser
    /// changes must come from it.
    pub console_origin: String,
}

/// Rates in place of the plan's; both null outside a local environment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RatesPerMinute {
    /// Reads a minute.
    pub reads: Option<i32>,
    /// Writes a minute.
    pub writes: Option<i32>,
}

impl CommonSettings {
    /// Reads them.
    ///
    /// # Errors
    /// When one is missing or unknown, or a test switch is set outside a local environment.
    pub fn read(variables: &Variables) -> Result<Self, Unsafe> {
        let environment = match variables.required("ENVIRONMENT")? {
            "local" => Environment::Local,
            "production" => Environment::Production,
            "staging" => Environment::Staging,
            "test" => Environment::Test,
            _ => return Err(Unsafe::Refused { name: "ENVIRONMENT", problem: "is none of the known environments" }),
        };
        let log_level = variables.optional("LOG_LEVEL").unwrap_or("info").to_ascii_lowercase();
        for name in TEST_SWITCHES {
            if environment != Environment::Local && variables.optional(name).is_some() {
                return Err(Unsafe::Refused {
                    name,
                    problem: "is a test switch, read only where ENVIRONMENT is local",
                });
            }
        }
        let offset_s = variables.number("CLOCK_OFFSET_SECONDS")?.unwrap_or(0);
        let (reads, writes) = (variables.number("READS_PER_MINUTE")?, variables.number("WRITES_PER_MINUTE")?);
        let per_minute = RatesPerMinute { reads, writes };
        let console_origin = origin("CONSOLE_ORIGIN", variables.required("CONSOLE_ORIGIN")?, environment)?;
        Ok(Self { environment, clock: Clock::System { offset_s }, log_level, per_minute, console_origin })
    }
}

/// An origin and nothing more (RFC 6454): scheme, host and port. Without TLS only on this machine.
fn origin(name: &'static str, text: &str, environment: Environment) -> Result<String, Unsafe> {
    let refused = Unsafe::Refused { name, problem: "is no origin like https://console.example" };
    let url = url::Url::parse(text).map_err(|_| refused.clone())?;
    let is_local = environment == Environment::Local && matches!(url.host_str(), Some("127.0.0.1" | "localhost"));
    if url.origin().ascii_serialization() != text || !(url.scheme() == "https" || (url.scheme() == "http" && is_local))
    {
        return Err(refused);
    }
    Ok(text.to_owned())
}

/// Region, credentials and endpoints of AWS, as Lambda hands them to every function.
#[derive(Clone, Debug)]
pub struct AwsSettings {
    /// Region, as `eu-central-1`.
    pub region: String,
    /// Key id of the function's own IAM role.
    pub access_key_id: String,
    /// Its secret.
    pub secret_access_key: Secret<String>,
    /// Its session.
    pub session_token: Option<Secret<String>>,
    /// An own KMS endpoint.
    pub kms_endpoint: Option<String>,
    /// An own Rekognition endpoint.
    pub rekognition_endpoint: Option<String>,
    /// Any S3-compatible store.
    pub s3_endpoint: Option<String>,
    /// An own Secrets Manager endpoint.
    pub secrets_endpoint: Option<String>,
    /// An own SES endpoint.
    pub ses_endpoint: Option<String>,
    /// An own SQS endpoint.
    pub sqs_endpoint: Option<String>,
    /// An own Textract endpoint.
    pub textract_endpoint: Option<String>,
}

impl AwsSettings {
    /// Reads the standard variables of the AWS SDKs.
    ///
    /// # Errors
    /// When region or credentials are missing.
    pub fn read(variables: &Variables) -> Result<Self, Unsafe> {
        let secret = |text: &str| Secret::new(text.to_owned());
        Ok(Self {
            region: variables.required("AWS_REGION")?.to_owned(),
            access_key_id: variables.required("AWS_ACCESS_KEY_ID")?.to_owned(),
            secret_access_key: secret(variables.required("AWS_SECRET_ACCESS_KEY")?),
            session_token: variables.optional("AWS_SESSION_TOKEN").map(secret),
            kms_endpoint: variables.optional("AWS_ENDPOINT_URL_KMS").map(str::to_owned),
            rekognition_endpoint: variables.optional("AWS_ENDPOINT_URL_REKOGNITION").map(str::to_owned),
            s3_endpoint: variables.optional("AWS_ENDPOINT_URL_S3").map(str::to_owned),
            secrets_endpoint: variables.optional("AWS_ENDPOINT_URL_SECRETS_MANAGER").map(str::to_owned),
            ses_endpoint: variables.optional("AWS_ENDPOINT_URL_SESV2").map(str::to_owned),
            sqs_endpoint: variables.optional("AWS_ENDPOINT_URL_SQS").map(str::to_owned),
            textract_endpoint: variables.optional("AWS_ENDPOINT_URL_TEXTRACT").map(str::to_owned),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(pairs: &[(&str, &str)]) -> Variables {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn test_switches_are_refused_outside_a_local_environment() {
        for switch in TEST_SWITCHES {
            for environment in ["test", "staging", "production"] {
                let variables = with(&[("ENVIRONMENT", environment), (switch, "1")]);
                assert!(
                    matches!(CommonSettings::read(&variables), Err(Unsafe::Refused { name, .. }) if name == switch)
                );
            }
            let console = ("CONSOLE_ORIGIN", "http://127.0.0.1:9000");
            assert!(CommonSettings::read(&with(&[("ENVIRONMENT", "local"), (switch, "1"), console])).is_ok());
        }
    }

    #[test]
    fn an_unknown_environment_is_refused_by_name() {
        let refusal = CommonSettings::read(&with(&[("ENVIRONMENT", "prod")])).unwrap_err();
        assert!(refusal.to_string().starts_with("ENVIRONMENT"));
        assert_eq!(CommonSettings::read(&with(&[])).unwrap_err(), Unsafe::Missing("ENVIRONMENT"));
    }

    #[test]
    fn the_console_has_an_origin_and_tls_unless_it_is_local() {
        let read = |environment, origin| {
            CommonSettings::read(&with(&[("ENVIRONMENT", environment), ("CONSOLE_ORIGIN", origin)])).is_ok()
        };
        assert!(read("production", "https://console.example") && read("production", "https://console.example:8443"));
        assert!(read("local", "http://127.0.0.1:9000") && read("local", "http://localhost:9000"));
        for wrong in [
            "",
            "console.example",
            "https://console.example/",
            "https://u@console.example",
            "null",
            "https://console.example/path",
            "https://Console.example",
            "http://console.example",
            "https://console.example:443",
        ] {
            assert!(!read("local", wrong) && !read("production", wrong), "{wrong}");
        }
        assert!(!read("production", "http://127.0.0.1:9000"));
    }

    #[test]
    fn variables_do_not_show_their_values() {
        assert!(!format!("{:?}", with(&[("A", "canary")])).contains("canary"));
    }
}

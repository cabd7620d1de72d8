//! Typed reads of the environment, once, at start. The only caller of `std::env`.
//!
//! A missing or unsafe variable stops the start and is named; what it holds is not.

mod buckets;
mod log;
mod outgoing;
mod queues;

use std::collections::HashMap;

pub use buckets::{AnchorsSettings, BundlesSettings, ObjectsSettings};
pub use log::{LogSettings, SigningSettings};
pub use outgoing::OutgoingSettings;
pub use queues::{ExportRequestsSettings, QueueSettings, SealRequestsSettings};

use crate::{clock::Clock, secret::Secret};

/// Why a function refuses to start.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
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
        Ok(Self { environment, clock: Clock::System { offset_s }, log_level, per_minute })
    }
}

/// How the database is reached: always over verified TLS.
#[derive(Clone, Debug)]
pub struct DatabaseSettings {
    /// Host name, which the certificate must carry.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// Name of the database.
    pub database: String,
    /// The function's own database role.
    pub role: String,
    /// Password; absent where the role signs in with a short-lived IAM token.
    pub password: Option<Secret<String>>,
    /// What such a token is signed with; read only where there is no password.
    pub iam: Option<AwsSettings>,
    /// PEM file of the certificate authorities to trust; absent for the public ones.
    pub ca_file: Option<String>,
}

impl DatabaseSettings {
    /// Reads `DATABASE_URL` and `DATABASE_CA_FILE`.
    ///
    /// # Errors
    /// When the URL is missing, ill-formed, or does not demand verified TLS.
    pub fn read(variables: &Variables) -> Result<Self, Unsafe> {
        let name = "DATABASE_URL";
        let refused = |problem| Unsafe::Refused { name, problem };
        let url = url::Url::parse(variables.required(name)?).map_err(|_| refused("is not a URL"))?;
        if !matches!(url.scheme(), "postgres" | "postgresql") {
            return Err(refused("is not a postgres:// URL"));
        }
        let mut verified = false;
        for (key, value) in url.query_pairs() {
            match (key.as_ref(), value.as_ref()) {
                ("sslmode", "verify-full") => verified = true,
                ("sslmode", _) => return Err(refused("must say sslmode=verify-full")),
                _ => return Err(refused("holds a parameter other than sslmode")),
            }
        }
        if !verified {
            return Err(refused("must say sslmode=verify-full"));
        }
        if url.username().is_empty() {
            return Err(refused("names no role"));
        }
        let password = url.password().map(|text| Secret::new(text.to_owned()));
        let iam = if password.is_none() { Some(AwsSettings::read(variables)?) } else { None };
        Ok(Self {
            host: url.host_str().ok_or(refused("names no host"))?.to_owned(),
            port: url.port().unwrap_or(5432),
            database: url.path().trim_start_matches('/').to_owned(),
            role: url.username().to_owned(),
            password,
            iam,
            ca_file: variables.optional("DATABASE_CA_FILE").map(str::to_owned),
        })
    }
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
    /// Any S3-compatible store.
    pub s3_endpoint: Option<String>,
    /// An own SQS endpoint.
    pub sqs_endpoint: Option<String>,
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
            s3_endpoint: variables.optional("AWS_ENDPOINT_URL_S3").map(str::to_owned),
            sqs_endpoint: variables.optional("AWS_ENDPOINT_URL_SQS").map(str::to_owned),
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
    fn a_database_url_without_verified_tls_is_refused() {
        for query in ["", "?sslmode=disable", "?sslmode=prefer", "?sslmode=require", "?sslmode=verify-ca"] {
            let url = format!("postgres://fn_check_in@db.example:5432/doorbook{query}");
            assert!(DatabaseSettings::read(&with(&[("DATABASE_URL", &url)])).is_err(), "{query}");
        }
        let url = "postgres://fn_check_in:secret@db.example/doorbook?sslmode=verify-full";
        assert_eq!(DatabaseSettings::read(&with(&[("DATABASE_URL", url)])).unwrap().port, 5432);
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
            assert!(CommonSettings::read(&with(&[("ENVIRONMENT", "local"), (switch, "1")])).is_ok());
        }
    }

    #[test]
    fn an_unknown_environment_is_refused_by_name() {
        let refusal = CommonSettings::read(&with(&[("ENVIRONMENT", "prod")])).unwrap_err();
        assert!(refusal.to_string().starts_with("ENVIRONMENT"));
        assert_eq!(CommonSettings::read(&with(&[])).unwrap_err(), Unsafe::Missing("ENVIRONMENT"));
    }

    #[test]
    fn variables_do_not_show_their_values() {
        assert!(!format!("{:?}", with(&[("A", "canary")])).contains("canary"));
    }
}

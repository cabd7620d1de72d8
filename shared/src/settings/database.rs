//! The database, and the role as which it is reached.

use super::{AwsSettings, Unsafe, Variables};
use crate::secret::Secret;

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
}

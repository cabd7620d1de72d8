//! Connections to PostgreSQL: TLS with a verified host name, or none at all.

use std::{sync::Arc, time::Duration};

use rustls::pki_types::{CertificateDer, pem::PemObject};
use tokio_postgres::{Client, config::SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::{
    clock::Clock,
    error::{Error, Result},
    settings::DatabaseSettings,
};

/// Longest that connecting may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// Opens connections as one database role.
pub(crate) struct Connector {
    settings: DatabaseSettings,
    tls: MakeRustlsConnect,
    clock: Clock,
}

impl Connector {
    pub(crate) fn new(settings: &DatabaseSettings, clock: Clock) -> Result<Self> {
        Ok(Self { tls: MakeRustlsConnect::new(trust(settings)?), settings: settings.clone(), clock })
    }

    /// A new connection; its driver runs until the client is dropped.
    pub(crate) async fn connect(&self) -> Result<Client> {
        let mut config = tokio_postgres::Config::new();
        config
            .host(&self.settings.host)
            .port(self.settings.port)
            .dbname(&self.settings.database)
            .user(&self.settings.role)
            .application_name(&self.settings.role)
            .ssl_mode(SslMode::Require)
            .connect_timeout(CONNECT_TIMEOUT)
            .keepalives_idle(Duration::from_secs(30));
        match (&self.settings.password, &self.settings.iam) {
            (Some(password), _) => config.password(password.expose_secret()),
            (None, Some(iam)) => config.password(super::iam_token::mint(&self.settings, iam, self.clock.now())?),
            (None, None) => return Err(Error::internal("no way to sign in to the database")),
        };
        let opening = tokio::time::timeout(CONNECT_TIMEOUT, config.connect(self.tls.clone()));
        let (client, driver) = opening.await.map_err(Error::unavailable)?.map_err(Error::unavailable)?;
        tokio::spawn(async move {
            if let Err(failure) = driver.await {
                tracing::info!(error.message = %failure, "database connection ended");
            }
        });
        Ok(client)
    }
}

fn trust(settings: &DatabaseSettings) -> Result<rustls::ClientConfig> {
    let mut roots = rustls::RootCertStore::empty();
    match &settings.ca_file {
        None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        Some(path) => {
            for certificate in CertificateDer::pem_file_iter(path).map_err(Error::internal)? {
                roots.add(certificate.map_err(Error::internal)?).map_err(Error::internal)?;
            }
        }
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    Ok(rustls::ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
        .map_err(Error::internal)?
        .with_root_certificates(roots)
        .with_no_client_auth())
}

//! Connections of the local stack itself, verified against the cluster's own authority.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio::task::JoinHandle;
use tokio_postgres::config::SslMode;
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::error::{Error, Result};

/// A connection and the task that drives it; both end when it is dropped.
pub struct Connection {
    client: tokio_postgres::Client,
    driver: JoinHandle<()>,
}

impl Connection {
    /// Runs statements that take no values and answer no rows.
    ///
    /// # Errors
    /// When PostgreSQL refuses one of them.
    pub async fn run(&self, what: &str, statements: &str) -> Result<()> {
        self.client.batch_execute(statements).await.map_err(Error::database(what))
    }

    /// The first column of a statement's rows.
    ///
    /// # Errors
    /// When PostgreSQL refuses the statement.
    pub async fn texts(&self, what: &str, statement: &str) -> Result<Vec<String>> {
        let rows = self.client.query_typed(statement, &[]).await.map_err(Error::database(what))?;
        rows.iter().map(|row| row.try_get(0).map_err(Error::database(what))).collect()
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

/// Connects by a URL as libpq writes it; whatever `sslmode` says, the server's name and chain are verified.
///
/// # Errors
/// When the URL is malformed or the server does not answer, prove itself or accept the password.
pub async fn connect(url: &str, authority: &Path) -> Result<Connection> {
    let plain = url.split('?').next().unwrap_or(url);
    let mut config: tokio_postgres::Config = plain.parse().map_err(Error::database("the database URL is malformed"))?;
    config.ssl_mode(SslMode::Require);
    let tls = MakeRustlsConnect::new(client_config(authority)?);
    let (client, connection) = config.connect(tls).await.map_err(Error::database("cannot connect to PostgreSQL"))?;
    let driver = tokio::spawn(async move {
        // A lost connection shows in the next statement.
        connection.await.ok();
    });
    Ok(Connection { client, driver })
}

fn client_config(authority: &Path) -> Result<ClientConfig> {
    let refused = |reason: String| Error::stack(format!("cannot trust {}: {reason}", authority.display()));
    let certificate = CertificateDer::from_pem_file(authority).map_err(|error| refused(error.to_string()))?;
    let mut roots = RootCertStore::empty();
    roots.add(certificate).map_err(|error| refused(error.to_string()))?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| refused(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(config)
}

//! Direct connections to the test database, for looking behind the functions.

use std::sync::Arc;

use rustls::pki_types::{CertificateDer, pem::PemObject};
use tokio_postgres::{Client, Config, config::SslMode};

use super::stack::variable;

/// A connection that sees everything.
pub(crate) async fn superuser() -> Client {
    let url = url::Url::parse(&variable("DOORBOOK_TEST_SUPERUSER_URL")).expect("a URL");
    connect(url.username(), url.password().unwrap_or_default()).await
}

/// The same in another database of the server.
pub(crate) async fn superuser_in(database: &str) -> Client {
    let url = url::Url::parse(&variable("DOORBOOK_TEST_SUPERUSER_URL")).expect("a URL");
    connect_to(database, url.username(), url.password().unwrap_or_default()).await
}

/// A connection as the role of a function.
pub(crate) async fn as_role(role: &str) -> Client {
    connect(role, &variable("DOORBOOK_TEST_FN_PASSWORD")).await
}

/// The same in another database of the server.
pub(crate) async fn as_role_in(database: &str, role: &str) -> Client {
    connect_to(database, role, &variable("DOORBOOK_TEST_FN_PASSWORD")).await
}

async fn connect(role: &str, password: &str) -> Client {
    let url = url::Url::parse(&variable("DOORBOOK_TEST_SUPERUSER_URL")).expect("a URL");
    connect_to(url.path().trim_start_matches('/'), role, password).await
}

async fn connect_to(database: &str, role: &str, password: &str) -> Client {
    let mut url = url::Url::parse(&variable("DOORBOOK_TEST_SUPERUSER_URL")).expect("a URL");
    url.set_path(database);
    url.set_username(role).expect("a role");
    url.set_password(Some(password)).expect("a password");
    at(url.as_str(), &variable("DOORBOOK_TEST_DATABASE_CA")).await
}

/// A connection to wherever the URL says, trusting one certificate authority.
pub(crate) async fn at(url: &str, ca_file: &str) -> Client {
    let url = url::Url::parse(url).expect("a URL");
    let mut config = Config::new();
    config
        .host(url.host_str().expect("a host"))
        .port(url.port().expect("a port"))
        .dbname(url.path().trim_start_matches('/'))
        .user(url.username())
        .password(url.password().unwrap_or_default())
        .ssl_mode(SslMode::Require);
    let (client, driver) = config.connect(trust(ca_file)).await.expect("the database answers");
    tokio::spawn(driver);
    client
}

fn trust(ca_file: &str) -> tokio_postgres_rustls::MakeRustlsConnect {
    let mut roots = rustls::RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(ca_file).expect("a CA file") {
        roots.add(certificate.expect("a certificate")).expect("a root");
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("TLS versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    tokio_postgres_rustls::MakeRustlsConnect::new(config)
}

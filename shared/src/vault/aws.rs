//! What every AWS client of a process has in common: credentials, time limits, retries and one HTTPS connector.
//!
//! Built by hand, without the SDK's configuration loader: Lambda hands a function all it needs in variables, and the
//! loader would add files, IMDS and its own clients to every cold start.

use std::sync::{LazyLock, Once};
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_http_client::{Builder, Connector};
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::http::{
    HttpConnectorSettings, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_types::SdkConfig;
use aws_types::region::Region;
use aws_types::sdk_config::{RetryConfig, TimeoutConfig};

use crate::error::OrLog;
use crate::settings::AwsSettings;

const ATTEMPTS_MAX: u32 = 3;
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(2);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
const OPERATION_TIMEOUT: Duration = Duration::from_secs(5);

/// Configuration of a client of one service, at that service's own endpoint if there is one.
pub(crate) fn config(settings: &AwsSettings, endpoint: Option<&str>) -> SdkConfig {
    let credentials = Credentials::new(
        settings.access_key_id.as_str(),
        settings.secret_access_key.expose_secret().as_str(),
        settings.session_token.as_ref().map(|token| token.expose_secret().clone()),
        None,
        "environment",
    );
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .operation_timeout(OPERATION_TIMEOUT)
        .build();
    let mut config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(settings.region.clone()))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .timeout_config(timeouts)
        .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS_MAX))
        .http_client(http_client(endpoint));
    config.set_endpoint_url(endpoint.map(str::to_owned));
    config.build()
}

/// The one HTTPS connector of a process. Making it reads the certificate authorities of the system, which costs as much
/// as the rest of a start: it happens beside the connecting to the database, and at the latest on the first call.
static HTTPS: LazyLock<SharedHttpConnector> = LazyLock::new(|| {
    let settings = HttpConnectorSettings::builder().connect_timeout(CONNECT_TIMEOUT).build();
    let connector = Connector::builder().connector_settings(settings);
    SharedHttpConnector::new(connector.tls_provider(Provider::rustls(CryptoMode::AwsLc)).build())
});

/// The connector for calls that no client of the SDK makes. A plain endpoint is a stand-in on the same machine.
#[cfg(feature = "aws-json")]
pub(crate) fn connector(endpoint: Option<&str>) -> SharedHttpConnector {
    if endpoint.is_some_and(|url| url.starts_with("http://")) {
        let settings = HttpConnectorSettings::builder().connect_timeout(CONNECT_TIMEOUT).build();
        return SharedHttpConnector::new(Connector::builder().connector_settings(settings).build_http());
    }
    HTTPS.clone()
}

/// A plain endpoint is a stand-in on the same machine and needs no certificates.
fn http_client(endpoint: Option<&str>) -> SharedHttpClient {
    static READING: Once = Once::new();
    if endpoint.is_some_and(|url| url.starts_with("http://")) {
        return Builder::new().build_http();
    }
    READING.call_once(|| {
        let reading = std::thread::Builder::new().spawn(|| LazyLock::force(&HTTPS));
        reading.or_log("the first call makes the connector instead");
    });
    http_client_fn(|_, _| HTTPS.clone())
}

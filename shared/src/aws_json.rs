//! Calls to services of AWS for which no client of the SDK is built: JSON 1.1, one signed POST, within a time.
//!
//! What is sent are images of identity documents and of faces. They go to the configured region, and of request and answer
//! nothing is logged but the service's word for why it refuses.

mod breaker;
mod refusal;

use std::{
    sync::{Arc, OnceLock},
    time::{Duration, SystemTime},
};

use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4,
};
use aws_smithy_runtime_api::client::{
    http::{HttpConnector as _, SharedHttpConnector},
    orchestrator::HttpRequest,
};
use http_body_util::{BodyExt as _, Limited};
use serde::{Serialize, de::DeserializeOwned};

pub use refusal::Unanswered;
pub(crate) use refusal::{Refusal, Word};

use self::breaker::Breaker;
use crate::{
    clock::Clock,
    error::{Error, Result},
    secret::random_bytes,
    settings::AwsSettings,
    vault::aws,
};

/// Longest that a call may take, a second attempt included. Textract needs one to two seconds: a second attempt is made
/// only after a refusal, which comes at once.
const CALL_TIMEOUT: Duration = Duration::from_secs(4);
/// Least pause before the second attempt, in milliseconds; up to 255 more are drawn.
const PAUSE_MS: u64 = 100;
/// Bytes of an answer, beyond which it is dropped: a full page of text has about 1 MiB.
const ANSWER_BYTES_MAX: usize = 4 * 1024 * 1024;
const CONTENT_TYPE: &str = "application/x-amz-json-1.1";

/// Which service it is.
#[derive(Clone, Copy)]
pub(crate) struct Name {
    /// In hosts and signatures, as `textract`.
    pub(crate) host: &'static str,
    /// Before the operation, as `Textract`.
    pub(crate) target: &'static str,
}

/// A service of AWS. Nothing is connected before the first call.
#[derive(Clone)]
pub(crate) struct Service {
    name: Name,
    url: String,
    region: String,
    credentials: Credentials,
    clock: Clock,
    breaker: Arc<Breaker>,
    connector: Arc<OnceLock<SharedHttpConnector>>,
}

impl Service {
    /// The service in the region of these settings, or at an endpoint of its own.
    pub(crate) fn new(name: Name, settings: &AwsSettings, endpoint: Option<&str>, clock: Clock) -> Self {
        let regional = || format!("https://{}.{}.amazonaws.com/", name.host, settings.region);
        let credentials = Credentials::new(
            settings.access_key_id.as_str(),
            settings.secret_access_key.expose_secret().as_str(),
            settings.session_token.as_ref().map(|token| token.expose_secret().clone()),
            None,
            "environment",
        );
        Self {
            name,
            url: endpoint.map_or_else(regional, str::to_owned),
            region: settings.region.clone(),
            credentials,
            clock,
            breaker: Arc::default(),
            connector: Arc::default(),
        }
    }

    /// The same service, its breaker included, at the time of another clock.
    pub(crate) fn at(&self, clock: Clock) -> Self {
        Self { clock, ..self.clone() }
    }

    /// Calls an operation.
    ///
    /// # Errors
    /// The word of the service, or ours where it said none: it is too slow, not there, or was not asked.
    pub(crate) async fn call<A: DeserializeOwned>(
        &self,
        operation: &str,
        input: &(impl Serialize + Sync),
    ) -> Result<A, Refusal> {
        let entered = self.breaker.enter(self.clock.now()).ok_or_else(|| Refusal::ours(Word::BreakerOpen))?;
        let request = self.request(operation, input).map_err(|_| Refusal::ours(Word::NotAsked))?;
        let answer = tokio::time::timeout(CALL_TIMEOUT, self.attempt_twice(request)).await;
        let answer = answer.unwrap_or_else(|_| Err(Refusal::ours(Word::TimedOut)));
        match &answer {
            Err(refusal) if !refusal.is_of_the_picture() => {
                tracing::warn!(
                    error.message = %refusal,
                    service.name = self.name.host,
                    service.operation = operation,
                    service.status = refusal.status,
                    "a service gave no answer"
                );
            }
            _ => entered.was_answered(),
        }
        answer
    }

    async fn attempt_twice<A: DeserializeOwned>(&self, request: HttpRequest) -> Result<A, Refusal> {
        let second = request.try_clone();
        match (self.attempt(request).await, second) {
            (Err(refusal), Some(second)) if refusal.may_pass() => {
                tokio::time::sleep(pause()).await;
                self.attempt(second).await
            }
            (answer, _) => answer,
        }
    }

    async fn attempt<A: DeserializeOwned>(&self, request: HttpRequest) -> Result<A, Refusal> {
        let connector = self.connector.get_or_init(|| aws::connector(Some(&self.url)));
        let answer = connector.call(request).await.map_err(|_| Refusal::ours(Word::Unreachable))?;
        let (status, named) = (answer.status().as_u16(), answer.headers().get("x-amzn-errortype").map(str::to_owned));
        let body = Limited::new(answer.into_body(), ANSWER_BYTES_MAX).collect().await;
        let body = body.map_err(|_| Refusal::ours(Word::BrokenAnswer))?.to_bytes();
        if status != 200 {
            return Err(Refusal::read(status, named.as_deref(), &body));
        }
        serde_json::from_slice(&body).map_err(|_| Refusal::ours(Word::BrokenAnswer))
    }

    /// The request with its signature, by Signature Version 4. The body is signed by its hash, so that no image stands in
    /// what the signer traces.
    fn request(&self, operation: &str, input: &impl Serialize) -> Result<HttpRequest> {
        let body = serde_json::to_vec(input).map_err(Error::internal)?;
        let target = format!("{}.{operation}", self.name.target);
        let headers = [("content-type", CONTENT_TYPE), ("x-amz-target", target.as_str())];
        let hash = hexadecimal(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &body).as_ref());

        let identity = self.credentials.clone().into();
        let (seconds, nanoseconds) = self.clock.now().unix_parts();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name(self.name.host)
            .time(SystemTime::UNIX_EPOCH + Duration::new(seconds, nanoseconds))
            .settings(SigningSettings::default())
            .build()
            .map_err(Error::internal)?;
        let signable = SignableRequest::new("POST", &self.url, headers.into_iter(), SignableBody::Precomputed(hash));
        let (signature, _) =
            sign(signable.map_err(Error::internal)?, &params.into()).map_err(Error::internal)?.into_parts();

        let mut request = HttpRequest::new(body.into());
        request.set_method("POST").map_err(Error::internal)?;
        request.set_uri(self.url.as_str()).map_err(Error::internal)?;
        let signed = signature.headers().map(|(name, value)| (name.to_owned(), value.to_owned()));
        let plain = headers.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
        for (name, value) in plain.chain(signed) {
            request.headers_mut().try_insert(name, value).map_err(Error::internal)?;
        }
        Ok(request)
    }
}

/// Calls that were refused together do not come back together.
fn pause() -> Duration {
    let [drawn] = random_bytes::<1>().unwrap_or_default();
    Duration::from_millis(PAUSE_MS + u64::from(drawn))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
#[path = "aws_json_tests.rs"]
mod tests;

//! Tenant keys through KMS, which here is a connector that answers as KMS does.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use aws_sdk_kms::Client;
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_types::sdk_config::RetryConfig;
use serde_json::{Value, json};

use super::super::kms::{CACHED_KEYS_MAX, Vault};
use super::super::{LICENCE_NUMBER, WrappedTenantKey, aws};
use super::audit_values::base64;
use super::{is_internal, now, person, visit};
use crate::clock::{Clock, Timestamp};
use crate::error::Code;
use crate::id::{KeyId, OrganizationId};
use crate::settings::AwsSettings;

/// What stands in for KMS: one key, one wrapped data key, and the context that it was made with.
#[derive(Clone, Debug, Default)]
struct Stand {
    calls: Arc<AtomicUsize>,
    context: Arc<Mutex<Value>>,
    refusal: Option<(u16, &'static str)>,
    is_unreachable: bool,
}

impl Stand {
    fn answer(&self, request: &HttpRequest) -> (u16, Value) {
        self.calls.fetch_add(1, Ordering::SeqCst);
        let input: Value = serde_json::from_slice(request.body().bytes().unwrap()).unwrap();
        let refused = |code: &str| json!({"__type": code, "message": "refused"});
        if let Some((status, code)) = self.refusal {
            return (status, refused(code));
        }
        let target = request.headers().get("x-amz-target").unwrap();
        let mut made_with = self.context.lock().unwrap();
        match target {
            "TrentService.GenerateDataKey" => *made_with = input["EncryptionContext"].clone(),
            "TrentService.Decrypt" if *made_with == input["EncryptionContext"] => {}
            "TrentService.CreateKey" => {
                return (200, json!({"KeyMetadata": {"KeyId": "k", "Arn": "arn:aws:kms:::key/k"}}));
            }
            _ => return (400, refused("InvalidCiphertextException")),
        }
        (200, json!({"KeyId": "k", "Plaintext": base64(&[7; 32]), "CiphertextBlob": base64(b"wrapped")}))
    }

    fn vault(&self, clock: Clock) -> Vault {
        let settings = AwsSettings::of_tests();
        let connector = SharedHttpConnector::new(self.clone());
        let config = aws_sdk_kms::config::Builder::from(&aws::config(&settings, Some("http://127.0.0.1:1")))
            .http_client(http_client_fn(move |_, _| connector.clone()))
            .retry_config(RetryConfig::disabled());
        Vault::of_client(Client::from_conf(config.build()), clock)
    }
}

impl HttpConnector for Stand {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        if self.is_unreachable {
            return HttpConnectorFuture::ready(Err(ConnectorError::io("connection refused".into())));
        }
        let (status, body) = self.answer(&request);
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status.try_into().unwrap(), body.to_string().into())))
    }
}

async fn created(vault: &Vault) -> WrappedTenantKey {
    vault.create_tenant_key(OrganizationId::new(now()), KeyId::new(now()), "k").await.unwrap()
}

fn at(moment: Timestamp) -> Clock {
    Clock::Fixed(moment)
}

#[tokio::test]
async fn a_tenant_key_is_made_and_unwrapped_under_its_organizations_context() {
    let stand = Stand::default();
    let wrapped = created(&stand.vault(at(now()))).await;
    let context = stand.context.lock().unwrap().clone();
    assert_eq!(context, json!({"organization": wrapped.organization.to_string(), "purpose": "tenant-key"}));

    let first = stand.vault(at(now())).tenant_key(&wrapped).await.unwrap();
    let second = stand.vault(at(now())).tenant_key(&wrapped).await.unwrap();

    let key = first.new_person(person()).unwrap();
    let place = LICENCE_NUMBER.of(visit().uuid());
    let sealed = key.seal(place, b"D1234567").unwrap();
    let again = second.unwrap_person(key.id(), key.wrapped()).unwrap();
    assert_eq!(again.open(place, &sealed).unwrap().expose_secret(), b"D1234567");
    assert_eq!(first.blind_index(LICENCE_NUMBER, "x"), second.blind_index(LICENCE_NUMBER, "x"));
}

#[tokio::test]
async fn a_key_of_another_organization_is_a_fault_of_ours() {
    let stand = Stand::default();
    let vault = stand.vault(at(now()));
    let wrapped = created(&vault).await;

    let foreign = WrappedTenantKey { organization: OrganizationId::new(now()), ..wrapped };

    assert!(is_internal(vault.tenant_key(&foreign).await));
}

#[tokio::test]
async fn a_key_is_asked_of_kms_again_after_a_quarter_of_an_hour() {
    let stand = Stand::default();
    let wrapped = created(&stand.vault(at(now()))).await;
    let mut vault = stand.vault(at(now()));

    for (seconds, calls) in [(0, 2), (0, 2), (899, 2), (900, 3), (899, 4)] {
        vault.clock = at(now().plus_seconds(seconds));
        vault.tenant_key(&wrapped).await.unwrap();
        assert_eq!(stand.calls.load(Ordering::SeqCst), calls, "after {seconds} s");
    }
}

#[tokio::test]
async fn keys_in_memory_have_a_limit_and_the_oldest_goes_first() {
    let stand = Stand::default();
    let mut vault = stand.vault(at(now()));
    let oldest = created(&vault).await;
    vault.clock = at(now().plus_seconds(1));
    let second = created(&vault).await;
    for _ in 2..=CACHED_KEYS_MAX {
        created(&vault).await;
    }

    let calls = stand.calls.load(Ordering::SeqCst);
    vault.tenant_key(&second).await.unwrap();
    assert_eq!(stand.calls.load(Ordering::SeqCst), calls);
    *stand.context.lock().unwrap() = json!({"organization": oldest.organization.to_string(), "purpose": "tenant-key"});
    vault.tenant_key(&oldest).await.unwrap();
    assert_eq!(stand.calls.load(Ordering::SeqCst), calls + 1);
}

#[tokio::test]
async fn what_may_pass_is_unavailable_and_what_is_refused_for_good_is_internal() {
    let refusals = [
        (400, "ThrottlingException", Code::Unavailable),
        (400, "LimitExceededException", Code::Unavailable),
        (500, "KMSInternalException", Code::Unavailable),
        (500, "DependencyTimeoutException", Code::Unavailable),
        (500, "KeyUnavailableException", Code::Unavailable),
        (503, "ServiceUnavailableException", Code::Unavailable),
        (503, "SomethingNewException", Code::Unavailable),
        (400, "AccessDeniedException", Code::Internal),
        (400, "DisabledException", Code::Internal),
        (400, "IncorrectKeyException", Code::Internal),
        (400, "InvalidCiphertextException", Code::Internal),
        (400, "KMSInvalidStateException", Code::Internal),
        (400, "NotFoundException", Code::Internal),
    ];
    let wrapped = created(&Stand::default().vault(at(now()))).await;
    for (status, code, expected) in refusals {
        let vault = Stand { refusal: Some((status, code)), ..Stand::default() }.vault(at(now()));
        assert_eq!(vault.tenant_key(&wrapped).await.unwrap_err().code(), expected, "{code}");
    }
    let vault = Stand { is_unreachable: true, ..Stand::default() }.vault(at(now()));
    assert_eq!(vault.tenant_key(&wrapped).await.unwrap_err().code(), Code::Unavailable);
}

#[tokio::test]
async fn an_own_kms_key_is_named_by_its_arn() {
    let arn = Stand::default().vault(at(now())).create_kms_key(OrganizationId::new(now())).await;
    assert_eq!(arn.unwrap(), "arn:aws:kms:::key/k");
}

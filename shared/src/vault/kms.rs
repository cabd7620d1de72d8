//! The only caller of KMS: unwraps tenant keys, keeps them for minutes, and makes new ones.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_kms::Client;
use aws_sdk_kms::config::http::HttpResponse;
use aws_sdk_kms::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::{DataKeySpec, Tag};

use super::aws;
use super::tenant_key::{TenantKey, WrappedTenantKey};
use crate::clock::{Clock, Timestamp};
use crate::error::{Error, Result};
use crate::id::{KeyId, OrganizationId};
use crate::secret::Secret;
use crate::settings::AwsSettings;
use crate::wiring::{Condition, Fatal, Needs, Part, Right, Start, Variable};

/// Seconds that an unwrapped tenant key stays in memory: how long a key that KMS refuses may still be in use.
const CACHED_SECONDS_MAX: i64 = 15 * 60;
/// Unwrapped tenant keys in memory at a time.
pub(super) const CACHED_KEYS_MAX: usize = 1024;

/// Every right on tenant keys is one in the name of an organization.
const WITH_AN_ORGANIZATION: [Condition; 3] = [
    ("StringEquals", "aws:ResourceTag/doorbook", PURPOSE),
    ("StringEquals", "kms:EncryptionContext:purpose", PURPOSE),
    ("Null", "kms:EncryptionContext:organization", "false"),
];

/// Tenant keys, unwrapped by KMS.
///
/// KMS is trusted: a role that may call Decrypt on its keys with an organization in the context can read, together with
/// the database, everything of that organization.
#[derive(Clone)]
pub struct Vault {
    kms: Client,
    pub(super) clock: Clock,
    cache: Arc<Mutex<Cache>>,
}

impl Vault {
    /// A vault over the KMS of these settings; nothing is called yet.
    #[must_use]
    pub fn new(settings: &AwsSettings, clock: Clock) -> Self {
        Self::of_client(Client::new(&aws::config(settings, settings.kms_endpoint.as_deref())), clock)
    }

    pub(super) fn of_client(kms: Client, clock: Clock) -> Self {
        Self { kms, clock, cache: Arc::default() }
    }

    /// The tenant key, from memory or unwrapped by KMS under the organization's own context.
    ///
    /// # Errors
    /// Unavailable when KMS does not answer; internal when it refuses, or the key is not whole.
    pub async fn tenant_key(&self, wrapped: &WrappedTenantKey) -> Result<Arc<TenantKey>> {
        let cached = self.cache().find((wrapped.organization, wrapped.key_id), self.clock.now());
        if let Some(key) = cached {
            return Ok(key);
        }
        let call =
            self.kms.decrypt().key_id(&wrapped.kms_key_id).ciphertext_blob(Blob::new(wrapped.wrapped.as_slice()));
        let answer =
            Box::pin(call.set_encryption_context(context(wrapped.organization)).send()).await.map_err(refusal)?;
        self.keep(wrapped, secret(answer.plaintext)?)
    }
}

impl Part for Vault {
    fn needs() -> Needs {
        Needs::of(&[], &[Right::new(&["kms:Decrypt"], &["Keys.Outputs.TenantKeys"]).only(&WITH_AN_ORGANIZATION)])
    }

    fn build(start: &mut Start) -> Result<Self, Fatal> {
        start.shared(|start| Ok(Self::new(&AwsSettings::read(start.told())?, start.common().clock)))
    }
}

/// Makes tenant keys, and the KMS keys that wrap them.
pub struct TenantKeyMaker {
    vault: Vault,
    shared_kms_key: String,
}

impl TenantKeyMaker {
    /// The KMS key of organizations that have none of their own.
    #[must_use]
    pub fn shared_kms_key(&self) -> &str {
        &self.shared_kms_key
    }

    /// A tenant key that was made here, without asking KMS.
    ///
    /// # Errors
    /// As [`Vault::tenant_key`].
    pub async fn tenant_key(&self, wrapped: &WrappedTenantKey) -> Result<Arc<TenantKey>> {
        self.vault.tenant_key(wrapped).await
    }

    /// As [`Vault::create_tenant_key`].
    ///
    /// # Errors
    /// As there.
    pub async fn create_tenant_key(
        &self,
        organization: OrganizationId,
        key_id: KeyId,
        kms_key_id: &str,
    ) -> Result<WrappedTenantKey> {
        self.vault.create_tenant_key(organization, key_id, kms_key_id).await
    }

    /// As [`Vault::create_kms_key`].
    ///
    /// # Errors
    /// As there.
    pub async fn create_kms_key(&self, organization: OrganizationId) -> Result<String> {
        self.vault.create_kms_key(organization).await
    }
}

impl Part for TenantKeyMaker {
    fn needs() -> Needs {
        const TAGGED: [Condition; 1] = [("StringEquals", "aws:RequestTag/doorbook", PURPOSE)];
        let rights = [
            Right::new(&["kms:CreateKey"], &["*"]).only(&TAGGED),
            Right::new(&["kms:TagResource"], &["Keys.Outputs.TenantKeys"]).only(&TAGGED),
            Right::new(&["kms:GenerateDataKey"], &["Keys.Outputs.TenantKeys"]).only(&WITH_AN_ORGANIZATION),
        ];
        Needs::of(&[Variable::required("KMS_KEY_ID")], &rights)
    }

    fn build(start: &mut Start) -> Result<Self, Fatal> {
        let shared_kms_key = start.told().required("KMS_KEY_ID")?.to_owned();
        let vault = Vault::new(&AwsSettings::read(start.told())?, start.common().clock);
        Ok(Self { vault, shared_kms_key })
    }
}

impl Vault {
    /// Makes a tenant key and the index key under it.
    ///
    /// # Errors
    /// Unavailable when KMS does not answer; internal when it refuses.
    pub async fn create_tenant_key(
        &self,
        organization: OrganizationId,
        key_id: KeyId,
        kms_key_id: &str,
    ) -> Result<WrappedTenantKey> {
        let call = self.kms.generate_data_key().key_id(kms_key_id).key_spec(DataKeySpec::Aes256);
        let answer = Box::pin(call.set_encryption_context(context(organization)).send()).await.map_err(refusal)?;
        let secret = secret(answer.plaintext)?;
        let wrapped_index_key = TenantKey::new_index_key(organization, key_id, &secret)?;
        let wrapped =
            answer.ciphertext_blob.ok_or_else(|| Error::internal("KMS returned no wrapped key"))?.into_inner();
        let kms_key_id = kms_key_id.to_owned();
        let wrapped = WrappedTenantKey { organization, key_id, kms_key_id, wrapped, wrapped_index_key };
        self.keep(&wrapped, secret)?;
        Ok(wrapped)
    }

    /// Makes a KMS key for one organization and returns its ARN. The tag is what the functions' rights name it by.
    ///
    /// # Errors
    /// Unavailable when KMS does not answer; internal when it refuses.
    pub async fn create_kms_key(&self, organization: OrganizationId) -> Result<String> {
        let tag =
            |key: &str, value: &str| Tag::builder().tag_key(key).tag_value(value).build().map_err(Error::internal);
        let call = self.kms.create_key().description("Wraps the tenant key of one organization.");
        let call = call.tags(tag("doorbook", PURPOSE)?).tags(tag("organization", &organization.to_string())?);
        let answer = Box::pin(call.send()).await.map_err(refusal)?;
        answer.key_metadata.and_then(|key| key.arn).ok_or_else(|| Error::internal("KMS named no new key"))
    }

    fn keep(&self, wrapped: &WrappedTenantKey, secret: Secret<[u8; 32]>) -> Result<Arc<TenantKey>> {
        let key = Arc::new(TenantKey::unwrapped(wrapped, secret)?);
        self.cache().insert((wrapped.organization, wrapped.key_id), Arc::clone(&key), self.clock.now());
        Ok(key)
    }

    fn cache(&self) -> std::sync::MutexGuard<'_, Cache> {
        // A panic elsewhere cannot leave the map half-changed in a way that matters: a missing entry is one more call.
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const PURPOSE: &str = "tenant-key";

/// The encryption context, which key policies and rights demand: a wrapped key of one organization is none of another.
fn context(organization: OrganizationId) -> Option<HashMap<String, String>> {
    let pairs = [("organization", organization.to_string()), ("purpose", PURPOSE.to_owned())];
    Some(pairs.map(|(name, value)| (name.to_owned(), value)).into())
}

fn secret(plaintext: Option<Blob>) -> Result<Secret<[u8; 32]>> {
    let bytes = Secret::new(plaintext.ok_or_else(|| Error::internal("KMS returned no key"))?.into_inner());
    let exact = bytes.expose_secret().as_slice().try_into();
    exact.map(Secret::new).map_err(|_| Error::internal("KMS returned a key of another length"))
}

/// What a retry may mend is unavailable; what KMS refuses for good is a fault of ours.
pub(super) fn refusal<E>(error: SdkError<E, HttpResponse>) -> Error
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let passing = match &error {
        SdkError::TimeoutError(_) | SdkError::DispatchFailure(_) | SdkError::ResponseError(_) => true,
        SdkError::ServiceError(refused) => {
            refused.raw().status().is_server_error() || refused.err().code().is_none_or(is_passing)
        }
        _ => false,
    };
    if passing { Error::unavailable(error) } else { Error::internal(error) }
}

/// Outages come with a server's status; these are told by their name alone.
fn is_passing(code: &str) -> bool {
    matches!(
        code,
        "LimitExceededException"
            | "RequestLimitExceeded"
            | "Throttling"
            | "ThrottlingException"
            | "TooManyRequestsException"
    )
}

type CacheKey = (OrganizationId, KeyId);

#[derive(Default)]
struct Cache(HashMap<CacheKey, (Timestamp, Arc<TenantKey>)>);

impl Cache {
    fn find(&self, key: CacheKey, now: Timestamp) -> Option<Arc<TenantKey>> {
        self.0.get(&key).filter(|(since, _)| is_fresh(*since, now)).map(|(_, found)| Arc::clone(found))
    }

    fn insert(&mut self, key: CacheKey, value: Arc<TenantKey>, now: Timestamp) {
        self.0.retain(|_, (since, _)| is_fresh(*since, now));
        if self.0.len() >= CACHED_KEYS_MAX {
            let oldest = self.0.iter().min_by_key(|(_, (since, _))| *since).map(|(oldest, _)| *oldest);
            oldest.and_then(|oldest| self.0.remove(&oldest));
        }
        self.0.insert(key, (now, value));
    }
}

/// A clock that went back makes an entry stale too: its age is not known.
fn is_fresh(since: Timestamp, now: Timestamp) -> bool {
    (0..CACHED_SECONDS_MAX).contains(&now.seconds_since(since))
}

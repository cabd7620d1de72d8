//! The bucket of bundles: what an organization may take away, for some days, under its own key.
//!
//! A bundle is uploaded in parts that may come in any order, so that one of a million entries is never whole in memory.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart, ServerSideEncryption};
use aws_types::sdk_config::TimeoutConfig;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::bucket::Bucket;
use crate::error::{Error, Result};
use crate::id::{ExportId, OrganizationId};
use crate::settings::Unsafe;
use crate::wiring::{Condition, Fatal, Needs, Part, Right, Start, THROUGH_S3, Variable};

/// Names the bucket.
const BUCKET: Variable = Variable::required("BUNDLES_BUCKET");
/// Everything in it, as the template calls it.
const ALL_BUNDLES: &str = "Objects.Outputs.AllBundles";
/// The fewest bytes of a part that is not the last (Amazon S3, multipart upload limits).
pub const PART_BYTES_MIN: usize = 5 * 1024 * 1024;
/// The highest number of a part.
pub const PART_NUMBER_MAX: i32 = 10_000;
/// Longest that one attempt at the upload of a part may take.
const PART_TIMEOUT: Duration = Duration::from_secs(30);
/// Longest that all attempts at one together may take.
const OPERATION_TIMEOUT: Duration = Duration::from_secs(100);
/// Longest that it may take to make one object of the parts, which the store says is minutes (Amazon S3 API Reference,
/// `CompleteMultipartUpload`).
pub const COMPLETE_TIMEOUT: Duration = Duration::from_secs(300);

/// A part that lies in the bucket.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct PlacedPart {
    /// Where it stands among the parts.
    pub number: i32,
    /// What the store calls it.
    pub etag: String,
}

/// Which bundle, and the KMS key of its organization, under which the store encrypts it.
#[derive(Clone, Debug)]
pub struct BundleKey {
    /// The tenant.
    pub organization: OrganizationId,
    /// The bundle.
    pub export: ExportId,
    /// The KMS key under which the tenant key is wrapped.
    pub kms_key_id: String,
}

impl BundleKey {
    fn object(&self) -> String {
        object(self.organization, self.export)
    }

    fn progress(&self) -> String {
        format!("progress/{}/{}", self.organization, self.export)
    }

    /// What the key's policy asks for: a bundle of one organization is none of another.
    fn context(&self) -> String {
        let pairs = [("organization", self.organization.to_string()), ("purpose", "bundle".to_owned())];
        BASE64.encode(serde_json::json!(HashMap::from(pairs)).to_string())
    }
}

fn object(organization: OrganizationId, export: ExportId) -> String {
    format!("bundles/{organization}/{export}.zip")
}

fn bucket(start: &Start) -> Result<Bucket, Unsafe> {
    let timeouts = within(PART_TIMEOUT, OPERATION_TIMEOUT);
    Bucket::of(start, &BUCKET, |config| config.timeout_config(timeouts))
}

/// The bucket of bundles, for what builds them.
#[derive(Clone)]
pub struct BundleWriter(Bucket);

impl Part for BundleWriter {
    fn needs() -> Needs {
        let actions = &["s3:PutObject", "s3:GetObject", "s3:DeleteObject", "s3:AbortMultipartUpload"];
        let keys = &["Keys.Outputs.TenantKeys", "Keys.Outputs.StorageKey"];
        let encrypt = Right::new(&["kms:GenerateDataKey", "kms:Decrypt"], keys).only(&[THROUGH_S3]);
        Needs::of(&[BUCKET], &[Right::new(actions, &[ALL_BUNDLES]), encrypt])
    }

    fn build(start: &mut Start) -> Result<Self, Fatal> {
        Ok(Self(bucket(start)?))
    }
}

impl BundleWriter {
    /// Begins an upload and gives its id. Nothing of it is to be seen until it is completed.
    ///
    /// # Errors
    /// Unavailable when the bucket does not answer.
    pub async fn begin(&self, key: &BundleKey) -> Result<String> {
        let call = self.0.s3.create_multipart_upload().bucket(&self.0.name).key(key.object());
        let call = call.content_type("application/zip").server_side_encryption(ServerSideEncryption::AwsKms);
        let call = call.ssekms_key_id(&key.kms_key_id).ssekms_encryption_context(key.context());
        let begun = Box::pin(call.send()).await.map_err(Error::unavailable)?;
        begun.upload_id.ok_or_else(|| Error::internal("the bucket began an upload without an id"))
    }

    /// Uploads a part; one of the same number takes its place.
    ///
    /// # Errors
    /// Unavailable when the bucket does not take it.
    pub async fn place_part(&self, key: &BundleKey, upload: &str, number: i32, bytes: Vec<u8>) -> Result<PlacedPart> {
        let call = self.0.s3.upload_part().bucket(&self.0.name).key(key.object()).upload_id(upload).part_number(number);
        let placed = Box::pin(call.body(ByteStream::from(bytes)).send()).await.map_err(Error::unavailable)?;
        let etag = placed.e_tag.ok_or_else(|| Error::internal("the bucket took a part without naming it"))?;
        Ok(PlacedPart { number, etag })
    }

    /// Makes one object of the parts, in the order of their numbers; takes [`COMPLETE_TIMEOUT`] at most.
    ///
    /// # Errors
    /// Not found when the upload is gone: completed before, or ended. Unavailable when the bucket does not answer.
    pub async fn complete(&self, key: &BundleKey, upload: &str, parts: &[PlacedPart]) -> Result<()> {
        let part = |part: &PlacedPart| CompletedPart::builder().part_number(part.number).e_tag(&part.etag).build();
        let parts = CompletedMultipartUpload::builder().set_parts(Some(parts.iter().map(part).collect())).build();
        let call = self.0.s3.complete_multipart_upload().bucket(&self.0.name).key(key.object()).upload_id(upload);
        let patient = aws_sdk_s3::Config::builder().timeout_config(within(COMPLETE_TIMEOUT, COMPLETE_TIMEOUT));
        let call = call.multipart_upload(parts).customize().config_override(patient);
        Box::pin(call.send()).await.map_err(gone_or_unavailable)?;
        Ok(())
    }

    /// Ends an upload and frees its parts; one that is gone is ended already.
    ///
    /// # Errors
    /// Unavailable when the bucket does not answer.
    pub async fn abort(&self, key: &BundleKey, upload: &str) -> Result<()> {
        let call = self.0.s3.abort_multipart_upload().bucket(&self.0.name).key(key.object()).upload_id(upload);
        match Box::pin(call.send()).await.map_err(gone_or_unavailable) {
            Ok(_) | Err(Error::NotFound) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Bytes of a bundle that lies in the bucket; none where there is none.
    ///
    /// # Errors
    /// Unavailable when the bucket does not answer.
    pub async fn bytes_of(&self, key: &BundleKey) -> Result<Option<i64>> {
        let call = self.0.s3.head_object().bucket(&self.0.name).key(key.object());
        match Box::pin(call.send()).await.map_err(gone_or_unavailable) {
            Ok(head) => Ok(head.content_length),
            Err(Error::NotFound) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Keeps how far the making of a bundle is, for the invocation that goes on.
    ///
    /// # Errors
    /// Unavailable when the bucket does not take it.
    pub async fn keep_progress(&self, key: &BundleKey, progress: Vec<u8>) -> Result<()> {
        let call = self.0.s3.put_object().bucket(&self.0.name).key(key.progress());
        let call = call.server_side_encryption(ServerSideEncryption::AwsKms);
        let call = call.ssekms_key_id(&key.kms_key_id).ssekms_encryption_context(key.context());
        Box::pin(call.body(ByteStream::from(progress)).send()).await.map_err(Error::unavailable)?;
        Ok(())
    }

    /// How far the making was; none where nothing was kept.
    ///
    /// # Errors
    /// Unavailable when the bucket does not answer.
    pub async fn progress(&self, key: &BundleKey) -> Result<Option<Vec<u8>>> {
        let call = self.0.s3.get_object().bucket(&self.0.name).key(key.progress());
        match Box::pin(call.send()).await.map_err(gone_or_unavailable) {
            Ok(answer) => Ok(Some(answer.body.collect().await.map_err(Error::unavailable)?.to_vec())),
            Err(Error::NotFound) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Forgets how far the making was.
    ///
    /// # Errors
    /// Unavailable when the bucket does not answer.
    pub async fn forget_progress(&self, key: &BundleKey) -> Result<()> {
        let call = self.0.s3.delete_object().bucket(&self.0.name).key(key.progress());
        Box::pin(call.send()).await.map_err(Error::unavailable).map(drop)
    }
}

/// The bucket of bundles, for what hands out links to them.
pub struct BundleLinks(Bucket);

impl Part for BundleLinks {
    fn needs() -> Needs {
        const BUNDLE: [Condition; 3] = [
            ("StringEquals", "aws:ResourceTag/doorbook", "tenant-key"),
            ("StringEquals", "kms:EncryptionContext:purpose", "bundle"),
            THROUGH_S3,
        ];
        let decrypt = Right::new(&["kms:Decrypt"], &["Keys.Outputs.TenantKeys"]).only(&BUNDLE);
        Needs::of(&[BUCKET], &[Right::new(&["s3:GetObject"], &[ALL_BUNDLES]), decrypt])
    }

    fn build(start: &mut Start) -> Result<Self, Fatal> {
        Ok(Self(bucket(start)?))
    }
}

impl BundleLinks {
    /// A link that opens the bundle for some seconds, without another credential.
    ///
    /// # Errors
    /// Internal when it cannot be signed.
    pub async fn link(&self, organization: OrganizationId, export: ExportId, seconds: u32) -> Result<String> {
        let valid = PresigningConfig::expires_in(Duration::from_secs(seconds.into())).map_err(Error::internal)?;
        let call = self.0.s3.get_object().bucket(&self.0.name).key(object(organization, export));
        let call = call.response_content_disposition(format!("attachment; filename=\"{export}.zip\""));
        let link = Box::pin(call.presigned(valid)).await.map_err(Error::internal)?;
        Ok(link.uri().to_owned())
    }
}

/// The bucket of bundles, for what removes them after their days.
pub struct BundleSweeper(Bucket);

impl Part for BundleSweeper {
    fn needs() -> Needs {
        Needs::of(&[BUCKET], &[Right::new(&["s3:DeleteObject"], &[ALL_BUNDLES])])
    }

    fn build(start: &mut Start) -> Result<Self, Fatal> {
        Ok(Self(bucket(start)?))
    }
}

impl BundleSweeper {
    /// Deletes a bundle; one that is not there is deleted already.
    ///
    /// # Errors
    /// Unavailable when the bucket does not answer.
    pub async fn delete(&self, organization: OrganizationId, export: ExportId) -> Result<()> {
        let call = self.0.s3.delete_object().bucket(&self.0.name).key(object(organization, export));
        Box::pin(call.send()).await.map_err(Error::unavailable).map(drop)
    }
}

/// Both limits, since the SDK keeps of the house's short ones whatever is not set.
fn within(attempt: Duration, operation: Duration) -> TimeoutConfig {
    TimeoutConfig::builder().operation_attempt_timeout(attempt).operation_timeout(operation).build()
}

/// Only the store's own word that a thing does not exist is "not found": a missing bucket is an outage.
fn gone_or_unavailable<E, R>(error: SdkError<E, R>) -> Error
where
    E: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    match error.code() {
        Some("NoSuchKey" | "NoSuchUpload" | "NotFound") => Error::NotFound,
        _ => Error::unavailable(error),
    }
}

//! The bucket. It holds envelopes only: a role that can read it learns sizes and times, a role that can change it can
//! lose images but not forge them.

use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::get_object::GetObjectError;
use aws_sdk_s3::primitives::ByteStream;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use time::OffsetDateTime;

use super::Picture;
use crate::bucket::Bucket;
use crate::clock::Timestamp;
use crate::error::{Error, OrLog, Result};
use crate::id::{ObjectId, OrganizationId};
use crate::vault::{Column, MediaType, ObjectValue, PersonKey, SealedObject};
use crate::wiring::{Condition, Fatal, Needs, Part, Right, Start, THROUGH_S3, Variable};

/// Names the bucket.
const BUCKET: Variable = Variable::required("OBJECTS_BUCKET");
/// What is in it, as the template calls it.
const VISIT_OBJECTS: &str = "Objects.Outputs.VisitObjects";
/// Bytes of an envelope that is fetched into memory: the largest image that is stored, and its envelope.
const FETCHED_BYTES_MAX: i64 = 65 * 1024 * 1024;
/// Objects that one listing returns.
const PAGE_MAX: i32 = 200;

/// Where an object is kept: derived from the organization and the object's id, which holds its day.
///
/// No part of it comes from a caller, so there is no path to traverse and no name to leak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ObjectKey {
    organization: OrganizationId,
    object: ObjectId,
}

impl ObjectKey {
    /// The key of an object of an organization.
    #[must_use]
    pub const fn new(organization: OrganizationId, object: ObjectId) -> Self {
        Self { organization, object }
    }

    /// The day in UTC on which the object's id was made, as `2026-11-01`.
    #[must_use]
    pub fn day(&self) -> String {
        let (seconds, _) = self.object.uuid().get_timestamp().map_or((0, 0), |time| time.to_unix());
        let moment = i64::try_from(seconds).ok().and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok());
        moment.unwrap_or(OffsetDateTime::UNIX_EPOCH).date().to_string()
    }
}

impl std::fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", prefix(self.organization, &self.day()), self.object)
    }
}

fn prefix(organization: OrganizationId, day: &str) -> String {
    format!("visits/{organization}/{day}/")
}

/// Some of the objects of one organization and day.
#[derive(Debug)]
pub struct Page {
    /// Their ids, in the order of their keys.
    pub objects: Vec<ObjectId>,
    /// What to ask for next; absent after the last page.
    pub continuation: Option<String>,
}

/// An object that is in the bucket and needs a row to be reachable.
pub struct PutObject {
    /// Its id, which its key is derived from.
    pub id: ObjectId,
    /// What it is when it is opened.
    pub media_type: MediaType,
    /// Its bytes when it is opened.
    pub bytes: usize,
    /// What the audit entry says of it.
    pub audit_value: ObjectValue,
}

/// The bucket of sealed objects, for what adds to it.
pub struct ObjectWriter(Bucket);

impl Part for ObjectWriter {
    fn needs() -> Needs {
        let encrypt = Right::new(&["kms:GenerateDataKey"], &["Keys.Outputs.StorageKey"]).only(&[THROUGH_S3]);
        Needs::of(&[BUCKET], &[Right::new(&["s3:PutObject"], &[VISIT_OBJECTS]), encrypt])
    }

    fn build(start: &mut Start) -> Result<Self, Fatal> {
        Ok(Self(Bucket::of(start, &BUCKET, |config| config)?))
    }
}

impl ObjectWriter {
    /// Seals a picture under a person's key and stores it, under a new id.
    ///
    /// # Errors
    /// Unavailable when the bucket does not take it; internal when it cannot be sealed.
    pub async fn put_picture(
        &self,
        person: &PersonKey,
        column: Column,
        picture: &Picture,
        now: Timestamp,
    ) -> Result<PutObject> {
        let id = ObjectId::new(now);
        let sealed = person.seal_object(column.of(id.uuid()), picture.media_type(), picture.bytes())?;
        self.put_sealed(&ObjectKey::new(person.organization(), id), &sealed).await?;
        let (media_type, bytes) = (sealed.media_type(), sealed.bytes());
        Ok(PutObject { id, media_type, bytes, audit_value: sealed.audit_value(id) })
    }

    /// Stores an object. It is whole in the bucket when this returns, and no row refers to it yet.
    ///
    /// # Errors
    /// Unavailable when the bucket does not take it.
    pub async fn put_sealed(&self, key: &ObjectKey, object: &SealedObject) -> Result<()> {
        let call = self.0.s3.put_object().bucket(&self.0.name).key(key.to_string());
        let call = call.content_type("application/octet-stream").checksum_sha256(BASE64.encode(object.sha256()));
        Box::pin(call.body(ByteStream::from(object.envelope().to_vec())).send()).await.map_err(Error::unavailable)?;
        Ok(())
    }
}

/// The bucket of sealed objects, for what opens them.
pub struct ObjectReader(Bucket);

impl Part for ObjectReader {
    fn needs() -> Needs {
        let decrypt = Right::new(&["kms:Decrypt"], &["Keys.Outputs.StorageKey"]).only(&[THROUGH_S3]);
        Needs::of(&[BUCKET], &[Right::new(&["s3:GetObject"], &[VISIT_OBJECTS]), decrypt])
    }

    fn build(start: &mut Start) -> Result<Self, Fatal> {
        Ok(Self(Bucket::of(start, &BUCKET, |config| config)?))
    }
}

impl ObjectReader {
    /// Fetches an envelope, which only the person's key opens.
    ///
    /// # Errors
    /// Not found when there is no such object; unavailable when the bucket does not answer.
    pub async fn fetch_sealed(&self, key: &ObjectKey) -> Result<Vec<u8>> {
        let call = self.0.s3.get_object().bucket(&self.0.name).key(key.to_string());
        let answer = Box::pin(call.send()).await.map_err(missing_or_unavailable)?;
        if answer.content_length().is_none_or(|bytes| bytes > FETCHED_BYTES_MAX) {
            return Err(Error::internal("object is larger than any that was stored"));
        }
        let body = answer.body.collect().await.map_err(Error::unavailable)?;
        Ok(body.to_vec())
    }
}

/// The bucket of sealed objects, for what removes those that no row refers to.
pub struct ObjectSweeper(Bucket);

impl Part for ObjectSweeper {
    fn needs() -> Needs {
        const VISITS: [Condition; 1] = [("StringLike", "s3:prefix", "visits/*")];
        let list = Right::new(&["s3:ListBucket"], &["Objects.Outputs.BucketArn"]).only(&VISITS);
        Needs::of(&[BUCKET], &[list, Right::new(&["s3:DeleteObject"], &[VISIT_OBJECTS])])
    }

    fn build(start: &mut Start) -> Result<Self, Fatal> {
        Ok(Self(Bucket::of(start, &BUCKET, |config| config)?))
    }
}

impl ObjectSweeper {
    /// Lists what an organization stored on one day, referred to or not.
    ///
    /// # Errors
    /// Unavailable when the bucket does not answer.
    pub async fn list_day(
        &self,
        organization: OrganizationId,
        day: Timestamp,
        continuation: Option<&str>,
    ) -> Result<Page> {
        let prefix = prefix(organization, &day.day());
        let call = self.0.s3.list_objects_v2().bucket(&self.0.name).prefix(&prefix).max_keys(PAGE_MAX);
        let call = call.set_continuation_token(continuation.map(str::to_owned));
        let answer = Box::pin(call.send()).await.map_err(Error::unavailable)?;
        let names = answer.contents().iter().filter_map(|object| object.key()?.strip_prefix(&prefix));
        let objects = names.filter_map(|name| name.parse().or_log("what another hand put there is not ours to touch"));
        Ok(Page { objects: objects.collect(), continuation: answer.next_continuation_token().map(str::to_owned) })
    }

    /// Deletes an object; one that is not there is deleted already.
    ///
    /// # Errors
    /// Unavailable when the bucket does not answer.
    pub async fn delete(&self, key: &ObjectKey) -> Result<()> {
        let call = self.0.s3.delete_object().bucket(&self.0.name).key(key.to_string());
        Box::pin(call.send()).await.map_err(Error::unavailable)?;
        Ok(())
    }
}

/// Only the store's own word that the key does not exist is "not found": a missing bucket is an outage.
fn missing_or_unavailable<R>(error: SdkError<GetObjectError, R>) -> Error
where
    R: std::fmt::Debug + Send + Sync + 'static,
{
    match &error {
        SdkError::ServiceError(refused) if refused.err().code() == Some("NoSuchKey") => Error::NotFound,
        _ => Error::unavailable(error),
    }
}

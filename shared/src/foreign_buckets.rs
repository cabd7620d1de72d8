//! Buckets of customers, in accounts of theirs, written to with the function's own role. Nothing is read from them.
//!
//! A bucket is the customer's word: S3 is told whose it must be, and our role may write to none of our own account's. That
//! an organization cannot write into another's bucket is in the bucket's own policy, which names the organization's prefix.

use aws_sdk_s3::Client;
use aws_sdk_s3::config::Region;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::put_object::PutObjectError;
use aws_sdk_s3::primitives::ByteStream;
use base64::{Engine as _, prelude::BASE64_STANDARD};

use crate::authn::sha256;
use crate::bucket;
use crate::domain::stream::Undelivered;
use crate::error::Result;
use crate::settings::AwsSettings;
use crate::wiring::{Condition, Fatal, Needs, Part, Right, Start};

/// One bucket of a customer's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeignBucket {
    /// Its name.
    pub name: String,
    /// Where it lies.
    pub region: String,
    /// The account that owns it.
    pub account: String,
}

/// The way to them.
#[derive(Clone)]
pub struct ForeignBuckets {
    s3: Client,
    /// A stand-in has no regions.
    has_regions: bool,
}

impl Part for ForeignBuckets {
    fn needs() -> Needs {
        const FOREIGN: [Condition; 1] = [("StringNotEquals", "aws:ResourceAccount", "AWS::AccountId")];
        Needs::of(&[], &[Right::new(&["s3:PutObject"], &["arn:${AWS::Partition}:s3:::*/doorbook/*"]).only(&FOREIGN)])
    }

    fn build(start: &mut Start) -> Result<Self, Fatal> {
        let aws = AwsSettings::read(start.told())?;
        Ok(Self { s3: bucket::client(&aws, |config| config), has_regions: aws.s3_endpoint.is_none() })
    }
}

impl ForeignBuckets {
    /// Writes an object. Written again under the same name it has the same bytes, so nothing is asked first.
    ///
    /// # Errors
    /// The word for why the bucket did not take it, or may not have.
    pub async fn put(
        &self,
        bucket: &ForeignBucket,
        key: &str,
        content_type: &str,
        bytes: Vec<u8>,
    ) -> Result<(), Undelivered> {
        let call = self.s3.put_object().bucket(&bucket.name).key(key).expected_bucket_owner(&bucket.account);
        let call = call.content_type(content_type).checksum_sha256(BASE64_STANDARD.encode(sha256(&bytes)));
        let mut call = call.body(ByteStream::from(bytes)).customize();
        if self.has_regions {
            let region = Region::new(bucket.region.clone());
            call = call.config_override(aws_sdk_s3::config::Builder::new().region(region));
        }
        Box::pin(call.send()).await.map(drop).map_err(|error| word_for(&error))
    }
}

fn word_for<R>(error: &SdkError<PutObjectError, R>) -> Undelivered {
    match error {
        SdkError::ServiceError(refused) => match refused.err().code() {
            Some("AccessDenied" | "AllAccessDisabled") => Undelivered::AccessDenied,
            Some("NoSuchBucket") => Undelivered::NoSuchBucket,
            Some("PermanentRedirect" | "AuthorizationHeaderMalformed" | "IllegalLocationConstraintException") => {
                Undelivered::OtherRegion
            }
            Some("InternalError" | "ServiceUnavailable" | "SlowDown") => Undelivered::ServerError,
            _ => Undelivered::Refused,
        },
        SdkError::TimeoutError(_) => Undelivered::TimedOut,
        SdkError::ResponseError(_) => Undelivered::ConnectionLost,
        _ => Undelivered::Unreachable,
    }
}

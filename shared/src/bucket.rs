//! What every bucket has in common.

use aws_sdk_s3::{Client, config::Builder};

use crate::settings::{AwsSettings, Unsafe};
use crate::vault::aws;
use crate::wiring::{Start, Variable};

/// A bucket, and the way to it.
#[derive(Clone)]
pub(crate) struct Bucket {
    /// The way to S3.
    pub(crate) s3: Client,
    /// Name of the bucket.
    pub(crate) name: String,
}

impl Bucket {
    /// The bucket that a variable names; nothing is called yet.
    pub(crate) fn of(start: &Start, name: &Variable, adjust: impl FnOnce(Builder) -> Builder) -> Result<Self, Unsafe> {
        let name = start.told().required(name.name)?.to_owned();
        Ok(Self { s3: client(&AwsSettings::read(start.told())?, adjust), name })
    }
}

/// A way to S3, or to any store that speaks like it.
pub(crate) fn client(aws: &AwsSettings, adjust: impl FnOnce(Builder) -> Builder) -> Client {
    let config = Builder::from(&aws::config(aws, aws.s3_endpoint.as_deref()));
    // Any other store than S3 is known by its address, not by a host name for each bucket.
    Client::from_conf(adjust(config.force_path_style(aws.s3_endpoint.is_some())).build())
}

//! A short-lived password for the database: a presigned `connect` request of RDS, as the AWS documentation
//! of "IAM database authentication" defines it. It is made without a call to AWS.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SignatureLocation, SigningSettings, sign},
    sign::v4,
};

use crate::{
    clock::Timestamp,
    error::{Error, Result},
    settings::{AwsSettings, DatabaseSettings},
};

/// RDS accepts a token for 15 minutes; it is needed only while connecting.
const LIFETIME: Duration = Duration::from_secs(900);

/// Signs the right to connect as the role, until 15 minutes from now.
pub(super) fn mint(database: &DatabaseSettings, iam: &AwsSettings, now: Timestamp) -> Result<String> {
    let identity = Credentials::new(
        iam.access_key_id.clone(),
        iam.secret_access_key.expose_secret().clone(),
        iam.session_token.as_ref().map(|token| token.expose_secret().clone()),
        None,
        "lambda",
    )
    .into();
    let mut settings = SigningSettings::default();
    settings.expires_in = Some(LIFETIME);
    settings.signature_location = SignatureLocation::QueryParams;
    let (seconds, nanoseconds) = now.unix_parts();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(&iam.region)
        .name("rds-db")
        .time(SystemTime::UNIX_EPOCH + Duration::new(seconds, nanoseconds))
        .settings(settings)
        .build()
        .map_err(Error::internal)?;

    let mut url = url::Url::parse(&format!("https://{}:{}/", database.host, database.port)).map_err(Error::internal)?;
    url.query_pairs_mut().append_pair("Action", "connect").append_pair("DBUser", &database.role);
    let request = SignableRequest::new("GET", url.as_str(), std::iter::empty(), SignableBody::Bytes(&[]))
        .map_err(Error::internal)?;
    let (instructions, _) = sign(request, &params.into()).map_err(Error::internal)?.into_parts();
    for (name, value) in instructions.params() {
        url.query_pairs_mut().append_pair(name, value);
    }
    Ok(url.as_str().trim_start_matches("https://").to_owned())
}

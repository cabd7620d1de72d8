//! What a request asks for: bucket, key and parameters, in the style that puts the bucket into the path.

use hyper::http::request::Parts;
use percent_encoding::percent_decode_str;

use super::refusal::{Code, Outcome, Refusal};

/// Parameters that belong to a signature or to the SDK, and not to an operation.
const OF_EVERY_REQUEST: [&str; 8] = [
    "x-id",
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-Expires",
    "X-Amz-Security-Token",
    "X-Amz-Signature",
    "X-Amz-SignedHeaders",
];
/// Headers by which Amazon S3 would do something: those that are known here.
const KNOWN_HEADERS: [&str; 16] = [
    "x-amz-bucket-object-lock-enabled",
    "x-amz-checksum-algorithm",
    "x-amz-checksum-crc32",
    "x-amz-checksum-mode",
    "x-amz-checksum-sha256",
    "x-amz-checksum-type",
    "x-amz-content-sha256",
    "x-amz-date",
    "x-amz-decoded-content-length",
    "x-amz-expected-bucket-owner",
    "x-amz-sdk-checksum-algorithm",
    "x-amz-security-token",
    "x-amz-server-side-encryption",
    "x-amz-server-side-encryption-aws-kms-key-id",
    "x-amz-server-side-encryption-context",
    "x-amz-trailer",
];
/// Conditions that are not looked at.
const UNKNOWN_CONDITIONS: [&str; 4] = ["if-match", "if-modified-since", "if-unmodified-since", "if-range"];

/// The parameters of a request, decoded.
#[derive(Debug)]
pub(super) struct Query(Vec<(String, String)>);

/// Where a request goes.
#[derive(Debug)]
pub(super) struct Target {
    /// Empty where all buckets are meant.
    pub(super) bucket: String,
    /// Empty where the bucket itself is meant.
    pub(super) key: String,
    pub(super) query: Query,
}

impl Query {
    fn read(raw: &str) -> Outcome<Self> {
        let pairs = raw.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((decode(name)?, decode(value)?))
        });
        Ok(Self(pairs.collect::<Outcome<_>>()?))
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    /// A number, where one is given.
    pub(super) fn number<N: std::str::FromStr>(&self, name: &str) -> Outcome<Option<N>> {
        let refusal = |_| Refusal::new(Code::InvalidArgument, format!("{name} is no number"));
        self.get(name).map(|text| text.parse().map_err(refusal)).transpose()
    }

    /// Refuses a parameter that an operation does not know, since it would change what is asked for.
    pub(super) fn refuse_others(&self, known: &[&str]) -> Outcome<()> {
        let mut names = self.0.iter().map(|(name, _)| name.as_str());
        match names.find(|name| !known.contains(name) && !OF_EVERY_REQUEST.contains(name)) {
            Some(name) => Err(Refusal::not_imitated(format_args!("the parameter {name}"))),
            None => Ok(()),
        }
    }
}

impl Target {
    /// Reads a request, and refuses one that asks for what is not imitated.
    pub(super) fn read(head: &Parts) -> Outcome<Self> {
        for name in head.headers.keys().map(hyper::header::HeaderName::as_str) {
            // The client's own name comes under several.
            let means_something = name.starts_with("x-amz-") && !name.starts_with("x-amz-user-agent");
            if (means_something && !KNOWN_HEADERS.contains(&name)) || UNKNOWN_CONDITIONS.contains(&name) {
                return Err(Refusal::not_imitated(format_args!("the header {name}")));
            }
        }
        let path = head.uri.path().trim_start_matches('/');
        let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
        let query = Query::read(head.uri.query().unwrap_or_default())?;
        Ok(Self { bucket: decode(bucket)?, key: decode(key)?, query })
    }
}

fn decode(text: &str) -> Outcome<String> {
    let decoded = percent_decode_str(text).decode_utf8();
    let decoded = decoded.map_err(|_| Refusal::new(Code::InvalidArgument, "the URL is not UTF-8"))?;
    Ok(decoded.into_owned())
}

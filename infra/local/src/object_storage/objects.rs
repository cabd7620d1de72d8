//! Operations on objects: writing, reading and deleting them.

use std::sync::Arc;

use hyper::body::Incoming;
use hyper::http::request::Parts;
use hyper::{HeaderMap, Method, StatusCode};

use super::answer::{self, Answer};
use super::bucket::{Bucket, Object, Version};
use super::files::Content;
use super::received::receive;
use super::refusal::{Code, Outcome, Refusal};
use super::request::Target;
use super::{Shared, check_owner};
use crate::machine;

/// Headers of an upload that come back with the object.
const KEPT: [&str; 3] = ["content-type", "x-amz-server-side-encryption", "x-amz-server-side-encryption-aws-kms-key-id"];
/// Parameters by which a client changes headers of the answer, and the headers.
const CHANGED: [(&str, &str); 2] =
    [("response-content-disposition", "content-disposition"), ("response-content-type", "content-type")];

/// The headers that are kept of an upload.
pub(super) fn kept(headers: &HeaderMap) -> Vec<(&'static str, String)> {
    let value = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    KEPT.into_iter().filter_map(|name| Some((name, value(name)?))).collect()
}

pub(super) async fn put(shared: &Shared, head: &Parts, target: &Target, body: &mut Incoming) -> Outcome<Answer> {
    target.query.refuse_others(&[])?;
    let only_if_absent = match head.headers.get("if-none-match").map(hyper::header::HeaderValue::as_bytes) {
        None => false,
        Some(b"*") => true,
        Some(_) => return Err(Refusal::not_imitated("If-None-Match but for *")),
    };
    let received = receive(&shared.files, &head.headers, body).await?;
    let mut store = shared.lock();
    let bucket = store.bucket_mut(&target.bucket)?;
    check_owner(bucket, head)?;
    if bucket.rules.retention.is_some() && !received.is_protected {
        let message = "an upload that gets locked needs Content-MD5 or a checksum";
        return Err(Refusal::new(Code::InvalidRequest, message));
    }
    let object = Object {
        content: Content::of(vec![Arc::new(received.piece)]),
        etag: machine::id().simple().to_string(),
        checksum: received.checksum,
        headers: kept(&head.headers),
    };
    let has_versions = bucket.rules.has_versions;
    let version = bucket.put(&target.key, object, only_if_absent)?;
    let answer = answer::header(answer::empty(StatusCode::OK), "x-amz-version-id", has_versions.then_some(&version.id));
    Ok(version.object.iter().fold(answer, describe))
}

pub(super) fn get(shared: &Shared, head: &Parts, target: &Target) -> Outcome<Answer> {
    let [known, also] = CHANGED.map(|(parameter, _)| parameter);
    target.query.refuse_others(&["versionId", known, also])?;
    if head.headers.contains_key("if-none-match") {
        return Err(Refusal::not_imitated("If-None-Match of a read"));
    }
    let store = shared.lock();
    let bucket = store.bucket(&target.bucket)?;
    check_owner(bucket, head)?;
    let (version, object) = bucket.find(&target.key, target.query.get("versionId"))?;
    let length = object.content.length();
    let range = match head.headers.get("range").and_then(|range| range.to_str().ok()) {
        Some(range) => Some(read_range(range, length)?),
        None => None,
    };
    let (offset, count) = range.unwrap_or((0, length));
    let status = if range.is_some() { StatusCode::PARTIAL_CONTENT } else { StatusCode::OK };
    let answer = match head.method {
        Method::HEAD => answer::empty(status),
        _ => answer::file(status, object.content.read(offset, count)),
    };
    let answer = answer::header(answer, "content-length", Some(count));
    let last = offset.saturating_add(count).saturating_sub(1);
    let answer = answer::header(answer, "content-range", range.map(|_| format!("bytes {offset}-{last}/{length}")));
    let answer = of_version(answer, bucket, version);
    // A checksum is that of the whole.
    let object = Object { checksum: object.checksum.clone().filter(|_| range.is_none()), ..object.clone() };
    let answer = describe(answer, &object);
    let change = |answer, (parameter, name)| answer::header(answer, name, target.query.get(parameter));
    Ok(CHANGED.into_iter().fold(answer, change))
}

pub(super) fn delete(shared: &Shared, head: &Parts, target: &Target) -> Outcome<Answer> {
    target.query.refuse_others(&["versionId"])?;
    let mut store = shared.lock();
    let bucket = store.bucket_mut(&target.bucket)?;
    check_owner(bucket, head)?;
    let deleted = bucket.delete(&target.key, target.query.get("versionId"))?;
    let answer = answer::header(answer::empty(StatusCode::NO_CONTENT), "x-amz-version-id", deleted.version);
    Ok(answer::header(answer, "x-amz-delete-marker", deleted.is_marker.then_some("true")))
}

/// What is said of an object whenever it is written or read.
fn describe(answer: Answer, object: &Object) -> Answer {
    let answer = answer::header(answer, "etag", Some(format_args!("\"{}\"", object.etag)));
    let checksum = object.checksum.as_ref();
    let answer = checksum
        .into_iter()
        .fold(answer, |answer, (algorithm, value)| answer::header(answer, algorithm.header(), Some(value)));
    object.headers.iter().fold(answer, |answer, (name, value)| answer::header(answer, name, Some(value)))
}

fn of_version(answer: Answer, bucket: &Bucket, version: &Version) -> Answer {
    let answer = answer::header(answer, "accept-ranges", Some("bytes"));
    let answer = answer::header(answer, "last-modified", Some(answer::http_date(version.modified)));
    let answer = answer::header(answer, "x-amz-version-id", bucket.rules.has_versions.then_some(&version.id));
    let mode = bucket.rules.retention.as_ref().map(|retention| &retention.mode);
    let until = version.retained_until.map(answer::xml_date);
    let answer = answer::header(answer, "x-amz-object-lock-mode", mode.filter(|_| until.is_some()));
    answer::header(answer, "x-amz-object-lock-retain-until-date", until)
}

/// One range of bytes: its offset and its length.
fn read_range(text: &str, length: u64) -> Outcome<(u64, u64)> {
    let range = text.strip_prefix("bytes=").and_then(|range| range.split_once('-'));
    let (first, last) = range
        .filter(|(_, last)| !last.contains(','))
        .ok_or_else(|| Refusal::not_imitated(format_args!("the range {text}")))?;
    let unsatisfiable = || Refusal::new(Code::InvalidRange, format!("{text} of {length} bytes"));
    let number = |text: &str| text.parse::<u64>().map_err(|_| unsatisfiable());
    let newest = length.checked_sub(1).ok_or_else(unsatisfiable)?;
    let (first, last) = match (first, last) {
        ("", suffix) => (length.saturating_sub(number(suffix)?), newest),
        (first, "") => (number(first)?, newest),
        (first, last) => (number(first)?, number(last)?.min(newest)),
    };
    if first > last {
        return Err(unsatisfiable());
    }
    Ok((first, last.saturating_sub(first).saturating_add(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_ends_where_the_object_does() {
        let range = |text| read_range(text, 10).map_err(|refusal| refusal.code);
        assert_eq!(range("bytes=0-3"), Ok((0, 4)));
        assert_eq!(range("bytes=4-"), Ok((4, 6)));
        assert_eq!(range("bytes=8-99"), Ok((8, 2)));
        assert_eq!(range("bytes=-3"), Ok((7, 3)));
        assert_eq!(range("bytes=-30"), Ok((0, 10)));
        for beyond in ["bytes=10-", "bytes=5-4", "bytes=-0", "bytes=x-"] {
            assert_eq!(range(beyond), Err(Code::InvalidRange), "{beyond}");
        }
        assert_eq!(range("bytes=0-1,3-4"), Err(Code::NotImplemented));
    }
}

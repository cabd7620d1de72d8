//! Operations on buckets: making them, and listing what they hold.

use hyper::StatusCode;
use hyper::http::request::Parts;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::answer::{self, Answer};
use super::bucket::{Bucket, Rules};
use super::listing::{self, Asked, Listed, PAGE_MAX};
use super::refusal::{Code, Outcome, Refusal};
use super::request::{Query, Target};
use super::xml::Xml;
use super::{Shared, Store, check_owner};

/// Who owns what a client makes by a request: another account than the stack's, the one of Amazon's own examples.
const CUSTOMER: &str = "123456789012";

const ENCODING: &str = "encoding-type";
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

impl Store {
    pub(super) fn create(&mut self, name: &str, rules: Rules) -> Outcome<()> {
        let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.');
        if !(3..=63).contains(&name.len()) || !name.bytes().all(is_plain) {
            return Err(Refusal::new(Code::InvalidBucketName, "a bucket's name has 3 to 63 of a-z, 0-9, - and ."));
        }
        if self.buckets.contains_key(name) {
            return Err(Refusal::new(Code::BucketAlreadyOwnedByYou, "there is a bucket of this name"));
        }
        self.buckets.insert(name.to_owned(), Bucket::new(rules));
        Ok(())
    }
}

pub(super) fn create(shared: &Shared, head: &Parts, target: &Target) -> Outcome<Answer> {
    target.query.refuse_others(&[])?;
    let lock = head.headers.get("x-amz-bucket-object-lock-enabled");
    if lock.is_some_and(|lock| lock.as_bytes().eq_ignore_ascii_case(b"true")) {
        return Err(Refusal::not_imitated("Object Lock but for buckets of the template"));
    }
    let rules = Rules { owner: CUSTOMER.to_owned(), has_versions: false, retention: None };
    shared.lock().create(&target.bucket, rules)?;
    Ok(answer::header(answer::empty(StatusCode::OK), "location", Some(format_args!("/{}", target.bucket))))
}

pub(super) fn list(shared: &Shared, target: &Target) -> Outcome<Answer> {
    target.query.refuse_others(&[])?;
    let store = shared.lock();
    let xml = Xml::new("ListAllMyBucketsResult").inside("Buckets", |buckets| {
        store.buckets.iter().fold(buckets, |buckets, (name, bucket)| {
            let created = answer::xml_date(bucket.created);
            buckets.inside("Bucket", |one| one.text("Name", name).text("CreationDate", created))
        })
    });
    Ok(answer::xml(xml))
}

pub(super) fn list_objects(shared: &Shared, head: &Parts, target: &Target) -> Outcome<Answer> {
    let query = &target.query;
    query.refuse_others(&["list-type", "prefix", "max-keys", "continuation-token", "start-after", "encoding-type"])?;
    let store = shared.lock();
    let bucket = store.bucket(&target.bucket)?;
    check_owner(bucket, head)?;
    let asked = Asked {
        prefix: query.get("prefix").unwrap_or_default(),
        // The token is the last key of the page before.
        behind: query.get("continuation-token").or(query.get("start-after")),
        behind_version: None,
        count_max: count_max(target)?,
    };
    let page = listing::objects(bucket, asked);
    let next = page.lines.last().filter(|_| page.is_truncated).map(|last| last.key);
    let xml = begin("ListBucketResult", target, asked);
    let xml = xml.text("KeyCount", page.lines.len());
    let xml = xml.text("IsTruncated", page.is_truncated).maybe("NextContinuationToken", next);
    let xml = page
        .lines
        .iter()
        .fold(xml, |xml, line| xml.inside("Contents", |one| object(one.text("Key", as_asked(query, line.key)), line)));
    Ok(answer::xml(xml))
}

pub(super) fn list_versions(shared: &Shared, head: &Parts, target: &Target) -> Outcome<Answer> {
    let query = &target.query;
    query.refuse_others(&["versions", "prefix", "max-keys", "key-marker", "version-id-marker", "encoding-type"])?;
    let store = shared.lock();
    let bucket = store.bucket(&target.bucket)?;
    check_owner(bucket, head)?;
    let asked = Asked {
        prefix: query.get("prefix").unwrap_or_default(),
        behind: query.get("key-marker"),
        behind_version: query.get("version-id-marker"),
        count_max: count_max(target)?,
    };
    if asked.behind_version.is_some() && asked.behind.is_none() {
        return Err(Refusal::new(Code::InvalidArgument, "a version id marker needs a key marker"));
    }
    let page = listing::versions(bucket, asked);
    let next = page.lines.last().filter(|_| page.is_truncated);
    let xml = begin("ListVersionsResult", target, asked).text("IsTruncated", page.is_truncated);
    let xml = xml.maybe("NextKeyMarker", next.map(|last| as_asked(query, last.key)));
    let xml = xml.maybe("NextVersionIdMarker", next.map(|last| &last.version.id));
    let xml = page.lines.iter().fold(xml, |xml, line| {
        let name = if line.version.object.is_some() { "Version" } else { "DeleteMarker" };
        xml.inside(name, |one| {
            let one = one
                .text("Key", as_asked(query, line.key))
                .text("VersionId", &line.version.id)
                .text("IsLatest", line.is_latest);
            object(one, line)
        })
    });
    Ok(answer::xml(xml))
}

/// How both listings begin.
fn begin(root: &'static str, target: &Target, asked: Asked<'_>) -> Xml {
    let xml = Xml::new(root).text("Name", &target.bucket).text("Prefix", as_asked(&target.query, asked.prefix));
    xml.text("MaxKeys", asked.count_max).maybe("EncodingType", target.query.get(ENCODING))
}

/// A key in the encoding that the client asks for. Amazon's command line and its SDK for Python ask for that of URLs.
fn as_asked(query: &Query, key: &str) -> String {
    match query.get(ENCODING) {
        Some("url") => utf8_percent_encode(key, ENCODED).to_string(),
        _ => key.to_owned(),
    }
}

/// What both listings say of a version. A delete marker has a time alone.
fn object(xml: Xml, line: &Listed<'_>) -> Xml {
    let xml = xml.text("LastModified", answer::xml_date(line.version.modified));
    let Some(object) = &line.version.object else { return xml };
    let xml = xml.text("ETag", format_args!("\"{}\"", object.etag)).text("Size", object.content.length());
    xml.text("StorageClass", "STANDARD")
}

fn count_max(target: &Target) -> Outcome<usize> {
    Ok(target.query.number("max-keys")?.unwrap_or(PAGE_MAX).min(PAGE_MAX))
}

//! Operations on uploads in parts.

use hyper::StatusCode;
use hyper::body::Incoming;
use hyper::http::request::Parts;

use super::answer::{self, Answer};
use super::received::receive;
use super::refusal::{Code, Outcome, Refusal};
use super::request::Target;
use super::uploads::Named;
use super::xml::{Xml, elements, unescape};
use super::{Shared, check_owner, objects};

/// Most bytes of the list of parts: 10,000 of them, with their tags and checksums.
const LIST_BYTES_MAX: u64 = 4 * 1024 * 1024;

pub(super) fn begin(shared: &Shared, head: &Parts, target: &Target) -> Outcome<Answer> {
    target.query.refuse_others(&["uploads"])?;
    let mut store = shared.lock();
    check_owner(store.bucket(&target.bucket)?, head)?;
    let id = store.uploads.begin(&target.bucket, &target.key, objects::kept(&head.headers));
    let xml = Xml::new("InitiateMultipartUploadResult").text("Bucket", &target.bucket);
    Ok(answer::xml(xml.text("Key", &target.key).text("UploadId", id)))
}

pub(super) async fn place(
    shared: &Shared,
    head: &Parts,
    (target, upload): (&Target, &str),
    body: &mut Incoming,
) -> Outcome<Answer> {
    target.query.refuse_others(&["uploadId", "partNumber"])?;
    let number = target.query.number("partNumber")?.unwrap_or_default();
    let received = receive(&shared.files, &head.headers, body).await?;
    let mut store = shared.lock();
    check_owner(store.bucket(&target.bucket)?, head)?;
    let etag = store.uploads.place((&target.bucket, &target.key, upload), number, received.piece)?;
    let answer = answer::header(answer::empty(StatusCode::OK), "etag", Some(format_args!("\"{etag}\"")));
    let checksum = received.checksum;
    Ok(checksum
        .iter()
        .fold(answer, |answer, (algorithm, value)| answer::header(answer, algorithm.header(), Some(value))))
}

pub(super) async fn complete(
    shared: &Shared,
    head: &Parts,
    (target, upload): (&Target, &str),
    body: &mut Incoming,
) -> Outcome<Answer> {
    target.query.refuse_others(&["uploadId"])?;
    let received = receive(&shared.files, &head.headers, body).await?;
    if received.piece.length() > LIST_BYTES_MAX {
        return Err(Refusal::new(Code::MalformedXML, "the list of parts is too long"));
    }
    let text = received.piece.text().map_err(|error| Refusal::of_disk(&error))?;
    let parts = named(&text)?;
    let mut store = shared.lock();
    check_owner(store.bucket(&target.bucket)?, head)?;
    let object = store.uploads.complete((&target.bucket, &target.key, upload), &parts)?;
    let etag = format!("\"{}\"", object.etag);
    let bucket = store.bucket_mut(&target.bucket)?;
    let has_versions = bucket.rules.has_versions;
    let version = bucket.put(&target.key, object, false)?;
    let xml = Xml::new("CompleteMultipartUploadResult").text("Bucket", &target.bucket).text("Key", &target.key);
    let answer = answer::xml(xml.text("ETag", etag));
    Ok(answer::header(answer, "x-amz-version-id", has_versions.then_some(&version.id)))
}

pub(super) fn abort(shared: &Shared, head: &Parts, (target, upload): (&Target, &str)) -> Outcome<Answer> {
    target.query.refuse_others(&["uploadId"])?;
    let mut store = shared.lock();
    check_owner(store.bucket(&target.bucket)?, head)?;
    store.uploads.abort((&target.bucket, &target.key, upload))?;
    Ok(answer::empty(StatusCode::NO_CONTENT))
}

/// The parts that a client names.
fn named(xml: &str) -> Outcome<Vec<Named>> {
    let malformed = || Refusal::new(Code::MalformedXML, "the list of parts is not understood");
    let one = |part: &str| {
        let text = |name| elements(part, name).first().map(|text| unescape(text)).ok_or_else(malformed);
        let number = text("PartNumber")?.trim().parse().map_err(|_| malformed())?;
        Ok(Named { number, etag: text("ETag")?.trim().trim_matches('"').to_owned() })
    };
    elements(xml, "Part").into_iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_named_with_and_without_escaped_quotes() {
        let xml = "<CompleteMultipartUpload xmlns=\"x\"><Part><ETag>&quot;a&quot;</ETag><PartNumber>1</PartNumber></Part>\
            <Part><PartNumber>2</PartNumber><ETag>\"b\"</ETag></Part></CompleteMultipartUpload>";
        let named = |number, etag: &str| Named { number, etag: etag.to_owned() };
        assert_eq!(super::named(xml).unwrap(), [named(1, "a"), named(2, "b")]);
        let refused = super::named("<Part><ETag>a</ETag></Part>").unwrap_err();
        assert_eq!(refused.code, Code::MalformedXML);
    }
}

//! Which requests are taken: those with a credential, which is not checked, or with a link that was signed, which is.

use aws_lc_rs::{digest, hmac};
use hyper::http::request::Parts;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use time::{Duration, OffsetDateTime, PrimitiveDateTime};

use super::refusal::{Code, Outcome, Refusal};
use super::request::{Query, Target};
use crate::machine::{LOCAL_CREDENTIAL, REGION};

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const SIGNATURE: &str = "X-Amz-Signature";
/// Longest that a link may be valid (Signature Version 4, query parameters).
const SECONDS_MAX: i64 = 7 * 86_400;
const MOMENT: &[BorrowedFormatItem<'_>] = format_description!("[year][month][day]T[hour][minute][second]Z");
/// What Signature Version 4 leaves as it is in a name or a value.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
const ENCODED_PATH: &AsciiSet = &ENCODED.remove(b'/');

/// Lets a request through or refuses it.
pub(super) fn check(head: &Parts, target: &Target, now: OffsetDateTime) -> Outcome<()> {
    let header = head.headers.get("authorization").and_then(|value| value.to_str().ok());
    if header.is_some_and(|value| value.starts_with(ALGORITHM)) {
        return Ok(());
    }
    match target.query.get(SIGNATURE) {
        Some(signature) => check_link(head, target, signature, now),
        None => Err(Refusal::new(Code::AccessDenied, "the request has no credential")),
    }
}

fn check_link(head: &Parts, target: &Target, signature: &str, now: OffsetDateTime) -> Outcome<()> {
    let malformed = |what: &str| Refusal::new(Code::AuthorizationQueryParametersError, what);
    let value = |name: &str| target.query.get(name).ok_or_else(|| malformed(&format!("{name} is missing")));
    let (moment, seconds) = (value("X-Amz-Date")?, value("X-Amz-Expires")?);
    let signed_at = PrimitiveDateTime::parse(moment, MOMENT).map_err(|_| malformed("X-Amz-Date is no moment"))?;
    let seconds: Option<i64> = seconds.parse().ok().filter(|seconds| (1..=SECONDS_MAX).contains(seconds));
    let seconds = seconds.ok_or_else(|| malformed("X-Amz-Expires is not from 1 second to 7 days"))?;
    let day = moment.split('T').next().unwrap_or_default();
    let scope = format!("{day}/{REGION}/s3/aws4_request");
    if value("X-Amz-Algorithm")? != ALGORITHM || value("X-Amz-Credential")? != format!("{LOCAL_CREDENTIAL}/{scope}") {
        return Err(malformed("the link was signed by another credential than the local one"));
    }
    let request = canonical_request(head, target, value("X-Amz-SignedHeaders")?);
    let text = format!("{ALGORITHM}\n{moment}\n{scope}\n{}", hex(digest::digest(&digest::SHA256, request.as_bytes())));
    if hex(sign(&scope, &text)) != signature {
        return Err(Refusal::new(Code::SignatureDoesNotMatch, "the link is not as it was signed"));
    }
    if now >= signed_at.assume_utc().saturating_add(Duration::seconds(seconds)) {
        return Err(Refusal::new(Code::AccessDenied, "Request has expired"));
    }
    Ok(())
}

/// The request in the one form in which it is signed.
fn canonical_request(head: &Parts, target: &Target, signed_headers: &str) -> String {
    let path = format!("/{}/{}", target.bucket, target.key);
    let path = utf8_percent_encode(&path, ENCODED_PATH);
    let headers: String = signed_headers
        .split(';')
        .map(|name| {
            let value = head.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
            format!("{name}:{}\n", value.trim())
        })
        .collect();
    let query = canonical_query(&target.query);
    format!("{}\n{path}\n{query}\n{headers}\n{signed_headers}\nUNSIGNED-PAYLOAD", head.method)
}

fn canonical_query(query: &Query) -> String {
    let encoded = |text: &str| utf8_percent_encode(text, ENCODED).to_string();
    let signed = query.pairs().iter().filter(|(name, _)| name != SIGNATURE);
    let mut pairs: Vec<_> = signed.map(|(name, value)| (encoded(name), encoded(value))).collect();
    pairs.sort_unstable();
    pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

fn sign(scope: &str, text: &str) -> hmac::Tag {
    let mac = |key: &[u8], text: &str| hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes());
    let first = format!("AWS4{LOCAL_CREDENTIAL}").into_bytes();
    let key = scope.split('/').fold(first, |key, part| mac(&key, part).as_ref().to_vec());
    mac(&key, text)
}

fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use hyper::Request;
    use time::macros::datetime;

    use super::*;

    /// Signed by another implementation, which reproduces the example that Amazon publishes.
    const LINK: &str = "/bundles/a%20b/c.zip?X-Amz-Algorithm=AWS4-HMAC-SHA256\
        &X-Amz-Credential=local%2F20260101%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20260101T000000Z\
        &X-Amz-Expires=600&X-Amz-SignedHeaders=host\
        &response-content-disposition=attachment%3B%20filename%3D%22c.zip%22\
        &X-Amz-Signature=bfdc84a2012f8d87622c99e2f900207bdd962d1883688facc4655f5af17ed78c";

    fn follow(method: &str, link: &str, host: &str, now: OffsetDateTime) -> Result<(), Code> {
        let request = Request::builder().method(method).uri(link).header("host", host).body(()).unwrap();
        let (head, ()) = request.into_parts();
        let target = Target::read(&head).unwrap();
        check(&head, &target, now).map_err(|refusal| refusal.code)
    }

    #[test]
    fn a_link_opens_what_it_was_signed_for_as_long_as_it_says() {
        let opens = |method, link: &str, host, now| follow(method, link, host, now);
        assert_eq!(opens("GET", LINK, "127.0.0.1:9", datetime!(2026-01-01 0:09:59 UTC)), Ok(()));
        assert_eq!(opens("GET", LINK, "127.0.0.1:9", datetime!(2026-01-01 0:10 UTC)), Err(Code::AccessDenied));
    }

    #[test]
    fn a_link_that_was_changed_opens_nothing() {
        let opens = |method, link: &str, host| follow(method, link, host, datetime!(2026-01-01 0:01 UTC));
        let changed = Err(Code::SignatureDoesNotMatch);
        assert_eq!(opens("DELETE", LINK, "127.0.0.1:9"), changed);
        assert_eq!(opens("GET", LINK, "127.0.0.1:8"), changed);
        for (signed, other) in
            [("c.zip?", "d.zip?"), ("Expires=600", "Expires=601"), ("c.zip%22", "d.zip%22"), ("78c", "78d")]
        {
            assert_eq!(opens("GET", &LINK.replace(signed, other), "127.0.0.1:9"), changed, "{other}");
        }
        let unsigned = LINK.split("&X-Amz-Signature").next().unwrap();
        assert_eq!(opens("GET", unsigned, "127.0.0.1:9"), Err(Code::AccessDenied));
        for (signed, other) in
            [("=local%2F", "=other%2F"), ("Expires=600", "Expires=604801"), ("X-Amz-Date=", "X-Amz-Day=")]
        {
            let malformed = Err(Code::AuthorizationQueryParametersError);
            assert_eq!(opens("GET", &LINK.replace(signed, other), "127.0.0.1:9"), malformed, "{other}");
        }
    }
}

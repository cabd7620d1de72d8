//! The S3 stand-in, asked over HTTP.

mod objects;
mod parts;

use std::path::PathBuf;

use hyper::body::Bytes;
use hyper::{HeaderMap, StatusCode};

use super::xml::elements;
use super::*;

const CREDENTIAL: (&str, &str) =
    ("authorization", "AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/s3/aws4_request, Signature=0");

/// A stand-in with three buckets: `plain`, `kept` with versions, `locked` with Object Lock.
struct Rig {
    s3: S3,
    directory: PathBuf,
}

struct Said {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Rig {
    async fn start() -> Self {
        let directory = std::env::temp_dir().join(format!("doorbook-s3-{}", machine::id()));
        let s3 = S3::start(&directory).await.unwrap();
        let year = Retention { mode: "COMPLIANCE".to_owned(), days: 365 };
        for (name, has_versions, retention) in
            [("plain", false, None), ("kept", true, None), ("locked", true, Some(year))]
        {
            s3.create_bucket(name, Rules { owner: "000000000000".to_owned(), has_versions, retention }).unwrap();
        }
        Self { s3, directory }
    }

    async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Said {
        let request = http::request(method, self.s3.address, path, headers, body.into()).unwrap();
        let (head, body) = http::send_whole(self.s3.address, request).await.unwrap();
        Said { status: head.status, headers: head.headers, body }
    }

    /// Asks with a credential, for something that is done.
    async fn done(&self, method: &str, path: &str, body: impl Into<Bytes>) -> Said {
        let said = self.ask(method, path, &[CREDENTIAL], body).await;
        assert!(said.status.is_success(), "{method} {path}: {} {}", said.status, said.text());
        said
    }

    /// Asks with a credential, for something that is refused.
    async fn refusal(&self, method: &str, path: &str, headers: &[(&str, &str)], body: impl Into<Bytes>) -> String {
        let said = self.ask(method, path, &[&[CREDENTIAL], headers].concat(), body).await;
        format!("{} {}", said.status.as_u16(), said.all("Code").join(" "))
    }

    fn files(&self) -> usize {
        std::fs::read_dir(&self.directory).unwrap().count()
    }

    async fn begin(&self, path: &str) -> String {
        self.done("POST", &format!("{path}?uploads"), "").await.all("UploadId").remove(0)
    }

    async fn place(&self, path: &str, upload: &str, number: usize, body: Vec<u8>) -> String {
        let said = self.done("PUT", &format!("{path}?partNumber={number}&uploadId={upload}"), body).await;
        said.header("etag").to_owned()
    }
}

impl Said {
    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    fn all(&self, element: &str) -> Vec<String> {
        elements(self.text(), element).into_iter().map(str::to_owned).collect()
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }
}

#[tokio::test]
async fn listings_go_on_where_the_page_before_ended() {
    let rig = Rig::start().await;
    for key in ["a/1", "a/2", "a/2", "a/2", "a/3", "b/1"] {
        rig.done("PUT", &format!("/kept/{key}"), key).await;
    }

    let (mut keys, mut token) = (Vec::new(), String::new());
    loop {
        let page = rig.done("GET", &format!("/kept?list-type=2&prefix=a%2F&max-keys=2{token}"), "").await;
        keys.push(page.all("Key"));
        let Some(next) = page.all("NextContinuationToken").pop() else { break };
        token = format!("&continuation-token={next}");
    }
    assert_eq!(keys, [vec!["a/1", "a/2"], vec!["a/3"]]);

    let all = rig.done("GET", "/kept?versions&prefix=a%2F", "").await.all("VersionId");
    let (mut versions, mut marker) = (Vec::new(), String::new());
    loop {
        let page = rig.done("GET", &format!("/kept?versions&prefix=a%2F&max-keys=2{marker}"), "").await;
        versions.extend(page.all("VersionId"));
        let Some(key) = page.all("NextKeyMarker").pop() else { break };
        marker = format!("&key-marker={key}&version-id-marker={}", page.all("NextVersionIdMarker")[0]);
    }
    assert_eq!((versions.len(), versions), (5, all));
    let behind = rig.done("GET", "/kept?versions&prefix=a%2F&key-marker=a%2F2", "").await;
    assert_eq!(behind.all("Key"), ["a/3"]);
}

#[tokio::test]
async fn keys_are_listed_in_the_encoding_that_is_asked_for() {
    let rig = Rig::start().await;
    rig.done("PUT", "/plain/a%20%26/b", "one").await;
    for listing in ["list-type=2", "versions"] {
        assert_eq!(rig.done("GET", &format!("/plain?{listing}"), "").await.all("Key"), ["a &amp;/b"]);
        let encoded = rig.done("GET", &format!("/plain?{listing}&encoding-type=url&prefix=a%20"), "").await;
        assert_eq!(
            (encoded.all("Key"), encoded.all("Prefix")),
            (vec!["a%20%26/b".to_owned()], vec!["a%20".to_owned()])
        );
    }
}

#[tokio::test]
async fn what_is_not_imitated_is_refused_by_name() {
    let rig = Rig::start().await;
    rig.done("PUT", "/plain/a", "one").await;
    for (method, path, headers) in [
        ("GET", "/plain/a?acl", [].as_slice()),
        ("PUT", "/plain/a?tagging", &[]),
        ("GET", "/plain?list-type=2&delimiter=%2F", &[]),
        ("GET", "/plain", &[]),
        ("DELETE", "/plain", &[]),
        ("PUT", "/plain/b", &[("x-amz-copy-source", "/plain/a")]),
        ("PUT", "/plain/b", &[("x-amz-object-lock-mode", "COMPLIANCE")]),
        ("PUT", "/plain/b", &[("x-amz-checksum-sha1", "x")]),
        ("PUT", "/plain/b", &[("if-none-match", "\"x\"")]),
        ("PUT", "/other", &[("x-amz-bucket-object-lock-enabled", "true")]),
        ("GET", "/plain/a", &[("if-match", "\"x\"")]),
    ] {
        assert_eq!(rig.refusal(method, path, headers, "").await, "501 NotImplemented", "{method} {path} {headers:?}");
    }
}

#[tokio::test]
async fn without_a_credential_and_from_a_foreign_bucket_nothing_comes() {
    let rig = Rig::start().await;
    rig.done("PUT", "/plain/a", "one").await;
    let none = rig.ask("GET", "/plain/a", &[], "").await;
    assert_eq!((none.status, none.all("Code")), (StatusCode::FORBIDDEN, vec!["AccessDenied".to_owned()]));

    rig.done("PUT", "/customers", "").await;
    assert_eq!(rig.refusal("PUT", "/customers", &[], "").await, "409 BucketAlreadyOwnedByYou");
    assert_eq!(rig.refusal("PUT", "/Customers", &[], "").await, "400 InvalidBucketName");
    let expected = |account| [("x-amz-expected-bucket-owner", account)];
    assert_eq!(rig.refusal("PUT", "/customers/a", &expected("123456789012"), "one").await, "200 ");
    assert_eq!(rig.refusal("PUT", "/customers/a", &expected("210987654321"), "one").await, "403 AccessDenied");
    assert_eq!(rig.done("GET", "/", "").await.all("Name"), ["customers", "kept", "locked", "plain"]);
}

#[tokio::test]
async fn the_files_go_with_the_stand_in() {
    let rig = Rig::start().await;
    rig.done("PUT", "/kept/a", "one").await;
    assert_eq!(rig.files(), 1);
    let Rig { s3, directory } = rig;
    drop(s3);
    assert!(!directory.exists());
}

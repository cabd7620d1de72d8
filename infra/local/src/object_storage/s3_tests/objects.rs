//! Objects, their versions and their locks.

use hyper::StatusCode;

use super::*;

#[tokio::test]
async fn what_is_written_is_read_back_whole_and_in_ranges() {
    let rig = Rig::start().await;
    let kms = ("x-amz-server-side-encryption", "aws:kms");
    let put = rig.ask("PUT", "/plain/a%20b/c", &[CREDENTIAL, ("content-type", "text/x"), kms], "0123456789").await;

    let got = rig.done("GET", "/plain/a%20b/c?response-content-disposition=attachment%3B%20x", "").await;
    let part = rig.ask("GET", "/plain/a%20b/c", &[CREDENTIAL, ("range", "bytes=2-4")], "").await;
    let head = rig.done("HEAD", "/plain/a%20b/c", "").await;

    assert_eq!((got.text(), got.header("content-type"), got.header(kms.0)), ("0123456789", "text/x", kms.1));
    assert_eq!(got.header("content-disposition"), "attachment; x");
    assert_eq!(got.header("etag"), put.header("etag"));
    assert_eq!(
        (part.status, part.text(), part.header("content-range")),
        (206_u16.try_into().unwrap(), "234", "bytes 2-4/10")
    );
    assert_eq!((head.text(), head.header("content-length"), head.header("etag")), ("", "10", put.header("etag")));
    assert_eq!(rig.refusal("GET", "/plain/a%20b/c", &[("range", "bytes=10-")], "").await, "416 InvalidRange");
    assert_eq!(rig.refusal("GET", "/plain/nothing", &[], "").await, "404 NoSuchKey");
    assert_eq!(rig.refusal("GET", "/nowhere/nothing", &[], "").await, "404 NoSuchBucket");
    assert_eq!(rig.refusal("HEAD", "/plain/nothing", &[], "").await, "404 ");
}

#[tokio::test]
async fn a_name_is_given_once_where_that_is_asked_for() {
    let rig = Rig::start().await;
    let first = [("if-none-match", "*")];
    for bucket in ["plain", "kept"] {
        let path = format!("/{bucket}/a");
        assert_eq!(rig.refusal("PUT", &path, &first, "one").await, "200 ");
        assert_eq!(rig.refusal("PUT", &path, &first, "two").await, "412 PreconditionFailed");
        assert_eq!(rig.done("GET", &path, "").await.text(), "one");
        rig.done("DELETE", &path, "").await;
        assert_eq!(rig.refusal("PUT", &path, &first, "two").await, "200 ");
    }
}

#[tokio::test]
async fn a_bucket_with_versions_forgets_nothing_and_one_without_keeps_no_file() {
    let rig = Rig::start().await;
    let one = rig.done("PUT", "/kept/a", "one").await.header("x-amz-version-id").to_owned();
    let two = rig.done("PUT", "/kept/a", "two").await.header("x-amz-version-id").to_owned();
    let gone = rig.done("DELETE", "/kept/a", "").await;
    let marker = gone.header("x-amz-version-id").to_owned();

    assert_eq!(rig.refusal("GET", "/kept/a", &[], "").await, "404 NoSuchKey");
    assert_eq!(rig.refusal("GET", &format!("/kept/a?versionId={marker}"), &[], "").await, "405 MethodNotAllowed");
    assert_eq!(rig.refusal("GET", "/kept/a?versionId=none", &[], "").await, "404 NoSuchVersion");
    assert_eq!(rig.done("GET", &format!("/kept/a?versionId={one}"), "").await.text(), "one");
    let listed = rig.done("GET", "/kept?versions", "").await;
    assert_eq!(listed.all("VersionId"), [&marker, &two, &one].map(String::clone));
    assert_eq!(
        (listed.all("IsLatest"), listed.all("DeleteMarker").len()),
        (["true", "false", "false"].map(str::to_owned).to_vec(), 1)
    );
    assert_eq!(rig.done("GET", "/kept?list-type=2", "").await.all("Key"), [""; 0]);
    rig.done("DELETE", &format!("/kept/a?versionId={marker}"), "").await;
    assert_eq!(rig.done("GET", "/kept/a", "").await.text(), "two");

    for path in [format!("/kept/a?versionId={one}"), format!("/kept/a?versionId={two}")] {
        rig.done("DELETE", &path, "").await;
    }
    rig.done("PUT", "/plain/a", "one").await;
    rig.done("PUT", "/plain/a", "two").await;
    assert_eq!(rig.done("GET", "/plain?versions", "").await.all("VersionId"), ["null"]);
    assert_eq!(rig.files(), 1);
    rig.done("DELETE", "/plain/a", "").await;
    assert_eq!(rig.files(), 0);
}

#[tokio::test]
async fn a_locked_version_stays() {
    let rig = Rig::start().await;
    assert_eq!(rig.refusal("PUT", "/locked/a", &[], "one").await, "400 InvalidRequest");
    let checksum = ("x-amz-checksum-crc32", "emyG8Q==");
    let put = rig.ask("PUT", "/locked/a", &[CREDENTIAL, checksum], "one").await;
    assert_eq!(put.status, StatusCode::OK, "{}", put.text());
    let version = format!("/locked/a?versionId={}", put.header("x-amz-version-id"));

    assert_eq!(rig.refusal("DELETE", &version, &[], "").await, "403 AccessDenied");
    let marker = rig.done("DELETE", "/locked/a", "").await;
    rig.done("DELETE", &format!("/locked/a?versionId={}", marker.header("x-amz-version-id")), "").await;

    let got = rig.done("GET", "/locked/a", "").await;
    assert_eq!((got.text(), got.header("x-amz-object-lock-mode")), ("one", "COMPLIANCE"));
    let days = |count| answer::xml_date(machine::now().saturating_add(time::Duration::days(count)));
    let until = got.header("x-amz-object-lock-retain-until-date").to_owned();
    assert!(days(364) < until && until < days(366), "{until}");
}

#[tokio::test]
async fn a_body_that_was_damaged_is_refused_and_leaves_nothing() {
    let rig = Rig::start().await;
    let right = [
        ("content-md5", "+XxdKZQb+xsv2rCHSQargg=="),
        ("x-amz-checksum-crc32", "emyG8Q=="),
        ("x-amz-checksum-sha256", "dpLDrTVAu4A8Ags67mbNiIcSMjTqDG5xQ8Ct1z/0Me0="),
    ];
    for header in right {
        assert_eq!(rig.refusal("PUT", "/plain/a", &[header], "one").await, "200 ", "{header:?}");
        assert_eq!(rig.refusal("PUT", "/plain/b", &[header], "two").await, "400 BadDigest", "{header:?}");
    }
    let chunked = |checksum: &str| format!("3\r\none\r\n0\r\nx-amz-checksum-crc32:{checksum}\r\n\r\n");
    let headers = [
        ("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"),
        ("x-amz-trailer", "x-amz-checksum-crc32"),
        ("x-amz-decoded-content-length", "3"),
    ];
    assert_eq!(rig.refusal("PUT", "/plain/a", &headers, chunked("emyG8Q==")).await, "200 ");
    assert_eq!(rig.refusal("PUT", "/plain/b", &headers, chunked("AAAAAA==")).await, "400 BadDigest");
    let too_short = [headers[0], ("x-amz-decoded-content-length", "4")];
    assert_eq!(rig.refusal("PUT", "/plain/b", &too_short, chunked("emyG8Q==")).await, "400 IncompleteBody");

    assert_eq!(rig.done("GET", "/plain/a", "").await.text(), "one");
    assert_eq!(rig.done("GET", "/plain/a", "").await.header("x-amz-checksum-crc32"), "emyG8Q==");
    assert_eq!((rig.done("GET", "/plain?list-type=2", "").await.all("Key"), rig.files()), (vec!["a".to_owned()], 1));
}

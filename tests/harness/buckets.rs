//! What lies in the buckets of a stack, as seen by one who may read all of them.

use hyper::{Request, body::Bytes};

use super::loopback;

/// The stand-in for S3 asks for a credential in a header and does not check it.
pub(crate) const CREDENTIAL: &str =
    "AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0";

/// Every version of every object of every bucket, with bucket and name.
pub(crate) async fn all_objects(endpoint: &str) -> Vec<(String, Bytes)> {
    let mut objects = Vec::new();
    for bucket in elements(&get(endpoint, "/").await, "Name") {
        let listing = get(endpoint, &format!("/{bucket}?versions")).await;
        assert!(!elements(&listing, "IsTruncated").contains(&"true".to_owned()), "{bucket} holds more than one page");
        // Delete markers stand beside the versions, and hold nothing.
        for version in elements(&listing, "Version") {
            let text = |name| elements(version.as_bytes(), name).remove(0);
            let (key, id) = (text("Key"), text("VersionId"));
            let path = format!("/{bucket}/{key}?versionId={id}");
            objects.push((format!("{bucket}/{key}"), get(endpoint, &path).await));
        }
    }
    objects
}

async fn get(endpoint: &str, path: &str) -> Bytes {
    loopback::send(endpoint, Request::get(path).header("authorization", CREDENTIAL), String::new()).await
}

/// The texts of the elements of a name. Names of objects here hold nothing that XML would escape.
fn elements(xml: &[u8], name: &str) -> Vec<String> {
    let xml = String::from_utf8_lossy(xml);
    let (begin, end) = (format!("<{name}>"), format!("</{name}>"));
    xml.split(&begin).skip(1).filter_map(|rest| rest.split(&end).next().map(str::to_owned)).collect()
}

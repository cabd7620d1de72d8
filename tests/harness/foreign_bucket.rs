//! A customer's bucket, looked at with the customer's own hands.

use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;

use super::stack;

/// A bucket that exists.
pub(crate) struct CustomersBucket(pub(crate) String);

impl CustomersBucket {
    pub(crate) async fn create() -> Self {
        Self::named(format!("customer-{}", uuid::Uuid::new_v4().simple())).await
    }

    pub(crate) async fn named(name: String) -> Self {
        let bucket = Self(name);
        bucket.ask("PUT", "").await;
        bucket
    }

    /// Names of everything in it, in their order.
    pub(crate) async fn keys(&self) -> Vec<String> {
        let listing = self.ask("GET", "?list-type=2&max-keys=1000").await;
        let names = listing.split("<Key>").skip(1).filter_map(|rest| rest.split("</Key>").next());
        names.map(str::to_owned).collect()
    }

    /// One object's text.
    pub(crate) async fn object(&self, key: &str) -> String {
        self.ask("GET", &format!("/{key}")).await
    }

    async fn ask(&self, method: &str, rest: &str) -> String {
        let endpoint = stack::variable("AWS_ENDPOINT_URL_S3");
        let authority = endpoint.trim_start_matches("http://").trim_end_matches('/');
        let stream = tokio::net::TcpStream::connect(authority).await.expect("a connection");
        let io = hyper_util::rt::TokioIo::new(stream);
        let (mut sender, connection) = hyper::client::conn::http1::handshake(io).await.expect("a handshake");
        tokio::spawn(connection);
        let credential =
            "AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0";
        let request = hyper::Request::builder().method(method).uri(format!("/{}{rest}", self.0));
        let request = request.header("host", authority).header("authorization", credential);
        let answer = sender.send_request(request.body(Full::<Bytes>::default()).unwrap()).await.expect("an answer");
        assert!(answer.status().is_success(), "{method} {rest}: {}", answer.status());
        String::from_utf8(answer.into_body().collect().await.expect("a body").to_bytes().to_vec()).expect("text")
    }
}

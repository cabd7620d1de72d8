//! One request to a part of a stack, on a connection of its own.

use http_body_util::{BodyExt as _, Full};
use hyper::{HeaderMap, body::Bytes, http::request::Builder};

/// Sends it, and gives the body of the answer, which must be a success.
pub(crate) async fn send(endpoint: &str, request: Builder, body: String) -> Bytes {
    exchange(endpoint, request, body).await.1
}

/// The same, with the headers of the answer.
pub(crate) async fn exchange(endpoint: &str, request: Builder, body: String) -> (HeaderMap, Bytes) {
    let authority = endpoint.trim_start_matches("http://").trim_end_matches('/');
    let stream = tokio::net::TcpStream::connect(authority).await.expect("a connection");
    let io = hyper_util::rt::TokioIo::new(stream);
    let (mut sender, connection) = hyper::client::conn::http1::handshake(io).await.expect("a handshake");
    tokio::spawn(connection);
    let request = request.header("host", authority).body(Full::new(Bytes::from(body))).expect("a request");
    let answer = sender.send_request(request).await.expect("an answer");
    assert!(answer.status().is_success(), "{}", answer.status());
    let headers = answer.headers().clone();
    (headers, answer.into_body().collect().await.expect("a body").to_bytes())
}

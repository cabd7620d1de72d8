//! The least of an HTTP client: one connection a request, on loopback.

use http_body_util::{BodyExt as _, Full};
use hyper::{Method, Request, body::Bytes};
use hyper_util::rt::TokioIo;
use serde_json::Value;

/// A caller with a credential.
#[derive(Clone)]
pub(crate) struct Client {
    authority: String,
    credential: String,
}

/// An answer, whole.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: hyper::HeaderMap,
    pub(crate) body: Value,
}

impl Client {
    pub(crate) fn new(base_url: &str, credential: &str) -> Self {
        Self { authority: base_url.trim_start_matches("http://").to_owned(), credential: credential.to_owned() }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None, None).await.expect("an answer")
    }

    pub(crate) async fn post(&self, path: &str, key: &str, body: &Value) -> Answer {
        self.try_post(path, key, body).await.expect("an answer")
    }

    /// Like [`Client::post`], for when the other side may go away.
    pub(crate) async fn try_post(&self, path: &str, key: &str, body: &Value) -> Option<Answer> {
        self.send(Method::POST, path, Some(key), Some(body)).await
    }

    async fn send(&self, method: Method, path: &str, key: Option<&str>, body: Option<&Value>) -> Option<Answer> {
        let stream = tokio::net::TcpStream::connect(&self.authority).await.ok()?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.ok()?;
        tokio::spawn(connection);
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", &self.authority)
            .header("authorization", format!("Bearer {}", self.credential));
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let bytes = body.map(Value::to_string).unwrap_or_default();
        let answer = sender.send_request(request.body(Full::new(Bytes::from(bytes))).expect("a request")).await.ok()?;
        let (head, body) = answer.into_parts();
        let bytes = body.collect().await.ok()?.to_bytes();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Some(Answer { status: head.status.as_u16(), headers: head.headers, body })
    }
}

//! The least of an HTTP client: one connection a request, on loopback.

use http_body_util::{BodyExt as _, Full};
use hyper::{Method, Request, body::Bytes};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use shared::{
    authn::session::{COOKIE, forgery_token},
    secret::Secret,
};

/// A caller with a credential: one that a program sends, or a session in a browser at the console.
#[derive(Clone)]
pub(crate) struct Client {
    authority: String,
    credential: String,
    is_browser: bool,
}

/// An answer, whole.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: hyper::HeaderMap,
    pub(crate) body: Value,
}

impl Client {
    pub(crate) fn new(base_url: &str, credential: &str) -> Self {
        let authority = base_url.trim_start_matches("http://").to_owned();
        Self { authority, credential: credential.to_owned(), is_browser: false }
    }

    /// A browser in which a member is signed in.
    pub(crate) fn browser(base_url: &str, session: &str) -> Self {
        Self { is_browser: true, ..Self::new(base_url, session) }
    }

    /// Asks anything, with a key of its own.
    pub(crate) async fn ask(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let key = uuid::Uuid::new_v4().to_string();
        self.send(method, path, Some(&key), body).await.expect("an answer")
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

    /// Sends what a test has put together, to the byte; none where no answer came.
    pub(crate) async fn send_raw(&self, request: Request<Full<Bytes>>) -> Option<Answer> {
        let stream = tokio::net::TcpStream::connect(&self.authority).await.ok()?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.ok()?;
        tokio::spawn(connection);
        let answer = sender.send_request(request).await.ok()?;
        let (head, body) = answer.into_parts();
        let bytes = body.collect().await.ok()?.to_bytes();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Some(Answer { status: head.status.as_u16(), headers: head.headers, body })
    }

    /// A request in the making, with the credential and a key of its own.
    pub(crate) fn request(&self, method: &str, path: &str) -> hyper::http::request::Builder {
        let request = Request::builder().method(method).uri(path).header("host", &self.authority);
        request
            .header("authorization", format!("Bearer {}", self.credential))
            .header("idempotency-key", uuid::Uuid::new_v4().to_string())
    }

    async fn send(&self, method: Method, path: &str, key: Option<&str>, body: Option<&Value>) -> Option<Answer> {
        let stream = tokio::net::TcpStream::connect(&self.authority).await.ok()?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.ok()?;
        tokio::spawn(connection);
        let mut request = Request::builder().method(method).uri(path).header("host", &self.authority);
        request = if self.is_browser {
            let token = forgery_token(&Secret::new(self.credential.clone()));
            request
                .header("cookie", format!("{COOKIE}={}", self.credential))
                .header("origin", format!("http://{}", self.authority))
                .header("x-csrf-token", token)
        } else {
            request.header("authorization", format!("Bearer {}", self.credential))
        };
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

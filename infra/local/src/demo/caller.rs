//! Calls of the demonstration: HTTP requests with a credential, and direct invocations as the operator.

use std::net::SocketAddr;

use hyper::StatusCode;
use hyper::body::Bytes;
use serde_json::Value;

use crate::error::{Error, Result};
use crate::lambda::{Lambda, Outcome};
use crate::{http, machine};

/// A caller of the gateway.
#[derive(Debug)]
pub(super) struct Caller<'a> {
    pub(super) gateway: SocketAddr,
    /// The credential, absent for the few routes that need none.
    pub(super) credential: Option<&'a str>,
}

impl Caller<'_> {
    /// Sends a request and returns whatever is answered.
    pub(super) async fn send(&self, method: &str, path: &str, body: &Value) -> Result<(StatusCode, Value)> {
        let (status, answer) = self.bytes(method, path, body).await?;
        Ok((status, serde_json::from_slice(&answer).unwrap_or_default()))
    }

    /// Sends a request and returns the very bytes that are answered.
    pub(super) async fn bytes(&self, method: &str, path: &str, body: &Value) -> Result<(StatusCode, Bytes)> {
        let key = machine::id().to_string();
        let bearer = format!("Bearer {}", self.credential.unwrap_or_default());
        let mut headers = vec![("content-type", "application/json"), ("idempotency-key", key.as_str())];
        if self.credential.is_some() {
            headers.push(("authorization", bearer.as_str()));
        }
        let body = if body.is_null() { Bytes::new() } else { body.to_string().into() };
        http::send(self.gateway, http::request(method, self.gateway, path, &headers, body)?).await
    }

    /// Sends a request that must succeed.
    pub(super) async fn succeed(&self, method: &str, path: &str, body: &Value) -> Result<Value> {
        let (status, answer) = self.send(method, path, body).await?;
        match status.is_success() {
            true => Ok(answer),
            false => Err(Error::stack(format!("{method} {path} answered {status}: {answer}"))),
        }
    }
}

/// Invokes a function as the operator does.
pub(super) async fn invoke(lambda: &Lambda, function: &str, event: &Value) -> Result<Value> {
    match lambda.invoke(function, event.to_string().into()).await? {
        Outcome::Answered(payload) => serde_json::from_slice(&payload)
            .map_err(|error| Error::stack(format!("{function} answered no JSON: {error}"))),
        Outcome::Failed(payload) => {
            Err(Error::stack(format!("{function} failed: {}", String::from_utf8_lossy(&payload))))
        }
    }
}

/// A text that an answer must hold.
pub(super) fn text(answer: &Value, pointer: &str) -> Result<String> {
    let found = answer.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    found.ok_or_else(|| Error::stack(format!("an answer of the demonstration holds no {pointer}")))
}

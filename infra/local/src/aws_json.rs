//! The AWS JSON protocol as SQS (1.0), KMS, Secrets Manager, Textract and Rekognition (1.1) speak it: one POST, the operation in a header.

use std::sync::{Arc, Mutex, PoisonError};

use hyper::body::Incoming;
use hyper::header::HeaderValue;
use hyper::{Request, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::http::{self, Answer};

/// No call of these services is larger, but those that carry images.
const BODY_BYTES_MAX: usize = 2 * 1024 * 1024;

/// Why a service refuses a call, by the name that the SDK matches on.
#[derive(Debug)]
pub struct Refusal {
    /// The exception's name.
    pub code: &'static str,
    /// For the person who reads the log.
    pub message: String,
}

impl Refusal {
    /// A refusal by name.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

/// What a call answers.
pub type Outcome = std::result::Result<Value, Refusal>;

/// Serves a service on a listener: each call is answered from what the service keeps.
pub fn serve<S: Send + 'static>(
    listener: TcpListener,
    store: &Arc<Mutex<S>>,
    call: fn(&mut S, &str, &Value) -> Outcome,
) -> http::Server {
    let store = Arc::clone(store);
    http::serve(listener, move |_, request| {
        let store = Arc::clone(&store);
        async move {
            let outcome = read(request).await.and_then(|(operation, input)| {
                let mut store = store.lock().unwrap_or_else(PoisonError::into_inner);
                call(&mut store, &operation, &input)
            });
            write(outcome, "")
        }
    })
}

/// The operation of a request (without the service's prefix) and its input.
///
/// # Errors
/// When the header is missing or the body is no JSON.
pub async fn read(request: Request<Incoming>) -> std::result::Result<(String, Value), Refusal> {
    read_up_to(BODY_BYTES_MAX, request).await
}

/// The same of a body of at most so many bytes.
///
/// # Errors
/// As [`read`].
pub async fn read_up_to(bytes_max: usize, request: Request<Incoming>) -> std::result::Result<(String, Value), Refusal> {
    let target = request.headers().get("x-amz-target").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
    let body = http::read_body(request.into_body(), bytes_max)
        .await
        .map_err(|_| Refusal::new("RequestEntityTooLargeException", "the request is too large"))?;
    let input = if body.is_empty() { Ok(json!({})) } else { serde_json::from_slice(&body) };
    let input = input.map_err(|error| Refusal::new("SerializationException", error.to_string()))?;
    Ok((operation, input))
}

/// The answer on the wire; `prefix` is the namespace of the service's exceptions.
#[must_use]
pub fn write(outcome: Outcome, prefix: &str) -> Answer {
    let mut answer = match outcome {
        Ok(output) => http::json(StatusCode::OK, &output),
        Err(refusal) => {
            let name = format!("{prefix}{}", refusal.code);
            http::json(StatusCode::BAD_REQUEST, &json!({"__type": name, "message": refusal.message}))
        }
    };
    answer.headers_mut().insert("content-type", HeaderValue::from_static("application/x-amz-json-1.1"));
    if let Ok(id) = HeaderValue::from_str(&crate::machine::id().to_string()) {
        answer.headers_mut().insert("x-amzn-requestid", id);
    }
    answer
}

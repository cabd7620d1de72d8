//! The HTTP API: requests become events of payload format 2.0, answers of functions become answers.

mod answer;
mod event;
mod route;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::{Bytes, Incoming};
use hyper::header::HeaderValue;
use hyper::{Request, StatusCode};
use serde_json::json;
use tokio::net::TcpListener;

use crate::http::{self, Answer, BodyError};
use crate::lambda::{Lambda, Outcome, PAYLOAD_BYTES_MAX};
use crate::report;
use crate::template::{Function, Trigger};
use route::Table;

/// The largest body that the gateway takes.
const BODY_BYTES_MAX: usize = 10 * 1024 * 1024;
/// The most bytes of names and values of all headers together.
const HEADER_BYTES_MAX: usize = 10_240;
/// How long the gateway waits for a function, and for a request to arrive.
pub const INTEGRATION_LIMIT: Duration = Duration::from_secs(30);

/// Serves the routes of all functions on a listener, waiting so long for an answer.
pub fn serve(listener: TcpListener, functions: &[Function], lambda: Arc<Lambda>, limit: Duration) -> http::Server {
    let table = Arc::new(Table::new(routes(functions)));
    http::serve_within(limit, listener, move |peer, request| {
        let (table, lambda) = (Arc::clone(&table), Arc::clone(&lambda));
        async move {
            let id = crate::machine::id().to_string();
            let mut answer = answer_to(&table, (&lambda, limit), &id, peer, request).await;
            if let Ok(id) = HeaderValue::from_str(&id) {
                answer.headers_mut().insert("apigw-requestid", id);
            }
            answer
        }
    })
}

/// Every route with the function behind it, as a reader of the template would list them.
#[must_use]
pub fn routes(functions: &[Function]) -> Vec<(String, String)> {
    let mut routes = Vec::new();
    for function in functions {
        for trigger in &function.triggers {
            if let Trigger::Http(key) = trigger {
                routes.push((key.clone(), function.name.clone()));
            }
        }
    }
    routes.sort_by_key(|(key, _)| {
        let (method, path) = key.split_once(' ').unwrap_or((key, "~"));
        (path.to_owned(), method.to_owned())
    });
    routes
}

async fn answer_to(
    table: &Table,
    (lambda, limit): (&Lambda, Duration),
    id: &str,
    peer: SocketAddr,
    request: Request<Incoming>,
) -> Answer {
    let (head, body) = request.into_parts();
    let header_bytes: usize = head.headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if header_bytes > HEADER_BYTES_MAX {
        return own_answer(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
    }
    let body = match tokio::time::timeout(limit, http::read_body(body, BODY_BYTES_MAX)).await {
        Ok(Ok(body)) => body,
        Ok(Err(BodyError::TooLarge)) => return own_answer(StatusCode::PAYLOAD_TOO_LARGE),
        Ok(Err(BodyError::Broken)) => return own_answer(StatusCode::BAD_REQUEST),
        Err(_) => return own_answer(StatusCode::REQUEST_TIMEOUT),
    };
    let Some(matched) = table.find(head.method.as_str(), head.uri.path()) else {
        return own_answer(StatusCode::NOT_FOUND);
    };
    let event = Bytes::from(event::of(&head, &body, &matched, id, peer).to_string());
    if event.len() > PAYLOAD_BYTES_MAX {
        return own_answer(StatusCode::PAYLOAD_TOO_LARGE);
    }
    match tokio::time::timeout(limit, lambda.invoke(&matched.function, event)).await {
        Err(_) => own_answer(StatusCode::SERVICE_UNAVAILABLE),
        Ok(Ok(Outcome::Answered(payload))) => answer::of(&payload).unwrap_or_else(|| {
            report::note(format_args!("{} answered what the gateway does not understand", matched.function));
            own_answer(StatusCode::INTERNAL_SERVER_ERROR)
        }),
        Ok(Ok(Outcome::Failed(_)) | Err(_)) => own_answer(StatusCode::INTERNAL_SERVER_ERROR),
    }
}

/// What the gateway answers by itself; its words, not ours.
fn own_answer(status: StatusCode) -> Answer {
    let message = match status {
        StatusCode::PAYLOAD_TOO_LARGE => "Request Entity Too Large",
        other => other.canonical_reason().unwrap_or_default(),
    };
    http::json(status, &json!({"message": message}))
}

#[cfg(test)]
mod gateway_tests;
#[cfg(test)]
mod limit_tests;

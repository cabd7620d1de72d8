//! The Runtime API (2018-06-01), one server for each environment, so that the port tells who calls.

use std::sync::Arc;

use hyper::body::{Bytes, Incoming};
use hyper::header::HeaderValue;
use hyper::{Method, Request, StatusCode};
use serde_json::json;
use uuid::Uuid;

use super::slot::Slot;
use super::{Outcome, PAYLOAD_BYTES_MAX, arn, extensions};
use crate::http::{self, Answer, BodyError};

/// Answers one call of a runtime or an extension.
pub(super) async fn answer(slot: Arc<Slot>, function: Arc<str>, request: Request<Incoming>) -> Answer {
    let path = request.uri().path().to_owned();
    let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
    match (request.method(), segments.as_slice()) {
        (&Method::GET, ["2018-06-01", "runtime", "invocation", "next"]) => next(&slot, &function).await,
        (&Method::POST, ["2018-06-01", "runtime", "invocation", id, "response"]) => {
            finish(&slot, id, request, Outcome::Answered).await
        }
        (&Method::POST, ["2018-06-01", "runtime", "invocation", id, "error"]) => {
            finish(&slot, id, request, Outcome::Failed).await
        }
        (&Method::POST, ["2018-06-01", "runtime", "init", "error"]) => {
            let body = http::read_body(request.into_body(), PAYLOAD_BYTES_MAX).await.unwrap_or_default();
            slot.change(|state| state.end = Some(Outcome::Failed(body)));
            accepted()
        }
        (_, ["2020-01-01", "extension", rest @ ..]) => extensions::answer(&slot, &function, rest, request).await,
        _ => refused(StatusCode::NOT_FOUND, "InvalidPath", "the local Runtime API has no such path"),
    }
}

async fn next(slot: &Slot, function: &str) -> Answer {
    slot.change(|state| {
        state.is_runtime_waiting = true;
        // A runtime that asks for more without having answered has lost the invocation.
        if let Some(answer) = state.invocation.take_if(|one| one.is_delivered).and_then(|one| one.answer) {
            answer
                .send(Outcome::failed("Runtime.NoResponse", "the runtime asked for the next invocation instead"))
                .ok();
        }
    });
    let (id, event, deadline_ms, trace) = slot
        .wait_for(|state| {
            let invocation = state.invocation.as_mut().filter(|one| !one.is_delivered)?;
            invocation.is_delivered = true;
            state.is_runtime_waiting = false;
            Some((invocation.id, invocation.event.clone(), invocation.deadline_ms, invocation.trace.clone()))
        })
        .await;
    let mut answer = http::answer(StatusCode::OK, "application/json", event);
    let headers = [
        ("lambda-runtime-aws-request-id", id.to_string()),
        ("lambda-runtime-deadline-ms", deadline_ms.to_string()),
        ("lambda-runtime-invoked-function-arn", arn(function)),
        ("lambda-runtime-trace-id", trace),
    ];
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            answer.headers_mut().insert(name, value);
        }
    }
    answer
}

async fn finish(slot: &Slot, id: &str, request: Request<Incoming>, outcome: fn(Bytes) -> Outcome) -> Answer {
    let body = http::read_body(request.into_body(), PAYLOAD_BYTES_MAX).await;
    let (outcome, answer) = match body {
        Ok(body) => (outcome(body), accepted()),
        Err(BodyError::TooLarge) => {
            let message = format!("the answer is larger than {PAYLOAD_BYTES_MAX} bytes");
            let answer = refused(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge", &message);
            (Outcome::failed("Function.ResponseSizeTooLarge", &message), answer)
        }
        Err(BodyError::Broken) => return refused(StatusCode::BAD_REQUEST, "InvalidRequest", "the body broke off"),
    };
    let id: Option<Uuid> = id.parse().ok();
    let waiting = slot.change(|state| {
        let invocation = state.invocation.as_mut().filter(|one| one.is_delivered && Some(one.id) == id)?;
        invocation.answer.take()
    });
    match waiting {
        // The caller may have given up; the answer is then dropped.
        Some(waiting) => {
            waiting.send(outcome).ok();
            answer
        }
        None => refused(StatusCode::BAD_REQUEST, "InvalidRequestID", "no invocation with this id is under way"),
    }
}

pub(super) fn accepted() -> Answer {
    http::json(StatusCode::ACCEPTED, &json!({"status": "OK"}))
}

pub(super) fn refused(status: StatusCode, kind: &str, message: &str) -> Answer {
    http::json(status, &json!({"errorType": kind, "errorMessage": message}))
}

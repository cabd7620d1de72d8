//! The Extensions API (2020-01-01) for internal extensions, which live in the function's own process.

use hyper::body::Incoming;
use hyper::header::HeaderValue;
use hyper::{Method, Request, StatusCode};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::runtime_api::{accepted, refused};
use super::slot::{Extension, Slot};
use crate::http::{self, Answer};
use crate::machine;

const REGISTRATION_BYTES_MAX: usize = 64 * 1024;

#[derive(Deserialize)]
struct Registration {
    #[serde(default)]
    events: Vec<String>,
}

/// Answers one call below `/2020-01-01/extension/`.
pub(super) async fn answer(slot: &Slot, function: &str, path: &[&str], request: Request<Incoming>) -> Answer {
    match (request.method(), path) {
        (&Method::POST, ["register"]) => register(slot, function, request).await,
        (&Method::GET, ["event", "next"]) => next(slot, &request).await,
        (&Method::POST, ["init" | "exit", "error"]) => accepted(),
        _ => refused(StatusCode::NOT_FOUND, "InvalidPath", "the local Extensions API has no such path"),
    }
}

async fn register(slot: &Slot, function: &str, request: Request<Incoming>) -> Answer {
    if request.headers().get("lambda-extension-name").is_none() {
        return refused(StatusCode::BAD_REQUEST, "Extension.InvalidExtensionName", "Lambda-Extension-Name is missing");
    }
    let body = http::read_body(request.into_body(), REGISTRATION_BYTES_MAX).await.unwrap_or_default();
    let Ok(registration) = serde_json::from_slice::<Registration>(&body) else {
        return refused(StatusCode::BAD_REQUEST, "InvalidRequestFormat", "the registration is malformed");
    };
    if registration.events.iter().any(|event| event != "INVOKE") {
        // As in Lambda: only an external extension outlives the runtime and hears of the shutdown.
        return refused(
            StatusCode::FORBIDDEN,
            "ShutdownEventNotSupportedForInternalExtension",
            "only INVOKE may be heard",
        );
    }
    let hears_invoke = !registration.events.is_empty();
    let id = machine::id();
    slot.change(|state| state.extensions.insert(id, Extension { hears_invoke, is_waiting: false, event: None }));
    let mut answer = http::json(
        StatusCode::OK,
        &json!({"functionName": function, "functionVersion": "$LATEST", "handler": "bootstrap"}),
    );
    if let Ok(id) = HeaderValue::from_str(&id.to_string()) {
        answer.headers_mut().insert("lambda-extension-identifier", id);
    }
    answer
}

async fn next(slot: &Slot, request: &Request<Incoming>) -> Answer {
    let id = request.headers().get("lambda-extension-identifier").and_then(|id| id.to_str().ok()?.parse::<Uuid>().ok());
    let is_known = slot.change(|state| match id.and_then(|id| state.extensions.get_mut(&id)) {
        Some(extension) => {
            extension.is_waiting = true;
            true
        }
        None => false,
    });
    let Some(id) = id.filter(|_| is_known) else {
        return refused(StatusCode::FORBIDDEN, "Extension.UnknownExtensionIdentifier", "register first");
    };
    let event = slot
        .wait_for(|state| {
            let extension = state.extensions.get_mut(&id)?;
            let event = extension.event.take()?;
            extension.is_waiting = false;
            Some(event)
        })
        .await;
    http::json(StatusCode::OK, &event)
}

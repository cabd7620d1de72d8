//! The control port of a running stack: invoking by hand, firing schedules, and what tests of failures need.

use std::sync::Arc;

use hyper::body::{Bytes, Incoming};
use hyper::{Method, Request, StatusCode};
use rustix::process::Signal;
use serde_json::json;
use tokio::sync::Mutex;

use crate::error::{Error, Result};
use crate::http::{self, Answer};
use crate::lambda::{Lambda, Outcome, PAYLOAD_BYTES_MAX};
use crate::local_files::ControlPoint;
use crate::postgres::Cluster;
use crate::{machine, report, schedule, services};

/// The header that carries the token of `control.json`; a page in a browser cannot send it unasked.
const TOKEN_HEADER: &str = "x-doorbook-local-token";

/// What the control port acts on.
#[derive(Clone)]
pub struct Controlled {
    /// The functions.
    pub lambda: Arc<Lambda>,
    /// The functions that have a schedule.
    pub scheduled: Arc<Vec<String>>,
    /// The database.
    pub cluster: Arc<Mutex<Cluster>>,
}

/// Serves the control port and returns how to reach it.
///
/// # Errors
/// When no port is free.
pub async fn serve(controlled: Controlled) -> Result<(http::Server, ControlPoint)> {
    let (listener, address) = http::listen(0).await?;
    let token = machine::random_password()?;
    let expected = token.clone();
    let server = http::serve(listener, move |_, request| {
        let (controlled, expected) = (controlled.clone(), expected.clone());
        async move {
            let given = request.headers().get(TOKEN_HEADER).and_then(|token| token.to_str().ok());
            if given != Some(expected.as_str()) {
                return http::json(StatusCode::FORBIDDEN, &json!({"message": "the token of control.json is missing"}));
            }
            act(&controlled, request).await
        }
    });
    Ok((server, ControlPoint { port: address.port(), token }))
}

async fn act(controlled: &Controlled, request: Request<Incoming>) -> Answer {
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
    match (method, segments.as_slice()) {
        (Method::POST, ["invoke", function]) => match http::read_body(request.into_body(), PAYLOAD_BYTES_MAX).await {
            Ok(event) => invoke(&controlled.lambda, function, event).await,
            Err(_) => refusal("the event is larger than 6 MB"),
        },
        (Method::POST, ["tick", function]) => {
            if controlled.scheduled.iter().any(|name| name == function) {
                invoke(&controlled.lambda, function, schedule::event(function).to_string().into()).await
            } else {
                refusal(&format!("{function} has no schedule"))
            }
        }
        (Method::GET, ["processes"]) => http::json(StatusCode::OK, &controlled.lambda.processes()),
        (Method::POST, ["postgres", "restart"]) => restart(controlled, Signal::INT).await,
        // An immediate shutdown: as after a crash, the server recovers from its log.
        (Method::POST, ["postgres", "crash"]) => restart(controlled, Signal::QUIT).await,
        _ => refusal("the control port has no such path"),
    }
}

async fn invoke(lambda: &Lambda, function: &str, event: Bytes) -> Answer {
    match lambda.invoke(function, event).await {
        Ok(Outcome::Answered(payload)) => http::answer(StatusCode::OK, "application/json", payload),
        Ok(Outcome::Failed(payload)) => http::answer(StatusCode::BAD_GATEWAY, "application/json", payload),
        Err(error) => refusal(&error.to_string()),
    }
}

async fn restart(controlled: &Controlled, signal: Signal) -> Answer {
    match controlled.cluster.lock().await.restart(signal).await {
        Ok(()) => http::json(StatusCode::OK, &json!({})),
        Err(error) => refusal(&error.to_string()),
    }
}

fn refusal(message: &str) -> Answer {
    http::json(StatusCode::BAD_REQUEST, &json!({"message": message}))
}

/// Calls the control port of the stack that runs in this clone and prints what it answers.
///
/// # Errors
/// When no stack runs, or the function fails.
pub async fn call(path: &str, body: String) -> Result<()> {
    let control = ControlPoint::find(&services::find_root()?)?;
    let address = machine::loopback(control.port);
    let headers = [(TOKEN_HEADER, control.token.as_str())];
    let request = http::request("POST", address, path, &headers, body.into())?;
    let (status, answer) = http::send(address, request).await?;
    let text = String::from_utf8_lossy(&answer).into_owned();
    if status != StatusCode::OK {
        return Err(Error::stack(text));
    }
    report::say(text);
    Ok(())
}

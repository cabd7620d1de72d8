//! The SES stand-in: takes each mail that API v2 would, writes it into a file, and delivers none.

mod mail;

use std::fs::File;
use std::io::Write as _;
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use hyper::body::Incoming;
use hyper::header::HeaderValue;
use hyper::{Method, Request, StatusCode};
use serde_json::json;

use crate::error::{Error, Result};
use crate::http::{self, Answer};
use crate::machine;

use mail::{Mail, Refusal, Taken};

/// Bytes of a request: no mail of ours is near it.
const BODY_BYTES_MAX: usize = 2 * 1024 * 1024;
/// The one operation.
const SEND_EMAIL: &str = "/v2/email/outbound-emails";

/// A running SES stand-in.
#[derive(Debug)]
pub struct Ses {
    address: SocketAddr,
    _server: http::Server,
}

impl Ses {
    /// Serves on a free port, and keeps every mail in a file that is empty at first: one a line, as JSON, with its link.
    ///
    /// # Errors
    /// When no port is free or the file cannot be written.
    pub async fn start(file: &Path) -> Result<Self> {
        let opened = File::options().write(true).create(true).truncate(true).mode(0o600).open(file);
        let kept = Arc::new(Mutex::new(opened.map_err(Error::io(format!("cannot write {}", file.display())))?));
        let (listener, address) = http::listen(0).await?;
        let server = http::serve(listener, move |_, request| {
            let kept = Arc::clone(&kept);
            async move {
                match read(request).await.and_then(|mail| keep(&kept, &mail)) {
                    Ok(id) => http::json(StatusCode::OK, &json!({"MessageId": id})),
                    Err(refusal) => refused(&refusal),
                }
            }
        });
        Ok(Self { address, _server: server })
    }

    /// The URL that the AWS SDK is given.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }
}

async fn read(request: Request<Incoming>) -> Taken<Mail> {
    if request.method() != Method::POST || request.uri().path() != SEND_EMAIL {
        let message = format!("the local SES does not know {} {}", request.method(), request.uri().path());
        return Err(Refusal { status: StatusCode::NOT_FOUND, code: "UnknownOperationException", message });
    }
    let body = http::read_body(request.into_body(), BODY_BYTES_MAX).await;
    let body = body.map_err(|_| Refusal::bad_request("the request cannot be read, or is too large"))?;
    let input = serde_json::from_slice(&body).map_err(|error| Refusal::bad_request(&error.to_string()))?;
    Mail::read(&input)
}

/// Writes the mail down before it is acknowledged, and names it.
fn keep(kept: &Mutex<File>, mail: &Mail) -> Taken<String> {
    let id = machine::id().to_string();
    let line = format!("{}\n", mail.line(&id));
    let mut file = kept.lock().unwrap_or_else(PoisonError::into_inner);
    match file.write_all(line.as_bytes()) {
        Ok(()) => Ok(id),
        Err(error) => {
            let (status, code) = (StatusCode::INTERNAL_SERVER_ERROR, "InternalServiceErrorException");
            Err(Refusal { status, code, message: error.to_string() })
        }
    }
}

/// A refusal as the REST protocol has it: the name in a header.
fn refused(refusal: &Refusal) -> Answer {
    let mut answer = http::json(refusal.status, &json!({"message": refusal.message}));
    answer.headers_mut().insert("x-amzn-errortype", HeaderValue::from_static(refusal.code));
    answer
}
